#!/usr/bin/env python3
"""Writes Tests/TrainingTests/Golden/mos_training.json: three steps of MOS on a small ResNet-8 in float64 PyTorch.

Case "plain": the group softmax of three groups of six classes, whole pictures. Case "mixup": each batch is mixed with
itself by given partners and weights before it passes, and the loss is that of both labels. Case "head": the last layer
alone learns, the rest being in evaluation mode. The file has weights in units of 1/4096, pictures in units of 1/64; "checks"
says how far float32 PyTorch is from the double one.

Usage: mos_training.py [OUTPUT]      needs numpy and torch; seconds
"""

import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

GROUPS = [0, 1, 0, 1, 1, 2]
STEPS, BATCH, SIDE, WIDTH = 3, 6, 8, 2
RATE, MOMENTUM, DECAY = 0.05, 0.9, 5e-4
SIZES = [GROUPS.count(k) for k in range(max(GROUPS) + 1)]
STARTS = np.cumsum([0] + [n + 1 for n in SIZES])
PLACE = [GROUPS[:c].count(g) for c, g in enumerate(GROUPS)]


def exact(values, unit=4096):
    return np.round(np.asarray(values) * unit) / unit


def initial(random):
    tensors = {}

    def convolution(name, outputs, inputs, kernel):
        tensors[name + ".weight"] = exact(random.normal(size=(outputs, inputs, kernel, kernel)) * (inputs * kernel**2) ** -0.5)

    def norm(name, width):
        tensors[name + ".weight"] = exact(1 + 0.1 * random.normal(size=width))
        tensors[name + ".bias"] = exact(0.1 * random.normal(size=width))

    convolution("conv1", WIDTH, 3, 3)
    norm("bn1", WIDTH)
    inputs = WIDTH
    for stage in (1, 2, 3):
        width, prefix = WIDTH << (stage - 1), f"layer{stage}.0"
        convolution(prefix + ".conv1", width, inputs, 3)
        norm(prefix + ".bn1", width)
        convolution(prefix + ".conv2", width, width, 3)
        norm(prefix + ".bn2", width)
        if inputs != width:
            convolution(prefix + ".shortcut.0", width, inputs, 1)
            norm(prefix + ".shortcut.1", width)
        inputs = width
    tensors["fc.weight"] = exact(0.3 * random.normal(size=(STARTS[-1], inputs)))
    tensors["fc.bias"] = exact(0.1 * random.normal(size=STARTS[-1]))
    return tensors


class Network:
    def __init__(self, tensors, dtype, head_only):
        self.tensors = {k: torch.tensor(v, dtype=dtype, requires_grad=not head_only or k.startswith("fc")) for k, v in tensors.items()}
        self.head_only, self.dtype, self.running = head_only, dtype, {}

    def norm(self, name, x):
        mean, variance = self.running.setdefault(name, (torch.zeros(x.shape[1], dtype=self.dtype), torch.ones(x.shape[1], dtype=self.dtype)))
        return F.batch_norm(x, mean, variance, self.tensors[name + ".weight"], self.tensors[name + ".bias"], training=not self.head_only, momentum=0.1, eps=1e-5)

    def __call__(self, x):
        t = self.tensors
        x = F.relu(self.norm("bn1", F.conv2d(x, t["conv1.weight"], padding=1)))
        for stage in (1, 2, 3):
            p, stride = f"layer{stage}.0", 1 if stage == 1 else 2
            y = F.relu(self.norm(p + ".bn1", F.conv2d(x, t[p + ".conv1.weight"], stride=stride, padding=1)))
            y = self.norm(p + ".bn2", F.conv2d(y, t[p + ".conv2.weight"], padding=1))
            if p + ".shortcut.0.weight" in t:
                x = self.norm(p + ".shortcut.1", F.conv2d(x, t[p + ".shortcut.0.weight"], stride=stride))
            x = F.relu(y + x)
        return F.linear(x.mean((2, 3)), t["fc.weight"], t["fc.bias"])


def group_loss(logits, labels):
    total = 0
    for k, size in enumerate(SIZES):
        targets = torch.tensor([1 + PLACE[c] if GROUPS[c] == k else 0 for c in labels])
        total = total + F.cross_entropy(logits[:, STARTS[k]:STARTS[k] + size + 1], targets)
    return total


def train(tensors, steps, dtype, head_only):
    network = Network(tensors, dtype, head_only)
    learning = [v for v in network.tensors.values() if v.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)
    losses = []
    for images, labels, partners, weight in steps:
        x = torch.tensor(images, dtype=dtype)
        logits = network((1 - weight) * x + weight * x[partners])
        loss = (1 - weight) * group_loss(logits, labels) + weight * group_loss(logits, [labels[p] for p in partners])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {k: v.detach().numpy().astype(np.float64) for k, v in network.tensors.items()}


def case(name, random, mixes, head_only):
    tensors = initial(random)
    steps = []
    for _ in range(STEPS):
        labels = [int(c) for c in random.integers(0, len(GROUPS), BATCH)]
        partners = [int(p) for p in random.permutation(BATCH)] if mixes else list(range(BATCH))
        weight = float(exact(random.uniform(0.1, 0.5))) if mixes else 0.0
        steps.append((exact(random.normal(size=(BATCH, 3, SIDE, SIDE)), 64), labels, partners, weight))
    losses, final = train(tensors, steps, torch.float64, head_only)
    rough, other = train(tensors, steps, torch.float32, head_only)
    distance = max(np.linalg.norm(other[k] - v) / np.linalg.norm(v) for k, v in final.items())
    return {
        "name": name,
        "params": {"learningRate": RATE, "momentum": MOMENTUM, "weightDecay": DECAY, "groups": GROUPS, "headOnly": int(head_only)},
        "inputs": {
            "tensors": [{"name": k, "shape": list(v.shape), "values": [round(x * 4096) for x in v.ravel()]} for k, v in tensors.items()],
            "steps": [{"images": [round(x * 64) for x in np.transpose(i, (0, 2, 3, 1)).ravel()], "labels": y, "partners": p, "weight": w} for i, y, p, w in steps],
        },
        "outputs": {"losses": losses, "tensors": [{"name": k, "values": [float(f"{x:.9g}") for x in v.ravel()]} for k, v in final.items()]},
        "checks": {"float32_losses": max(abs(a - b) for a, b in zip(losses, rough)), "float32_tensors": float(distance)},
    }


def main():
    here = pathlib.Path(__file__).resolve().parent
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parents[1] / "Tests/TrainingTests/Golden/mos_training.json"
    random = np.random.default_rng(71)
    cases = [case("plain", random, False, False), case("mixup", random, True, False), case("head", random, False, True)]
    for entry in cases:
        print(entry["name"], entry["outputs"]["losses"], entry["checks"])
    output.write_text(json.dumps({"cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
