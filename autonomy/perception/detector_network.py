"""The detector's network: a small feature pyramid that answers on a grid of 4 x 4 px cells."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE = 4
"""Side of a cell of the answer [px]."""

SMALLEST = 32
"""Smallest height and width of a frame [px]: one place of the coarsest features."""


class DetectorNetwork(nn.Module):
    """Convolutions down to 1/32 of the frame's size, and back up to 1/4 (Lin et al., 2017).

    The first one reads patches of 4 x 4 px that do not overlap, so that almost all arithmetic
    happens on few pixels.

    Args:
        channels: What to say of each cell.
        widths: Channels of the features at strides of 4, 8, 16 and 32 px.
    """

    def __init__(self, channels: int, widths: tuple[int, ...] = (24, 40, 64, 64)) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            _normed(nn.Conv2d(3, widths[0], STRIDE, stride=STRIDE, bias=False)),
            _convolution(widths[0], widths[0]),
        )
        pairs = list(pairwise(widths))
        self.down = nn.ModuleList(
            nn.Sequential(_convolution(fine, coarse, stride=2), _convolution(coarse, coarse))
            for fine, coarse in pairs
        )
        self.narrow = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in pairs)
        self.merge = nn.ModuleList(_convolution(fine, fine) for fine, _ in pairs)
        self.head = nn.Conv2d(widths[0], channels, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Map frames `(N, H, W, 3)` uint8 to `(N, channels, H // 4, W // 4)`."""
        planes = frames.permute(0, 3, 1, 2).to(torch.float32).div_(255.0)
        levels = [self.stem(planes)]
        for down in self.down:
            levels.append(down(levels[-1]))
        features = levels.pop()
        for narrow, merge in zip(reversed(self.narrow), reversed(self.merge), strict=True):
            fine = levels.pop()
            features = functional.interpolate(narrow(features), size=fine.shape[-2:])
            features = merge(features + fine)
        return self.head(features)


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return _normed(nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False))


def _normed(convolution: nn.Conv2d) -> nn.Sequential:
    return nn.Sequential(
        convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU(inplace=True)
    )
