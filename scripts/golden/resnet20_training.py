#!/usr/bin/env python3
"""Writes Tests/NetworksTests/Golden/resnet20_training.json: twenty training steps of ResNet-20 in float64.

The whole-model test of Limen starts from the same weights, sees the same images and must follow these losses
and end at these weights. Both sides compute weights, images and labels from the counter formula below, so the
file holds losses, norms, projections and a few entries per tensor instead of megabytes.

Counter formula (unsigned 64-bit arithmetic, wrapping):

    mix(t, e):  z = (t << 32 | e) + 0x9E3779B97F4A7C15
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB
                z ^ (z >> 31)
    bits(t, e)  = mix(t, e) >> 39                    0 ... 2^25 - 1
    value(t, e) = bits(t, e) * 2^-24 - 1             a multiple of 2^-24 in [-1, 1), exact in float32
    sign(t, e)  = -1 if value(t, e) < 0, else +1

t names a tensor, e is the row-major position in it: weights in OIHW order, images in NCHW order, patterns in CHW
order. (The mixing function is the finaliser of SplitMix64: Steele, Lea & Flood, Fast Splittable Pseudorandom
Number Generators, OOPSLA 2014.)

    parameter t (the "index" of its entry)
        convolution and fully connected:  float32 product value(t, e) * scale, scale = 1 / sqrt(fan-in) in float32
        BatchNorm:                        weight 1/8, bias 5/16; running mean 0, running variance 1
    step s, image i, label:               bits(3000 + s, i) mod 10
    step s, image i, pixel p of 3*32*32:  float32 sum of value(1000 + s, i * 3072 + p) and
                                          value(2000 + label, p), halved
    projection k of parameter t:          sum over e of sign(10000 + 100 * k + t, e) * w[e]

Why not BatchNorm weight 1 and bias 0: float32 and float64 then disagree on the sign of one or two of the six
million ReLU inputs in every step, each such flip changes gradients by some thousandths, and after twenty steps
float32 PyTorch itself is several percent away. With the bias at 2.5 standard deviations about one ReLU input in
a hundred is negative and flips are rare; the small weight keeps the head's features, and with them the
curvature, low. "checks" in the file says how closely float32 PyTorch follows.

A projection difference has the mean square ||w - w'||^2 over random signs, so the mean over the 32 projections
estimates the squared L2 distance of two tensors from 32 numbers, within about a quarter.

Usage: resnet20_training.py [OUTPUT]      needs numpy and torch; a minute on one core
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

STEPS, BATCH, CLASSES, SIDE = 20, 32, 10, 32
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.02, 0.9, 5e-4
EPSILON, UPDATE_RATE = 1e-5, 0.1
NORM_WEIGHT, NORM_BIAS = 1 / 8, 5 / 16
PROJECTIONS, ENTRIES, WHOLE = 32, 8, 64
IMAGES, PATTERNS, LABELS, SIGNS = 1000, 2000, 3000, 10_000
WIDTHS, BLOCKS = (16, 32, 64), 3


def bits(tensor, count):
    """bits(tensor, e) for e in 0 ..< count."""
    with np.errstate(over="ignore"):
        z = (np.uint64(tensor) << np.uint64(32)) | np.arange(count, dtype=np.uint64)
        z = z + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return (z ^ (z >> np.uint64(31))) >> np.uint64(39)


def values(tensor, count):
    """value(tensor, e) for e in 0 ..< count, in float32 without rounding."""
    exact = bits(tensor, count).astype(np.float64) * 2.0**-24 - 1
    assert np.array_equal(exact, exact.astype(np.float32).astype(np.float64))
    return exact.astype(np.float32)


def signs(tensor, count):
    return np.where(values(tensor, count) < 0, -1.0, 1.0)


def parameter_list():
    """Names, shapes and kinds in state-dict order; the position in this list is the tensor's index."""
    entries = []

    def convolution(name, output, inputs, kernel):
        entries.append((name + ".weight", (output, inputs, kernel, kernel), "weight"))

    def norm(name, width):
        entries.append((name + ".weight", (width,), "normWeight"))
        entries.append((name + ".bias", (width,), "normBias"))

    convolution("conv1", WIDTHS[0], 3, 3)
    norm("bn1", WIDTHS[0])
    inputs = WIDTHS[0]
    for stage, width in enumerate(WIDTHS, start=1):
        for block in range(BLOCKS):
            prefix = f"layer{stage}.{block}"
            convolution(prefix + ".conv1", width, inputs, 3)
            norm(prefix + ".bn1", width)
            convolution(prefix + ".conv2", width, width, 3)
            norm(prefix + ".bn2", width)
            if inputs != width:
                convolution(prefix + ".shortcut.0", width, inputs, 1)
                norm(prefix + ".shortcut.1", width)
            inputs = width
    entries.append(("fc.weight", (CLASSES, inputs), "weight"))
    entries.append(("fc.bias", (CLASSES,), "bias"))
    return entries


