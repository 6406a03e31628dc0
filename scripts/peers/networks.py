"""The four networks of the race, as Limen builds them: same layers, same widths, same shortcuts."""

from torch import cat, nn
from torch.nn import functional as F


def convolution(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


def pooled(x):
    return F.adaptive_avg_pool2d(x, 1).flatten(1)


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = convolution(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = convolution(outputs, outputs, 3), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, widths, blocks, classes=10):
        super().__init__()
        width = widths[0]
        self.conv1, self.bn1 = convolution(3, width, 3), nn.BatchNorm2d(width)
        layers = []
        for stage, (outputs, count) in enumerate(zip(widths, blocks)):
            for block in range(count):
                layers.append(BasicBlock(width, outputs, 2 if stage > 0 and block == 0 else 1))
                width = outputs
        self.layers = nn.Sequential(*layers)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        return self.fc(pooled(self.layers(F.relu(self.bn1(self.conv1(x))))))


class PreActivationBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), convolution(inputs, outputs, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(outputs), convolution(outputs, outputs, 3)
        self.shortcut = convolution(inputs, outputs, 1, stride) if inputs != outputs else None

    def forward(self, x):
        activated = F.relu(self.bn1(x))
        shortcut = x if self.shortcut is None else self.shortcut(activated)
        return shortcut + self.conv2(F.relu(self.bn2(self.conv1(activated))))


class WideResNet(nn.Module):
    def __init__(self, depth, factor, classes=10):
        super().__init__()
        self.conv1 = convolution(3, 16, 3)
        layers, width = [], 16
        for stage, outputs in enumerate((16 * factor, 32 * factor, 64 * factor)):
            for block in range((depth - 4) // 6):
                layers.append(PreActivationBlock(width, outputs, 2 if stage > 0 and block == 0 else 1))
                width = outputs
        self.layers, self.bn = nn.Sequential(*layers), nn.BatchNorm2d(width)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        return self.fc(pooled(F.relu(self.bn(self.layers(self.conv1(x))))))


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), convolution(inputs, 4 * growth, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(4 * growth), convolution(4 * growth, growth, 3)

    def forward(self, x):
        y = self.conv1(F.relu(self.bn1(x)))
        return cat([x, self.conv2(F.relu(self.bn2(y)))], 1)


class DenseNet(nn.Module):
    """DenseNet-BC: bottlenecks of four times the growth, and transitions that halve the channels."""

    def __init__(self, depth, growth, classes=10):
        super().__init__()
        width = 2 * growth
        layers = [convolution(3, width, 3)]
        for block in range(3):
            for _ in range((depth - 4) // 6):
                layers.append(DenseLayer(width, growth))
                width += growth
            if block < 2:
                layers += [nn.BatchNorm2d(width), nn.ReLU(), convolution(width, width // 2, 1), nn.AvgPool2d(2)]
                width //= 2
        self.layers, self.bn = nn.Sequential(*layers), nn.BatchNorm2d(width)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        return self.fc(pooled(F.relu(self.bn(self.layers(x)))))


NETWORKS = {
    "resnet20": lambda: ResNet([16, 32, 64], [3, 3, 3]),
    "resnet18": lambda: ResNet([64, 128, 256, 512], [2, 2, 2, 2]),
    "wrn40-4": lambda: WideResNet(40, 4),
    "densenet100": lambda: DenseNet(100, 12),
}
