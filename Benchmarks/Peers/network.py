"""ResNet-20 for CIFAR-10 with shortcut option A, and its third-party checkpoint."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut without parameters."""

    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        # Option A: every second row and column, channels padded with zeros, half before and half after.
        self.stride = stride
        self.padding = (channels - channels_in) // 2

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.stride > 1:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.padding, self.padding))
        return F.relu(y + x)


class ResNet20(nn.Module):
    """Three stages of three blocks with 16, 32 and 64 channels: 269,722 parameters."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self.stage(16, 16, 1)
        self.layer2 = self.stage(16, 32, 2)
        self.layer3 = self.stage(32, 64, 2)
        self.linear = nn.Linear(64, 10)

    @staticmethod
    def stage(channels_in, channels, stride):
        return nn.Sequential(
            Block(channels_in, channels, stride), Block(channels, channels, 1), Block(channels, channels, 1)
        )

    def forward(self, x):  # [batch, 3, 32, 32]
        x = F.relu(self.bn1(self.conv1(x)))  # [batch, 16, 32, 32]
        x = self.layer3(self.layer2(self.layer1(x)))  # [batch, 64, 8, 8]
        return self.linear(x.mean((2, 3)))  # [batch, 10]


def load_network(checkpoint):
    """The network under running statistics, with the checkpoint's weights; random ones if absent."""
    torch.manual_seed(0)
    network = ResNet20()
    if checkpoint and os.path.exists(checkpoint):
        entries = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
        network.load_state_dict({name.removeprefix("module."): value for name, value in entries.items()})
    return network.eval()


def directions(network):
    """Two lists of tensors: sin(i) and cos(i) over the flat index i = 1...P, at norm 1."""
    parameters = list(network.parameters())
    index = torch.arange(1, sum(p.numel() for p in parameters) + 1, dtype=torch.float64)
    result = []
    for wave in (index.sin(), index.cos()):
        pieces = (wave / wave.norm()).float().split([p.numel() for p in parameters])
        result.append([piece.reshape(p.shape) for piece, p in zip(pieces, parameters)])
    return result


def filter_normalised(network, direction):
    """`direction` with each filter or dense row at the norm of the network's; zero for rank 0 and 1."""
    result = []
    for p, d in zip(network.parameters(), direction):
        if p.ndim < 2:
            result.append(torch.zeros_like(d))
            continue
        axes = tuple(range(1, p.ndim))
        squares = [t.detach().square().sum(axes, keepdim=True) for t in (p, d)]
        result.append(d * (squares[0] / squares[1]).sqrt())
    return result


def inner(a, b):
    """The inner product of two lists of tensors, summed in double precision."""
    return sum(float((x.double() * y.double()).sum()) for x, y in zip(a, b))
