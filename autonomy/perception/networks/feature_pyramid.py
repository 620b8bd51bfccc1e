"""From frames to features of their patches, seen up close and from afar."""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

PATCH = 4
"""Side [px] of the patches that features describe."""


class FeaturePyramid(nn.Module):
    """A small network for a few CPU cores.

    The first layer reads patches that do not overlap, so that nothing is computed at the full
    resolution. Each further level has half the resolution; features of coarse levels, which have
    seen more of the frame, are added to those of finer ones (Lin et al., "Feature pyramid networks
    for object detection", 2017). Batches are normalised (Ioffe and Szegedy, 2015) at the coarse
    levels only: at the finest it would cost as much as its convolutions.

    Args:
        widths: How many features a level has, from the patches to the coarsest.
    """

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.patches = _layer(3, widths[0], size=PATCH, stride=PATCH)
        pairs = list(pairwise(widths))
        self.down = nn.ModuleList(_normed(fine, coarse, stride=2) for fine, coarse in pairs)
        self.coarsest = _normed(widths[-1], widths[-1])
        self.up = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in pairs)
        self.again = nn.ModuleList(
            (_normed if level else _layer)(fine, fine) for level, (fine, _) in enumerate(pairs)
        )

    def forward(self, frames: Tensor) -> Tensor:
        """Map frames `(N, H, W, 3)` uint8 to features `(N, widths[0], H // 4, W // 4)`."""
        levels = [self.patches(frames.permute(0, 3, 1, 2).float() / 64.0 - 2.0)]
        for down in self.down:
            levels.append(down(levels[-1]))
        features = self.coarsest(levels.pop())
        for up, again in zip(reversed(self.up), reversed(self.again), strict=True):
            fine = levels.pop()
            features = again(fine + _enlarged(up(features), fine))
        return features


def _enlarged(features: Tensor, like: Tensor) -> Tensor:
    """Interpolate, so that neighbours under one coarse cell can tell where in it they are."""
    return functional.interpolate(features, size=like.shape[2:], mode="bilinear")


def _layer(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(_convolution(inputs, outputs, size, stride), nn.ReLU(inplace=True))


def _normed(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        _convolution(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


def _convolution(inputs: int, outputs: int, size: int, stride: int) -> nn.Conv2d:
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding=1 if size == 3 else 0)
    nn.init.kaiming_normal_(convolution.weight)
    assert convolution.bias is not None
    nn.init.zeros_(convolution.bias)
    return convolution
