#!/usr/bin/env python3
"""Writes Tests/TrainingTests/Golden/augrevise_training.json: three training steps of AugRevise in float64.

A ResNet-8 of width 3 sees four pictures of 8×8 pixels a step, in two views: before the policy, which is mixed, and after it.
Partners and weights of the mixtures are given. The file holds the initial weights, the pictures, and what the losses are and
what the weights and running estimates become.

    x'[n] = (1 - lam) * x[n] + lam * x[pi(n)]
    L = CE(v, y) + (1 - lam) * CE(v', y) + lam * CE(v', y[pi]) + BCE(sigmoid(LSE(v') - LSE(v)), P),  P = m / (m + 1)

with m = max(lam, 1 - lam), v and v' from one pass of both. SGD with Nesterov momentum. "checks" says how closely PyTorch
in float32 follows.

Usage: augrevise_training.py [OUTPUT]      needs numpy and torch; a second
"""

import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

WIDTH, CLASSES, BATCH, SIDE = 3, 5, 4, 8
RATE, MOMENTUM, DECAY = 0.05, 0.9, 5e-4
WEIGHTS = [0.3, 0.5, 0.85]
PARTNERS = [[1, 2, 3, 0], [2, 0, 3, 1], [0, 3, 1, 2]]
LABELS = [[0, 1, 2, 3], [4, 4, 1, 0], [2, 3, 3, 1]]


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class ResNet8(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTH, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTH)
        self.layer1 = nn.Sequential(Block(WIDTH, WIDTH, 1))
        self.layer2 = nn.Sequential(Block(WIDTH, 2 * WIDTH, 2))
        self.layer3 = nn.Sequential(Block(2 * WIDTH, 4 * WIDTH, 2))
        self.fc = nn.Linear(4 * WIDTH, CLASSES)

    def forward(self, x):
        y = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(y.mean((2, 3)))


def loss(logits, labels, partners, lam):
    clean, mixed = logits[:BATCH], logits[BATCH:]
    larger = max(lam, 1 - lam)
    target = torch.full((BATCH,), larger / (larger + 1), dtype=logits.dtype)
    share = torch.sigmoid(mixed.logsumexp(1) - clean.logsumexp(1))
    own = F.cross_entropy(clean, labels)
    both = (1 - lam) * F.cross_entropy(mixed, labels) + lam * F.cross_entropy(mixed, labels[partners])
    return own + both + F.binary_cross_entropy(share, target)


def train(weights, views, kind):
    network = ResNet8().to(kind)
    network.load_state_dict({name: torch.tensor(value, dtype=kind) for name, value in weights.items()}, strict=False)
    optimizer = torch.optim.SGD(network.parameters(), RATE, MOMENTUM, weight_decay=DECAY, nesterov=True)
    losses = []
    for step in range(3):
        before, after = (torch.tensor(view, dtype=kind) for view in views[step])
        lam, partners = WEIGHTS[step], torch.tensor(PARTNERS[step])
        mixed = (1 - lam) * before + lam * before[partners]
        value = loss(network(torch.cat([after, mixed])), torch.tensor(LABELS[step]), partners, lam)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    state = {name: value.double().numpy() for name, value in network.state_dict().items() if value.dim() > 0}
    return losses, state


def numbers(array, digits=10):
    return [float(f"{x:.{digits}g}") for x in np.asarray(array, dtype=np.float64).ravel()]


def main():
    random = np.random.default_rng(7)
    torch.manual_seed(0)
    # Four decimals and nine digits: what both sides read is the same float32.
    weights = {
        name: np.asarray(numbers(value.numpy().astype(np.float32), 9)).reshape(value.shape)
        for name, value in ResNet8().state_dict().items()
        if value.dim() > 0 and "running" not in name
    }
    views = [[np.round(random.normal(0, 1, (BATCH, 3, SIDE, SIDE)), 4) for _ in range(2)] for _ in range(3)]
    losses, state = train(weights, views, torch.float64)
    narrow, single = train(weights, views, torch.float32)
    distance = max(np.linalg.norm(state[n] - single[n]) / np.linalg.norm(state[n]) for n in state)
    case = {
        "name": "resnet8",
        "params": {"width": WIDTH, "classes": CLASSES, "learningRate": RATE, "momentum": MOMENTUM, "weightDecay": DECAY},
        "inputs": {
            "weights": {name: numbers(value, 9) for name, value in weights.items()},
            # Channels last.
            "before": [numbers(view[0].transpose(0, 2, 3, 1), 6) for view in views],
            "after": [numbers(view[1].transpose(0, 2, 3, 1), 6) for view in views],
            "labels": LABELS, "partners": PARTNERS, "partnerWeights": WEIGHTS,
        },
        "outputs": {"losses": losses, "tensors": {name: numbers(value) for name, value in state.items()}},
        "checks": {
            "float32 losses": max(abs(a - b) for a, b in zip(losses, narrow)),
            "float32 relative distance of a tensor": float(distance),
        },
    }
    root = pathlib.Path(__file__).resolve().parents[2]
    path = sys.argv[1] if len(sys.argv) > 1 else root / "Tests/TrainingTests/Golden/augrevise_training.json"
    document = {"id": "augrevise_training", "title": "Three steps of AugRevise in float64", "cases": [case]}
    pathlib.Path(path).write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(case["checks"], losses)


main()