def scale(shape, kind):
    """1 / sqrt(fan-in), rounded to float32; the bias of the head has the fan-in of its weight."""
    fan_in = WIDTHS[-1] if kind == "bias" else math.prod(shape[1:])
    return np.float32(1 / math.sqrt(fan_in))


def initial(index, shape, kind):
    if kind in ("normWeight", "normBias"):
        return np.full(shape, NORM_WEIGHT if kind == "normWeight" else NORM_BIAS, dtype=np.float32)
    return (values(index, math.prod(shape)) * scale(shape, kind)).reshape(shape)


def batch(step):
    labels = (bits(LABELS + step, BATCH) % np.uint64(CLASSES)).astype(np.int64)
    pixels = 3 * SIDE * SIDE
    noise = values(IMAGES + step, BATCH * pixels).reshape(BATCH, pixels)
    patterns = np.stack([values(PATTERNS + label, pixels) for label in labels])
    images = (noise + patterns) * np.float32(0.5)
    return images.reshape(BATCH, 3, SIDE, SIDE), labels


def forward(parameters, buffers, images):
    """Logits of ResNet-20 in training mode; updates the running statistics in `buffers`."""

    def convolution(name, x, stride, padding):
        return F.conv2d(x, parameters[name + ".weight"], stride=stride, padding=padding)

    def norm(name, x):
        return F.batch_norm(
            x, buffers[name + ".running_mean"], buffers[name + ".running_var"], parameters[name + ".weight"],
            parameters[name + ".bias"], training=True, momentum=UPDATE_RATE, eps=EPSILON)

    x = F.relu(norm("bn1", convolution("conv1", images, 1, 1)))
    for stage in range(1, len(WIDTHS) + 1):
        for block in range(BLOCKS):
            prefix = f"layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            y = F.relu(norm(prefix + ".bn1", convolution(prefix + ".conv1", x, stride, 1)))
            y = norm(prefix + ".bn2", convolution(prefix + ".conv2", y, 1, 1))
            if prefix + ".shortcut.0.weight" in parameters:
                x = norm(prefix + ".shortcut.1", convolution(prefix + ".shortcut.0", x, stride, 0))
            x = F.relu(x + y)
    return F.linear(x.mean(dim=(2, 3)), parameters["fc.weight"], parameters["fc.bias"])


