#!/usr/bin/env python3
"""Writes Tests/NetworksTests/Golden/wide_and_dense.json: one step of small wide and dense networks in float64.

Two networks, WRN-16-2 and DenseNet-BC (L = 16, growth 4, reduction 0.5), see sixteen pictures of 8×8 in training
mode; the file holds loss, logits, the gradients of all parameters, the running estimates afterwards, and the logits
of the same pictures in evaluation mode with those estimates. Gradients come as a norm with all values or, of larger
tensors, some entries and random projections.

Weights, pictures and labels follow from the counter formula of resnet20_training.py, with these uses of it:

    parameter t (the "index" of its entry)
        convolution and fully connected:  float32 product value(t, e) * scale, scale = sqrt(6 / fan-in) in float32;
                                          the bias of the head 1 / sqrt(fan-in)
        BatchNorm:                        weight 1/8, bias 3/16; running mean 0, running variance 1
    pixel p of picture i:                 value(1001, i * 192 + p), p in CHW order
    label of picture i:                   bits(3000, i) mod 5
    projection k of a gradient:           sum over e of sign(10000 + 100 * k + t, e) * g[e]

With the BatchNorm bias at 1.5 standard deviations four of a hundred ReLU inputs are negative. One step has so few
inputs that pictures could be chosen (1001) of which none lies within a few rounding errors of 0, where float32 and
float64 would take different branches. At 2.5 deviations, as in resnet20_training.py, which has twenty steps to
survive, hardly anything but normalisations is left between a bias and the loss: its gradient nearly vanishes, and
with it two or three of float32's digits. "checks" tells the distance from 0, and how closely float32 PyTorch follows.

Usage: wide_and_dense.py [OUTPUT]      needs numpy and torch; seconds
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from resnet20_training import (
    ENTRIES, EPSILON, LABELS, SIGNS, UPDATE_RATE, WHOLE, bits, relative, rounded, signs, values)

BATCH, CLASSES, SIDE = 16, 5, 8
NORM_WEIGHT, NORM_BIAS = 1 / 8, 3 / 16
PROJECTIONS, IMAGES = 16, 1001


rectified = []  # what was given to every ReLU of the current pass


def relu(x):
    rectified.append(x.detach().double().numpy())
    return F.relu(x)


def convolution(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)


def norm(channels):
    return nn.BatchNorm2d(channels, eps=EPSILON, momentum=UPDATE_RATE)


class WideBlock(nn.Module):
    """Pre-activation block: the projection sees the activated input, the identity the plain one."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1, self.conv1 = norm(inputs), convolution(inputs, outputs, 3, stride)
        self.bn2, self.conv2 = norm(outputs), convolution(outputs, outputs, 3)
        if inputs != outputs:
            self.convShortcut = convolution(inputs, outputs, 1, stride)

    def forward(self, x):
        activated = relu(self.bn1(x))
        shortcut = self.convShortcut(activated) if hasattr(self, "convShortcut") else x
        return shortcut + self.conv2(relu(self.bn2(self.conv1(activated))))


class Bottleneck(nn.Module):
    """Layer of a dense block: its new channels stand behind those it saw."""

    def __init__(self, inputs, growth):
        super().__init__()
        self.bn1, self.conv1 = norm(inputs), convolution(inputs, 4 * growth, 1)
        self.bn2, self.conv2 = norm(4 * growth), convolution(4 * growth, growth, 3)

    def forward(self, x):
        return torch.cat([x, self.conv2(relu(self.bn2(self.conv1(relu(self.bn1(x))))))], dim=1)


