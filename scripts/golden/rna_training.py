#!/usr/bin/env python3
"""Writes Tests/TrainingTests/Golden/rna_training.json: three training steps of RNA in float64.

A ResNet-8 of widths 4-8-16 without affine parameters on its main path sees 8 pictures and 8 outliers of 8x8 pixels in one
batch, in training mode; the loss is logit-adjusted cross-entropy minus lambda times the mean of log(1 + |h(f)|), both over
the pictures alone; autograd goes through the statistics of the joint batch. Cases: the three readings of that gradient
with the two-layer head, and the joint one with attenuation added. SGD with momentum and weight decay.

Weights and pixels follow from the counter formula of resnet20_training.py: parameter t is value(t, e) / sqrt(fan-in), for
an affine parameter 1 + value / 4 (weight) or value / 4 (bias); row n of step s has pixel value(1000 + s, n * 192 + p) in
NCHW order plus value(2000 + label, p) for pictures and value(2500, p) for outliers, halved; the label of row n of step s is
bits(3000 + s, n) mod 4.

Usage: rna_training.py [OUTPUT]      needs numpy and torch; seconds
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

from resnet20_training import bits, values

STEPS, PICTURES, OUTLIERS, CLASSES, SIDE = 3, 8, 8, 4, 8
WIDTHS, HEAD = (4, 8, 16), 8
FREQUENCIES = (500, 120, 40, 10)
LAMBDA, TAU = 0.5, 1.0
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.05, 0.9, 5e-4
EPSILON, UPDATE_RATE = 1e-5, 0.1


def parameter_list():
    """Names, shapes and kinds in the order of checkpoints."""
    entries, inputs = [("conv1.weight", (WIDTHS[0], 3, 3, 3), "weight")], WIDTHS[0]
    for stage, width in enumerate(WIDTHS, start=1):
        prefix = f"layer{stage}.0"
        entries.append((prefix + ".conv1.weight", (width, inputs, 3, 3), "weight"))
        entries.append((prefix + ".conv2.weight", (width, width, 3, 3), "weight"))
        if inputs != width:
            entries.append((prefix + ".shortcut.0.weight", (width, inputs, 1, 1), "weight"))
            entries.append((prefix + ".shortcut.1.weight", (width,), "scale"))
            entries.append((prefix + ".shortcut.1.bias", (width,), "shift"))
        inputs = width
    for name, rows in (("fc", CLASSES), ("heads.projection.0", inputs), ("heads.projection.2", HEAD)):
        entries.append((name + ".weight", (rows, inputs), "weight"))
        entries.append((name + ".bias", (rows,), "weight"))
    return entries


def initial(index, shape, kind):
    raw = values(index, math.prod(shape)).astype(np.float64).reshape(shape)
    if kind == "scale":
        return 1 + raw / 4
    if kind == "shift":
        return raw / 4
    fan_in = math.prod(shape[1:]) if len(shape) > 1 else WIDTHS[-1]
    # As the test computes it: in float32.
    return (raw.astype(np.float32) * np.float32(1 / math.sqrt(fan_in))).astype(np.float64)


def batch(step):
    rows, pixels = PICTURES + OUTLIERS, 3 * SIDE * SIDE
    labels = (bits(3000 + step, PICTURES) % np.uint64(CLASSES)).astype(np.int64)
    noise = values(1000 + step, rows * pixels).reshape(rows, pixels)
    patterns = [values(2000 + label, pixels) for label in labels] + [values(2500, pixels)] * OUTLIERS
    images = (noise + np.stack(patterns)) * np.float32(0.5)
    return torch.tensor(images.reshape(rows, 3, SIDE, SIDE)).double(), torch.tensor(labels)


class Cut(torch.autograd.Function):
    """Keeps the gradient of the first rows alone."""

    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, gradient):
        gradient = gradient.clone()
        gradient[PICTURES:] = 0
        return gradient


class Twin:
    def __init__(self, reading):
        self.reading = reading
        self.parameters = {
            name: torch.tensor(initial(index, shape, kind)).requires_grad_()
            for index, (name, shape, kind) in enumerate(parameter_list())}
        self.running = {}

    def norm(self, name, x):
        """Written out: the running estimates are moved, and the statistics followed as the reading says."""
        if self.reading == "cut":
            x = Cut.apply(x)
        mean = x.mean(dim=(0, 2, 3))
        variance = x.var(dim=(0, 2, 3), unbiased=False)
        count = x.numel() / x.shape[1]
        old = self.running.get(name, (torch.zeros_like(mean), torch.ones_like(mean)))
        self.running[name] = tuple(
            ((1 - UPDATE_RATE) * o + UPDATE_RATE * new).detach()
            for o, new in zip(old, (mean, variance * count / (count - 1))))
        if self.reading == "constant":
            mean, variance = mean.detach(), variance.detach()
        y = (x - mean[:, None, None]) / torch.sqrt(variance[:, None, None] + EPSILON)
        if name + ".weight" in self.parameters:
            y = y * self.parameters[name + ".weight"][:, None, None]
            y = y + self.parameters[name + ".bias"][:, None, None]
        return y

    def features(self, x):
        p = self.parameters
        x = F.relu(self.norm("bn1", F.conv2d(x, p["conv1.weight"], padding=1)))
        for stage in range(1, len(WIDTHS) + 1):
            prefix, stride = f"layer{stage}.0", 2 if stage > 1 else 1
            y = F.relu(self.norm(prefix + ".bn1", F.conv2d(x, p[prefix + ".conv1.weight"], stride=stride, padding=1)))
            y = self.norm(prefix + ".bn2", F.conv2d(y, p[prefix + ".conv2.weight"], padding=1))
            if prefix + ".shortcut.0.weight" in p:
                x = self.norm(prefix + ".shortcut.1", F.conv2d(x, p[prefix + ".shortcut.0.weight"], stride=stride))
            x = F.relu(x + y)
        return x.mean(dim=(2, 3))

    def head(self, f):
        p = self.parameters
        hidden = F.relu(F.linear(f, p["heads.projection.0.weight"], p["heads.projection.0.bias"]))
        return F.linear(hidden, p["heads.projection.2.weight"], p["heads.projection.2.bias"])

    def loss(self, images, labels, terms):
        f = self.features(images)
        logits = F.linear(f[:PICTURES], self.parameters["fc.weight"], self.parameters["fc.bias"])
        prior = torch.tensor(FREQUENCIES).double() / sum(FREQUENCIES)
        loss = F.cross_entropy(logits + TAU * prior.log(), labels)
        loss = loss - LAMBDA * torch.log1p(self.head(f[:PICTURES]).norm(dim=1)).mean()
        if terms == "both":
            loss = loss + LAMBDA * torch.log1p(self.head(f[PICTURES:]).norm(dim=1)).mean()
        return loss


def train(reading, terms):
    twin = Twin(reading)
    optimizer = torch.optim.SGD(
        twin.parameters.values(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    losses = []
    for step in range(STEPS):
        loss = twin.loss(*batch(step), terms)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return twin, losses


def rounded(array):
    return [float(f"{x:.9g}") for x in np.asarray(array).reshape(-1).tolist()]


def main():
    here = pathlib.Path(__file__).resolve()
    default = here.parents[2] / "Tests/TrainingTests/Golden/rna_training.json"
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    cases = []
    for name, reading, terms in (
        ("joint", "joint", "amplification"), ("constant", "constant", "amplification"),
        ("cut", "cut", "amplification"), ("both", "joint", "both")):
        twin, losses = train(reading, terms)
        # Of a long tensor the first 150 values, except in the default case.
        tensors = {}
        for key, tensor in twin.parameters.items():
            flat = tensor.detach().numpy().reshape(-1)
            tensors[key] = rounded(flat) if name == "joint" or flat.size <= 150 else rounded(flat[:150])
        cases.append({
            "name": name, "params": {"terms": terms, "reading": reading},
            "outputs": {
                "losses": rounded(losses), "tensors": tensors,
                "means": {key: rounded(r[0].numpy()) for key, r in twin.running.items()},
                "variances": {key: rounded(r[1].numpy()) for key, r in twin.running.items()}},
            "inputs": {"labels": batch(0)[1].tolist(), "pixels": rounded(batch(0)[0].reshape(-1)[:8])}})
    document = {
        "id": "rna_training", "section": "D13-D15", "title": "RNA on ResNet-8, three SGD steps, float64",
        "notes": __doc__.split("Usage:")[0].strip(), "cases": cases}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{output.name}: {output.stat().st_size} bytes; {[case['outputs']['losses'] for case in cases]}")


if __name__ == "__main__":
    main()