def train(precision):
    """Runs all steps and returns what happened."""
    parameters, buffers = {}, {}
    for index, (name, shape, kind) in enumerate(parameter_list()):
        parameters[name] = torch.tensor(initial(index, shape, kind)).to(precision).requires_grad_()
        if kind == "normWeight":
            stem = name.removesuffix(".weight")
            buffers[stem + ".running_mean"] = torch.zeros(shape, dtype=precision)
            buffers[stem + ".running_var"] = torch.ones(shape, dtype=precision)
    optimizer = torch.optim.SGD(
        parameters.values(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    losses, first_logits, first_gradients = [], None, {}
    for step in range(STEPS):
        images, labels = batch(step)
        logits = forward(parameters, buffers, torch.tensor(images).to(precision))
        loss = F.cross_entropy(logits, torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            first_logits = logits.detach().double().numpy()
            first_gradients = {name: p.grad.double().norm().item() for name, p in parameters.items()}
        optimizer.step()
        losses.append(loss.item())
    arrays = lambda tensors: {name: t.detach().double().numpy() for name, t in tensors.items()}
    return losses, first_logits, first_gradients, arrays(parameters), arrays(buffers)


def relative(a, b):
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def rounded(array):
    """Twelve significant digits: far below any tolerance, half the file."""
    return [float(f"{x:.12g}") for x in np.asarray(array).reshape(-1).tolist()]


def main():
    here = pathlib.Path(__file__).resolve()
    default = here.parents[2] / "Tests/NetworksTests/Golden/resnet20_training.json"
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    torch.set_num_threads(1)

    losses, logits, gradients, weights, buffers = train(torch.float64)
    # What float32 itself costs, so that the tolerances of the test can be judged.
    losses32, _, _, weights32, buffers32 = train(torch.float32)
    checks = {
        "float32WorstLossError": max(abs(a - b) / abs(b) for a, b in zip(losses32, losses)),
        "float32WorstTensorError": max(relative(weights32[name], weights[name]) for name in weights),
        "float32WorstBufferError": max(relative(buffers32[name], buffers[name]) for name in buffers),
    }

    tensors = []
    for index, (name, shape, kind) in enumerate(parameter_list()):
        w = weights[name].reshape(-1)
        count = w.size
        entry = {
            "name": name, "index": index, "shape": shape,
            # initial = offset + scale * value(index, e)
            "offset": {"normWeight": NORM_WEIGHT, "normBias": NORM_BIAS}.get(kind, 0),
            "scale": float(scale(shape, kind)) if kind in ("weight", "bias") else 0,
            "firstGradientNorm": rounded(gradients[name])[0], "norm": rounded(np.linalg.norm(w))[0],
        }
        if count <= WHOLE:
            entry["values"] = rounded(w)
        else:
            positions = [(2 * j + 1) * count // (2 * ENTRIES) for j in range(ENTRIES)]
            entry["positions"] = positions
            entry["entries"] = rounded(w[positions])
            entry["projections"] = rounded(
                [signs(SIGNS + 100 * k + index, count) @ w for k in range(PROJECTIONS)])
        tensors.append(entry)

    case = {
        "name": "sgd",
        "params": {
            "steps": STEPS, "batch": BATCH, "classes": CLASSES, "learningRate": LEARNING_RATE,
            "momentum": MOMENTUM, "nesterov": False, "weightDecay": WEIGHT_DECAY, "epsilon": EPSILON,
            "updateRate": UPDATE_RATE, "normWeight": NORM_WEIGHT,
            "normBias": NORM_BIAS, "shortcut": "projection",
        },
        "inputs": {
            "imageIndex": IMAGES, "patternIndex": PATTERNS, "labelIndex": LABELS, "signIndex": SIGNS,
            "firstLabels": batch(0)[1].tolist(),
            "firstPixels": [float(x) for x in batch(0)[0].reshape(-1)[:8]],
            "lastPixels": [float(x) for x in batch(STEPS - 1)[0].reshape(-1)[-8:]],
            "firstWeights": [float(x) for x in initial(0, (16, 3, 3, 3), "weight").reshape(-1)[:8]],
        },
        "outputs": {
            "losses": rounded(losses), "firstLogits": [rounded(row) for row in logits], "tensors": tensors,
            "buffers": [{"name": name, "values": rounded(b)} for name, b in buffers.items()],
        },
        "grads": {},
        "checks": checks,
    }
    document = {
        "id": "resnet20_training", "section": "A2",
        "title": "ResNet-20, twenty SGD steps in training mode, float64",
        "notes": __doc__.split("Usage:")[0].strip(),
        "cases": [case],
    }
    output.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{output.name}: {output.stat().st_size} bytes; losses {losses[0]:.4f} to {losses[-1]:.4f}; {checks}")


if __name__ == "__main__":
    main()