class Transition(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.bn1, self.conv1 = norm(inputs), convolution(inputs, outputs, 1)

    def forward(self, x):
        return F.avg_pool2d(self.conv1(relu(self.bn1(x))), 2)


class Chain(nn.Module):
    """The layers of a stage or block, called layer.0, layer.1 and so on."""

    def __init__(self, layers):
        super().__init__()
        self.layer = nn.Sequential(*layers)

    def forward(self, x):
        return self.layer(x)


class Network(nn.Module):
    """Stem, named stages in order, normalisation, ReLU, mean over all pixels, head."""

    def __init__(self, stem, stages, channels):
        super().__init__()
        self.conv1 = convolution(3, stem, 3)
        self.stages = list(stages)
        for name, stage in stages.items():
            self.add_module(name, stage)
        self.bn1, self.fc = norm(channels), nn.Linear(channels, CLASSES)

    def forward(self, x):
        x = self.conv1(x)
        for name in self.stages:
            x = getattr(self, name)(x)
        return self.fc(relu(self.bn1(x)).mean(dim=(2, 3)))


def wide(depth, width):
    channels, stages = 16, {}
    for stage, (outputs, stride) in enumerate([(16 * width, 1), (32 * width, 2), (64 * width, 2)], start=1):
        blocks = []
        for block in range((depth - 4) // 6):
            blocks.append(WideBlock(channels, outputs, stride if block == 0 else 1))
            channels = outputs
        stages[f"block{stage}"] = Chain(blocks)
    return Network(16, stages, channels)


def dense(depth, growth, reduction):
    channels, stages = 2 * growth, {}
    for block in range(1, 4):
        layers = []
        for _ in range((depth - 4) // 3 // 2):
            layers.append(Bottleneck(channels, growth))
            channels += growth
        stages[f"block{block}"] = Chain(layers)
        if block < 3:
            kept = math.floor(channels * reduction)
            stages[f"trans{block}"] = Transition(channels, kept)
            channels = kept
    return Network(2 * growth, stages, channels)


def scale(network, name, parameter):
    """The factor before value(t, e), rounded to float32; 0 for BatchNorm."""
    if name == "fc.bias":
        return np.float32(1 / math.sqrt(network.fc.in_features))
    return np.float32(math.sqrt(6 / math.prod(parameter.shape[1:]))) if parameter.dim() > 1 else np.float32(0)


def offset(name, parameter):
    if parameter.dim() > 1 or name == "fc.bias":
        return 0
    return NORM_WEIGHT if name.endswith("weight") else NORM_BIAS


def initialise(network):
    """Every parameter by the formula; its number is its place among the parameters of the state dict."""
    with torch.no_grad():
        for index, (name, parameter) in enumerate(network.named_parameters()):
            initial = values(index, parameter.numel()) * scale(network, name, parameter)
            initial = initial + np.float32(offset(name, parameter))
            parameter.copy_(torch.tensor(initial.reshape(parameter.shape)))


def pictures():
    return values(IMAGES, BATCH * 3 * SIDE * SIDE).reshape(BATCH, 3, SIDE, SIDE)


def labels():
    return (bits(LABELS, BATCH) % np.uint64(CLASSES)).astype(np.int64)


def step(build, precision):
    """One forward and backward pass in training mode, one forward pass in evaluation mode."""
    network = build()
    initialise(network)
    network.to(precision).train()
    rectified.clear()
    images = torch.tensor(pictures()).to(precision)
    logits = network(images)
    loss = F.cross_entropy(logits, torch.tensor(labels()))
    loss.backward()
    inputs = np.concatenate([x.reshape(-1) for x in rectified])
    network.eval()
    with torch.no_grad():
        evaluation = network(images)
    array = lambda tensor: tensor.detach().double().numpy()
    return {
        "network": network, "rectified": inputs, "loss": loss.item(), "logits": array(logits),
        "evaluationLogits": array(evaluation),
        "gradients": {name: array(parameter.grad) for name, parameter in network.named_parameters()},
        "buffers": {
            name: array(buffer) for name, buffer in network.named_buffers() if buffer.dim() > 0},
    }


def outline(array, index):
    """A tensor as its norm and all its values, or some entries and random projections."""
    flat = array.reshape(-1)
    entry = {"index": index, "norm": rounded(np.linalg.norm(flat))[0]}
    if flat.size <= WHOLE:
        return entry | {"values": rounded(flat)}
    positions = [(2 * j + 1) * flat.size // (2 * ENTRIES) for j in range(ENTRIES)]
    projections = [signs(SIGNS + 100 * k + index, flat.size) @ flat for k in range(PROJECTIONS)]
    return entry | {
        "positions": positions, "entries": rounded(flat[positions]), "projections": rounded(projections)}


def case(name, settings, build):
    exact, single = step(build, torch.float64), step(build, torch.float32)
    network = exact["network"]
    tensors = []
    for index, (tensor, parameter) in enumerate(network.named_parameters()):
        tensors.append({
            "name": tensor, "index": index, "shape": list(parameter.shape),
            # initial = offset + scale * value(index, e)
            "offset": offset(tensor, parameter), "scale": float(scale(network, tensor, parameter)),
            "gradient": outline(exact["gradients"][tensor], index),
        })
    worst = lambda kind: max(relative(single[kind][key], exact[kind][key]) for key in exact[kind])
    return {
        "name": name,
        "params": settings | {
            "batch": BATCH, "classes": CLASSES, "side": SIDE, "normWeight": NORM_WEIGHT, "normBias": NORM_BIAS},
        "inputs": {
            "imageIndex": IMAGES, "labelIndex": LABELS, "labels": labels().tolist(),
            "lastPixels": [float(x) for x in pictures().reshape(-1)[-8:]],
        },
        "outputs": {
            "loss": exact["loss"], "logits": rounded(exact["logits"]),
            "evaluationLogits": rounded(exact["evaluationLogits"]), "tensors": tensors,
            "buffers": [
                {"name": tensor} | outline(buffer, index)
                for index, (tensor, buffer) in enumerate(exact["buffers"].items())],
        },
        "grads": {},
        "checks": {
            "smallestReLUInput": float(np.abs(exact["rectified"]).min()),
            "float32WorstReLUInputError": float(np.abs(single["rectified"] - exact["rectified"]).max()),
            "float32LossError": relative(single["loss"], exact["loss"]),
            "float32LogitError": relative(single["logits"], exact["logits"]),
            "float32EvaluationLogitError": relative(single["evaluationLogits"], exact["evaluationLogits"]),
            "float32WorstGradientError": worst("gradients"), "float32WorstBufferError": worst("buffers"),
        },
    }


def main():
    here = pathlib.Path(__file__).resolve()
    default = here.parents[2] / "Tests/NetworksTests/Golden/wide_and_dense.json"
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    torch.set_num_threads(1)
    cases = [
        case("wide", {"depth": 16, "width": 2}, lambda: wide(16, 2)),
        case("dense", {"depth": 16, "growth": 4, "reduction": 0.5}, lambda: dense(16, 4, 0.5)),
    ]
    document = {
        "id": "wide_and_dense", "section": "A3, A4",
        "title": "One step of WRN-16-2 and DenseNet-BC-16-4 in training mode, float64",
        "notes": __doc__.split("Usage:")[0].strip(), "cases": cases,
    }
    output.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{output.name}: {output.stat().st_size} bytes")
    for each in cases:
        gradients = [tensor["gradient"]["norm"] for tensor in each["outputs"]["tensors"]]
        print(f"{each['name']}: loss {each['outputs']['loss']:.4f}, smallest gradient {min(gradients):.2e}, "
              f"{each['checks']}")


if __name__ == "__main__":
    main()
