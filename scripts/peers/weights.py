"""Holds Limen's reading and writing of weights and its ONNX files against PyTorch, safetensors and onnxruntime.

    swift build -c release
    python3 scripts/peers/weights.py [--predict] [--onnx]

Builds a CIFAR ResNet-18, ResNet-20 and WRN-16-2 as plain PyTorch modules with weights and running estimates of their own,
saves them in every format and under every spelling, lets `limen weights convert` read them, and loads the result into
PyTorch again: the logits must agree to 1e-5 of the largest. With --predict, `limen predict` computes the logits itself, with
CIFAR-10 in $LIMEN_DATA. With --onnx, exports networks with `limen weights export`
and compares onnxruntime's logits with PyTorch's on the same weights to 1e-4 of the largest. Needs torch, safetensors and, for
--onnx, onnx and onnxruntime. Not a part of scripts/test.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMEN = ROOT / ".build/release/limen"
RECIPES = ROOT / "Recipes/baseline"

# What the recipes of CIFAR-10 normalise by.
MEAN, DEVIATION = [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]


class Basic(nn.Module):
    def __init__(self, inputs, outputs, stride, padded):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.extra = stride, outputs - inputs
        self.shortcut = nn.Sequential()
        self.pads = False
        if stride != 1 or inputs != outputs:
            if padded:
                self.pads = True
            else:
                self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        front = self.extra // 2
        around = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, front, self.extra - front)) if self.pads else self.shortcut(x)
        return F.relu(y + around)


class Residual(nn.Module):
    def __init__(self, widths, blocks, classes=10, padded=False):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        width, self.stages = widths[0], []
        for index, (outputs, count) in enumerate(zip(widths, blocks)):
            layers = []
            for block in range(count):
                layers.append(Basic(width, outputs, 2 if index and not block else 1, padded))
                width = outputs
            setattr(self, f"layer{index + 1}", nn.Sequential(*layers))
            self.stages.append(f"layer{index + 1}")
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return self.fc(x.mean((2, 3)))


class Wide(nn.Module):
    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.bn1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.bn2, self.conv2 = nn.BatchNorm2d(outputs), nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            same = inputs == outputs and stride == 1
            self.convShortcut = None if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

        def forward(self, x):
            a = F.relu(self.bn1(x))
            y = self.conv2(F.relu(self.bn2(self.conv1(a))))
            return y + (self.convShortcut(a) if self.convShortcut is not None else x)

    class Stage(nn.Module):
        def __init__(self, inputs, outputs, stride, count):
            super().__init__()
            self.layer = nn.Sequential(*[Wide.Block(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1) for i in range(count)])

        def forward(self, x):
            return self.layer(x)

    def __init__(self, depth=16, width=2, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        count = (depth - 4) // 6
        self.block1 = Wide.Stage(16, 16 * width, 1, count)
        self.block2 = Wide.Stage(16 * width, 32 * width, 2, count)
        self.block3 = Wide.Stage(32 * width, 64 * width, 2, count)
        self.bn1, self.fc = nn.BatchNorm2d(64 * width), nn.Linear(64 * width, classes)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(x)).mean((2, 3)))


class Dense(nn.Module):
    class Layer(nn.Module):
        def __init__(self, inputs, growth):
            super().__init__()
            self.bn1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, 4 * growth, 1, bias=False)
            self.bn2, self.conv2 = nn.BatchNorm2d(4 * growth), nn.Conv2d(4 * growth, growth, 3, 1, 1, bias=False)

        def forward(self, x):
            return torch.cat([x, self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x))))))], 1)

    class Block(nn.Module):
        def __init__(self, inputs, growth, count):
            super().__init__()
            self.layer = nn.Sequential(*[Dense.Layer(inputs + i * growth, growth) for i in range(count)])

        def forward(self, x):
            return self.layer(x)

    class Transition(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.bn1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, outputs, 1, bias=False)

        def forward(self, x):
            return F.avg_pool2d(self.conv1(F.relu(self.bn1(x))), 2)

    def __init__(self, depth=22, growth=12, classes=10):
        super().__init__()
        count, channels = (depth - 4) // 6, 2 * growth
        self.conv1 = nn.Conv2d(3, channels, 3, 1, 1, bias=False)
        for index in range(3):
            if index:
                setattr(self, f"trans{index}", Dense.Transition(channels, channels // 2))
                channels //= 2
            setattr(self, f"block{index + 1}", Dense.Block(channels, growth, count))
            channels += count * growth
        self.bn1, self.fc = nn.BatchNorm2d(channels), nn.Linear(channels, classes)

    def forward(self, x):
        x = self.block3(self.trans2(self.block2(self.trans1(self.block1(self.conv1(x))))))
        return self.fc(F.relu(self.bn1(x)).mean((2, 3)))


NETWORKS = {
    "resnet18": lambda: Residual([64, 128, 256, 512], [2, 2, 2, 2]),
    "resnet20": lambda: Residual([16, 32, 64], [3, 3, 3]),
    "resnet20 padded": lambda: Residual([16, 32, 64], [3, 3, 3], padded=True),
    "wrn16-2": Wide,
    "densenet22": Dense,
}


def trained(make):
    """A network whose normalisations have something to say."""
    torch.manual_seed(1)
    network = make()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.2)
    network.train()
    for _ in range(3):
        network(torch.randn(16, 3, 32, 32))
    return network.eval()


def limen(*arguments):
    done = subprocess.run([str(LIMEN), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"limen {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def renamed(state, *changes):
    def name(key):
        for old, new in changes:
            key = key.replace(old, new)
        return key
    return collections.OrderedDict((name(key), value) for key, value in state.items())


def compare(what, found, expected, tolerance):
    error = ((found - expected).abs().max() / expected.abs().max()).item()
    print(f"{what:58} {error:.2e}  {'ok' if error <= tolerance else 'WRONG'}")
    return error <= tolerance


def conversions(folder, images):
    good = True
    for name, make in NETWORKS.items():
        network = trained(make)
        expected, state = network(images), network.state_dict()
        parallel = renamed({f"module.{k}": v for k, v in state.items()})
        forms = {
            "plain": (state, {}),
            "legacy": (state, {"_use_new_zipfile_serialization": False}),
            "state_dict, module., epoch, optimizer": ({"epoch": 3, "state_dict": parallel, "optimizer": torch.optim.SGD(network.parameters(), 0.1).state_dict(), "args": argparse.Namespace(lr=1)}, {}),
            "torchvision's names": (renamed(state, ("shortcut", "downsample")), {}),
            "kuangliu's names, net": ({"net": renamed(state, ("fc.", "linear.")), "acc": 93.2}, {}),
            "a whole module": (network, {}),
        }
        for form, (value, options) in forms.items():
            torch.save(value, folder / "in.pth", **options)
            target = ["--for", name.split()[0]] if "padded" not in name else []
            limen("weights", "convert", folder / "in.pth", folder / "out.safetensors", *target)
            fresh = make().eval()
            fresh.load_state_dict(load_file(folder / "out.safetensors"))
            good &= compare(f"{name}, {form}", fresh(images), expected, 1e-5)
        half = collections.OrderedDict((k, v.half() if v.is_floating_point() else v) for k, v in state.items())
        save_file(half, folder / "in.safetensors")
        limen("weights", "convert", folder / "in.safetensors", folder / "out.safetensors", "--precision", "float32")
        fresh = make().eval()
        fresh.load_state_dict(load_file(folder / "out.safetensors"))
        rounded = make().eval()
        rounded.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in half.items()})
        good &= compare(f"{name}, float16 safetensors", fresh(images), rounded(images), 1e-5)
    return good


def predictions(folder):
    """Logits of `limen predict` for pictures, from checkpoints that nobody has converted; needs CIFAR-10 in LIMEN_DATA."""
    import numpy
    from PIL import Image

    pixels = numpy.random.default_rng(3).integers(0, 256, (3, 32, 32, 3), dtype=numpy.uint8)
    files = [folder / f"{index}.png" for index in range(len(pixels))]
    for picture, file in zip(pixels, files):
        Image.fromarray(picture).save(file)
    mean, deviation = (torch.tensor(values).reshape(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    images = (torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255 - mean) / deviation
    good = True
    for name in ["resnet18", "resnet20"]:
        network = trained(NETWORKS[name])
        state = renamed(network.state_dict(), ("shortcut", "downsample"))
        torch.save({"epoch": 1, "state_dict": {f"module.{k}": v for k, v in state.items()}}, folder / "in.pth")
        recipe = RECIPES / f"cifar10-{name}.yaml"
        report = json.loads(limen("predict", "--recipe", recipe, "--weights", folder / "in.pth", "--json", "--quiet", *files))
        logits = torch.tensor([image["logits"] for image in report["images"]])
        good &= compare(f"{name}, limen predict", logits, network(images), 1e-5)
    return good


def exports(folder, images):
    import onnx
    import onnxruntime

    good = True
    for name, make in NETWORKS.items():
        network = trained(make)
        expected = network(images)
        torch.save(network.state_dict(), folder / "in.pth")
        target = name
        if "padded" in name:
            target = folder / "recipe.yaml"
            text = (RECIPES / "cifar10-resnet20.yaml").read_text()
            lines = [line if not line.startswith("network:") else "network: {resnet20: {shortcut: pad}}" for line in text.splitlines()]
            target.write_text("\n".join(lines) + "\n")
        for flags in [[], ["--fold"], ["--opset", "13"], ["--fold", "--opset", "21"]]:
            limen("weights", "export", folder / "in.pth", folder / "out.onnx", "--for", target, *flags)
            model = onnx.load(folder / "out.onnx")
            onnx.checker.check_model(model, full_check=True)
            norms = sum(node.op_type == "BatchNormalization" for node in model.graph.node)
            session = onnxruntime.InferenceSession(str(folder / "out.onnx"), providers=["CPUExecutionProvider"])
            logits, features = session.run(["logits", "features"], {"images": images.numpy()})
            again = torch.from_numpy(features) @ network.fc.weight.T + network.fc.bias
            good &= compare(f"{name} {' '.join(flags)} ({len(model.graph.node)} nodes, {norms} norms)", torch.from_numpy(logits), expected, 1e-4)
            good &= compare(f"{name} features", again, expected, 1e-4)
        if "padded" in name:
            limen("weights", "export", folder / "in.pth", folder / "out.onnx", "--for", target, "--normalize", "--fold")
            session = onnxruntime.InferenceSession(str(folder / "out.onnx"), providers=["CPUExecutionProvider"])
            raw = torch.rand(4, 3, 32, 32)
            mean, deviation = (torch.tensor(values).reshape(1, 3, 1, 1) for values in (MEAN, DEVIATION))
            logits = session.run(["logits"], {"images": raw.numpy()})[0]
            good &= compare(f"{name} --normalize", torch.from_numpy(logits), network((raw - mean) / deviation), 1e-4)
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--predict", action="store_true")
    parser.add_argument("--onnx", action="store_true")
    wants = parser.parse_args()
    torch.manual_seed(2)
    images = torch.randn(4, 3, 32, 32)
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        good = conversions(pathlib.Path(folder), images)
        if wants.predict:
            good &= predictions(pathlib.Path(folder))
        if wants.onnx:
            good &= exports(pathlib.Path(folder), images)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
