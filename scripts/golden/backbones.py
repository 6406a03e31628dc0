#!/usr/bin/env python3
"""Writes Tests/NetworksTests/Golden/backbones.json: logits and gradients of small networks of every family, float64.

Both sides compute weights, running estimates, images and the gradient of the logits from the counter formula of
resnet20_training.py, so the file holds outlines of the results. With value(t, e) of that formula:

    parameter t (the "index" of its entry), buffer t (its "index", from 5000 on)    offset + scale * value(t, e)
    image i, pixel p of 3*side*side, channels first             value(imageIndex, i*3*side*side + p)
    gradient of logit e                                                             value(6000, e)

in float32. An outline is the largest magnitude, and some entries or, of small tensors, all of them. Every case is run
in inference mode, where normalisation is by running estimates, and the small ones in training mode too.

Usage: backbones.py [OUTPUT]                  the small networks
       backbones.py --full OUTPUT             ResNet-50 and BiT-R50x1 as they are, 64×64 pixels, for
                                              LIMEN_BACKBONES=OUTPUT swift test -c release --filter FullSizeBackbone
needs numpy and torch; seconds, and a minute with --full
"""

import contextlib
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from resnet20_training import rounded, values

IMAGES, LOGITS, BUFFERS = 1002, 6000, 5000
# How far the inputs of rectifiers are from zero; float32 is off by about a tenth of that.
MARGIN = 5e-6
ENTRIES, WHOLE = 4, 5

# Offsets and scales of the normalisations' parameters.
NORM_WEIGHT, NORM_BIAS = (1.0, 0.25), (0.125, 0.25)
# The same at full size. There some of the millions of ReLU inputs lie so near 0 that float32 and float64 disagree on
# their sign, and each such flip changes gradients by a thousandth or more, in PyTorch as in Limen. With the bias at
# three deviations flips are rare; but then hardly any ReLU is closed, a bias is taken away again by the next
# batch's mean, and gradients in training mode are 0. So only inference mode is compared. "checks" says how far float32 PyTorch is from float64, by the same measure.
FULL_NORM_WEIGHT, FULL_NORM_BIAS = (0.125, 0.03125), (0.375, 0.03125)


def convolution(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)


def norm(channels, affine=True):
    return nn.BatchNorm2d(channels, affine=affine)


def shortcut(inputs, outputs, stride, affine):
    if stride == 1 and inputs == outputs:
        return nn.Sequential()
    return nn.Sequential(convolution(inputs, outputs, 1, stride), norm(outputs, affine))


class BasicBlock(nn.Module):
    def __init__(self, inputs, width, stride, main, side):
        super().__init__()
        self.conv1, self.bn1 = convolution(inputs, width, 3, stride), norm(width, main)
        self.conv2, self.bn2 = convolution(width, width, 3), norm(width, main)
        self.shortcut = shortcut(inputs, width, stride, side)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.shortcut(x))


class BottleneckBlock(nn.Module):
    """The stride is the 3×3 convolution's."""

    def __init__(self, inputs, width, stride, main, side):
        super().__init__()
        self.conv1, self.bn1 = convolution(inputs, width, 1), norm(width, main)
        self.conv2, self.bn2 = convolution(width, width, 3, stride), norm(width, main)
        self.conv3, self.bn3 = convolution(width, 4 * width, 1), norm(4 * width, main)
        self.shortcut = shortcut(inputs, 4 * width, stride, side)

    def forward(self, x):
        y = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        return F.relu(self.bn3(self.conv3(y)) + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, block, expansion, width, counts, stem, main, side, classes):
        super().__init__()
        self.conv1 = convolution(3, width, 7, 2) if stem == "imagenet" else convolution(3, width, 3)
        self.bn1 = norm(width, main)
        self.pool = nn.MaxPool2d(3, 2, 1) if stem == "imagenet" else nn.Identity()
        inputs = width
        self.stage_count = len(counts)
        for stage, count in enumerate(counts):
            blocks = []
            for index in range(count):
                stride = 2 if stage > 0 and index == 0 else 1
                blocks.append(block(inputs, width << stage, stride, main, side))
                inputs = expansion * (width << stage)
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        for stage in range(self.stage_count):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean(dim=(2, 3)))


class WideBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, affine):
        super().__init__()
        self.bn1, self.conv1 = norm(inputs, affine), convolution(inputs, outputs, 3, stride)
        self.bn2, self.conv2 = norm(outputs, affine), convolution(outputs, outputs, 3)
        if inputs != outputs:
            self.convShortcut = convolution(inputs, outputs, 1, stride)

    def forward(self, x):
        activated = F.relu(self.bn1(x))
        side = self.convShortcut(activated) if hasattr(self, "convShortcut") else x
        return side + self.conv2(F.relu(self.bn2(self.conv1(activated))))


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth, affine):
        super().__init__()
        self.bn1, self.conv1 = norm(inputs, affine), convolution(inputs, 4 * growth, 1)
        self.bn2, self.conv2 = norm(4 * growth, affine), convolution(4 * growth, growth, 3)

    def forward(self, x):
        return torch.cat([x, self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x))))))], dim=1)


class Transition(nn.Module):
    def __init__(self, inputs, outputs, affine):
        super().__init__()
        self.bn1, self.conv1 = norm(inputs, affine), convolution(inputs, outputs, 1)

    def forward(self, x):
        return F.avg_pool2d(self.conv1(F.relu(self.bn1(x))), 2)


class Chain(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layer = nn.Sequential(*layers)

    def forward(self, x):
        return self.layer(x)


class Plain(nn.Module):
    """Stem, named stages, normalisation, ReLU, mean, head: wide and dense networks."""

    def __init__(self, stem, stages, channels, affine, classes):
        super().__init__()
        self.conv1 = convolution(3, stem, 3)
        self.names = list(stages)
        for name, stage in stages.items():
            self.add_module(name, stage)
        self.bn1, self.fc = norm(channels, affine), nn.Linear(channels, classes)

    def forward(self, x):
        x = self.conv1(x)
        for name in self.names:
            x = getattr(self, name)(x)
        return self.fc(F.relu(self.bn1(x)).mean(dim=(2, 3)))


def wide(depth, width, affine, classes):
    channels, stages = 16, {}
    for stage in range(3):
        outputs, blocks = (16 << stage) * width, []
        for index in range((depth - 4) // 6):
            blocks.append(WideBlock(channels, outputs, 2 if stage > 0 and index == 0 else 1, affine))
            channels = outputs
        stages[f"block{stage + 1}"] = Chain(blocks)
    return Plain(16, stages, channels, affine, classes)


def dense(depth, growth, affine, classes):
    channels, stages = 2 * growth, {}
    for stage in range(3):
        if stage > 0:
            stages[f"trans{stage}"] = Transition(channels, channels // 2, affine)
            channels //= 2
        layers = []
        for _ in range((depth - 4) // 3 // 2):
            layers.append(DenseLayer(channels, growth, affine))
            channels += growth
        stages[f"block{stage + 1}"] = Chain(layers)
    return Plain(2 * growth, stages, channels, affine, classes)


class StandardConvolution(nn.Conv2d):
    def forward(self, x):
        mean = self.weight.mean(dim=(1, 2, 3), keepdim=True)
        variance = ((self.weight - mean) ** 2).mean(dim=(1, 2, 3), keepdim=True)
        u = (self.weight - mean) / torch.sqrt(variance + 1e-10)
        return F.conv2d(x, u, stride=self.stride, padding=self.padding)


def standard(inputs, outputs, kernel, stride=1):
    return StandardConvolution(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        inner = outputs // 4
        self.gn1, self.conv1 = nn.GroupNorm(32, inputs), standard(inputs, inner, 1)
        self.gn2, self.conv2 = nn.GroupNorm(32, inner), standard(inner, inner, 3, stride)
        self.gn3, self.conv3 = nn.GroupNorm(32, inner), standard(inner, outputs, 1)
        if stride > 1 or inputs != outputs:
            self.downsample = standard(inputs, outputs, 1, stride)

    def forward(self, x):
        o = F.relu(self.gn1(x))
        residual = self.downsample(o) if hasattr(self, "downsample") else x
        o = self.conv2(F.relu(self.gn2(self.conv1(o))))
        return self.conv3(F.relu(self.gn3(o))) + residual


def named(**modules):
    chain = nn.Sequential()
    for name, module in modules.items():
        chain.add_module(name, module)
    return chain


class BiT(nn.Module):
    def __init__(self, counts, width, classes):
        super().__init__()
        self.root = named(
            conv=standard(3, width, 7, 2), pad=nn.ConstantPad2d(1, 0.0), pool=nn.MaxPool2d(3, 2, 0))
        inputs, stages = width, {}
        for stage, count in enumerate(counts):
            units, outputs = {}, 4 * (width << stage)
            for index in range(count):
                units[f"unit{index + 1:02d}"] = Unit(inputs, outputs, 2 if stage > 0 and index == 0 else 1)
                inputs = outputs
            stages[f"block{stage + 1}"] = named(**units)
        self.body = named(**stages)
        self.before_head = named(gn=nn.GroupNorm(32, inputs), relu=nn.ReLU(), avg=nn.AdaptiveAvgPool2d(1))
        self.head = named(conv=nn.Conv2d(inputs, classes, 1))

    def forward(self, x):
        return self.head(self.before_head(self.body(self.root(x))))[..., 0, 0]


def formula(name, tensor):
    """Offset and scale of a parameter or buffer."""
    if name.endswith("running_mean"):
        return 0.0, 0.25
    if name.endswith("running_var"):
        return 1.0, 0.5
    if tensor.dim() > 1:
        return 0.0, float(np.float32(math.sqrt(3 / math.prod(tensor.shape[1:]))))
    if name.startswith(("fc", "head")):
        return 0.0, 0.25
    return NORM_WEIGHT if name.endswith("weight") else NORM_BIAS


def fill(tensor, name, index):
    offset, scale = formula(name, tensor)
    numbers = np.float32(offset) + np.float32(scale) * values(index, tensor.numel())
    with torch.no_grad():
        tensor.copy_(torch.tensor(numbers.reshape(tuple(tensor.shape))))


def outline(array):
    flat = np.asarray(array).reshape(-1)
    largest = float(f"{np.abs(flat).max():.8g}")
    if flat.size <= WHOLE:
        return {"largest": largest, "values": rounded(flat)}
    positions = [(2 * j + 1) * flat.size // (2 * ENTRIES) for j in range(ENTRIES)]
    return {"largest": largest, "positions": positions, "values": [float(f"{x:.8g}") for x in flat[positions]]}


def results(model, mode, pixels):
    """Logits, the images' gradient (channels last, as ours) and those of all parameters, as arrays in float64."""
    kind = next(model.parameters()).dtype
    for index, (key, parameter) in enumerate(model.named_parameters()):
        fill(parameter, key, index)
    for index, (key, buffer) in enumerate(running(model)):
        fill(buffer, key, BUFFERS + index)
    model.train(mode == "training")
    model.zero_grad()
    x = torch.tensor(pixels).to(kind).requires_grad_()
    logits = model(x)
    gradient = values(LOGITS, logits.numel()).reshape(tuple(logits.shape))
    logits.backward(torch.tensor(gradient).to(kind))
    tensors = [logits.detach(), x.grad.permute(0, 2, 3, 1).contiguous()]
    return [t.double().numpy().copy() for t in tensors + [p.grad for p in model.parameters()]]


def running(model):
    return [(key, buffer) for key, buffer in model.named_buffers() if not key.endswith("tracked")]


@contextlib.contextmanager
def rectifier_margin():
    """The smallest magnitude that a rectifier meets, as a list of one number."""
    margin, rectify = [math.inf], F.relu

    def watched(x, *rest, **options):
        if x.dtype == torch.float64:
            margin[0] = min(margin[0], float(x.detach().abs().min()))
        return rectify(x, *rest, **options)

    F.relu = watched
    try:
        yield margin
    finally:
        F.relu = rectify


def images_off_kinks(make, classes, side, batch, mode_names):
    """The first images of which no rectifier's input lies within rounding of zero.

    Where one does, float32 may fall on the other side of the kink, and gradients differ by per cents that say nothing
    of the arithmetic.
    """
    for index in range(IMAGES, BUFFERS):
        pixels = values(index, batch * 3 * side * side).reshape(batch, 3, side, side)
        with rectifier_margin() as margin:
            for mode in mode_names:
                results(make(classes).double(), mode, pixels)
        if margin[0] > MARGIN:
            return index, pixels
    raise SystemExit("no images keep off the kinks")


def case(name, make, side, batch, classes, mode_names=("inference", "training"), first=False):
    torch.manual_seed(0)
    model = make(classes).double()
    tensors = [{"name": key, "index": index, "shape": list(parameter.shape)}
               for index, (key, parameter) in enumerate(model.named_parameters())]
    buffers = running(model)
    for entry, (key, parameter) in zip(tensors, model.named_parameters()):
        entry["offset"], entry["scale"] = formula(key, parameter)
    # Among the millions of inputs at full size some are always near zero.
    image_index, pixels = (
        (IMAGES, values(IMAGES, batch * 3 * side * side).reshape(batch, 3, side, side)) if first
        else images_off_kinks(make, classes, side, batch, mode_names))
    modes, checks = {}, {}
    for mode in mode_names:
        logits, images, *gradients = exact = results(model.double(), mode, pixels)
        modes[mode] = {
            "inputGradient": outline(images), "logits": [rounded(row) for row in logits],
            "gradients": [outline(gradient) for gradient in gradients],
        }
        single = results(model.float(), mode, pixels)
        checks[mode] = max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(single, exact))
    return {
        "name": name, "params": {"side": side, "batch": batch, "classes": classes},
        "inputs": {
            "imageIndex": image_index, "logitIndex": LOGITS, "tensors": tensors,
            "buffers": [{"name": key, "index": BUFFERS + index, "offset": formula(key, buffer)[0],
                         "scale": formula(key, buffer)[1]} for index, (key, buffer) in enumerate(buffers)],
        },
        "outputs": modes, "grads": {}, "checks": {"float32WorstError": checks},
    }


SMALL = [
    ("resnet8w8", lambda c: ResNet(BasicBlock, 1, 8, [1, 1, 1], "cifar", False, True, c), 16, 4, 5),
    ("resnet18w4", lambda c: ResNet(BasicBlock, 1, 4, [2, 2, 2, 2], "imagenet", True, True, c), 64, 4, 5),
    ("resnet50w4", lambda c: ResNet(BottleneckBlock, 4, 4, [3, 4, 6, 3], "imagenet", False, False, c), 64, 4, 5),
    ("resnet50w4-cifar", lambda c: ResNet(BottleneckBlock, 4, 4, [3, 4, 6, 3], "cifar", True, True, c), 16, 4, 5),
    ("wrn10-1", lambda c: wide(10, 1, False, c), 8, 4, 5),
    ("densenet16", lambda c: dense(16, 4, False, c), 8, 4, 5),
    ("bit-r14w32", lambda c: BiT([1, 1, 1, 1], 32, c), 64, 2, 5),
]
FULL = [
    ("resnet50", lambda c: ResNet(BottleneckBlock, 4, 64, [3, 4, 6, 3], "imagenet", True, True, c), 64, 4, 1000),
    ("bit-r50x1", lambda c: BiT([3, 4, 6, 3], 64, c), 64, 4, 1000),
]


def main():
    arguments = sys.argv[1:]
    full = arguments[:1] == ["--full"]
    if full:
        global NORM_WEIGHT, NORM_BIAS
        NORM_WEIGHT, NORM_BIAS = FULL_NORM_WEIGHT, FULL_NORM_BIAS
    here = pathlib.Path(__file__).resolve()
    default = here.parents[2] / "Tests/NetworksTests/Golden/backbones.json"
    output = pathlib.Path(arguments[-1]) if len(arguments) > full else default
    cases = [case(*each, mode_names=("inference",), first=True) for each in FULL] if full else [case(*each) for each in SMALL]
    document = {
        "id": "backbones", "section": "A1-A7", "title": "Logits and gradients of every family, float64",
        "notes": __doc__.split("Usage:")[0].strip(), "cases": cases,
    }
    output.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{output.name}: {output.stat().st_size} bytes")
    for each in cases:
        print(f"{each['name']}: {each['checks']}")
        for mode, result in each["outputs"].items():
            smallest = min(gradient["largest"] for gradient in result["gradients"])
            print(f"{each['name']} {mode}: largest logit {np.abs(result['logits']).max():.3g}, "
                  f"smallest of the largest gradients {smallest:.2e}")


if __name__ == "__main__":
    main()
