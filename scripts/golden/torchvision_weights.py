#!/usr/bin/env python3
"""Writes Tests/ExperimentsTests/Golden/torchvision_resnet18.json: a small .pth under torchvision's names, as base64.

A ResNet-18 with the ImageNet stem, two channels wide, for three classes, as torch.save(model.state_dict()) writes it. The
numbers are random; the test refits its last layer on a folder of pictures.

Usage: torchvision_weights.py [OUTPUT]      needs torch
"""

import base64
import io
import json
import pathlib
import sys
from collections import OrderedDict

import torch

WIDTH, CLASSES = 2, 3


def main():
    torch.manual_seed(0)
    state = OrderedDict()

    def convolution(name, inputs, outputs, kernel):
        state[name + ".weight"] = torch.randn(outputs, inputs, kernel, kernel) * (2 / (inputs * kernel**2)) ** 0.5

    def norm(name, channels):
        state[name + ".weight"] = 1 + 0.1 * torch.randn(channels)
        state[name + ".bias"] = 0.5 + 0.1 * torch.randn(channels)
        state[name + ".running_mean"] = 0.1 * torch.randn(channels)
        state[name + ".running_var"] = 1 + torch.rand(channels)
        state[name + ".num_batches_tracked"] = torch.tensor(7)

    convolution("conv1", 3, WIDTH, 7)
    norm("bn1", WIDTH)
    inputs = WIDTH
    for stage in range(4):
        outputs = WIDTH << stage
        for block in range(2):
            name = f"layer{stage + 1}.{block}"
            convolution(name + ".conv1", inputs, outputs, 3)
            norm(name + ".bn1", outputs)
            convolution(name + ".conv2", outputs, outputs, 3)
            norm(name + ".bn2", outputs)
            if inputs != outputs:
                convolution(name + ".downsample.0", inputs, outputs, 1)
                norm(name + ".downsample.1", outputs)
            inputs = outputs
    state["fc.weight"] = torch.randn(CLASSES, inputs) / inputs**0.5
    state["fc.bias"] = 0.1 * torch.randn(CLASSES)

    buffer = io.BytesIO()
    torch.save(state, buffer)
    norms = state["fc.weight"].double().norm(dim=1).mean().item()
    case = {
        "name": "resnet18",
        "params": {"width": WIDTH, "classes": CLASSES},
        "inputs": {"base64": base64.b64encode(buffer.getvalue()).decode()},
        "outputs": {"meanWeightNorm": norms, "conv1": state["conv1.weight"].double().flatten()[:4].tolist()},
    }
    root = pathlib.Path(__file__).resolve().parents[2]
    path = sys.argv[1] if len(sys.argv) > 1 else root / "Tests/ExperimentsTests/Golden/torchvision_resnet18.json"
    document = {"id": "torchvision_resnet18", "title": "A small .pth under torchvision's names", "cases": [case]}
    pathlib.Path(path).write_text(json.dumps(document) + "\n")
    print(len(buffer.getvalue()), "bytes")


main()
