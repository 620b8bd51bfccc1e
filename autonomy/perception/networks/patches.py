"""Points found more exactly: a small network looks at the pixels around each, all of them."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

PATCH_FEATURES = 32
"""Numbers that tell what a patch is like."""

PATCH_SIZE = 20
"""Height and width of a patch [px]."""

_CHANNELS = (24, 32)
_FARTHEST = 8.0  # [px] from a patch's middle, where its point may be found
_ALMOST_NONE = 1e-4  # [px²] where the distance has no slope
_WIDEST = 4.0  # of ln(standard deviation in pixels)


class Refined(NamedTuple):
    """K points of N frames of C cameras."""

    points: Tensor  # (N, C, K, 2) column and row, from 0 to 1 from edge to edge
    log_std: Tensor  # (N, C, K) logarithm of how far they may be off along each axis [px]
    features: Tensor  # (N, C, K, F)


class Patches(nn.Module):
    """Looks at the pixels around points that are roughly known."""

    def __init__(self, cameras: int, count: int) -> None:
        super().__init__()
        first, second = _CHANNELS
        self.layers = nn.Sequential(
            nn.Conv2d(3, first, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(first, second, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
        )
        kinds, found = cameras * count, second * (PATCH_SIZE // 4) ** 2
        self.look = nn.Parameter(torch.randn(kinds, found, PATCH_FEATURES) * (2.0 / found) ** 0.5)
        self.tell = nn.Parameter(torch.zeros(kinds, PATCH_FEATURES, 3))

    def forward(self, points: Tensor, images: Tensor) -> Refined:
        """Look around points `(N, C, K, 2)`, column and row from 0 to 1, for what each is to show.

        Images are `(C, N, 3, H, W)` in [-1, 1]; beyond their edges it is grey.
        """
        height, width = images.shape[-2:]
        size = torch.tensor((width, height), device=points.device)
        middles = points.detach()
        patches = torch.stack(
            [cut(own, middles[:, camera]) for camera, own in enumerate(images)], dim=1
        )
        count, cameras, kinds = patches.shape[:3]
        found = self.layers(patches.flatten(0, 2)).view(count, cameras * kinds, -1)
        features = torch.relu(torch.einsum("nkf,kfg->nkg", found, self.look))
        told = torch.einsum("nkg,kgo->nko", features, self.tell)
        told = told.view(count, cameras, kinds, 3)
        moved = _FARTHEST * torch.tanh(told[..., :2] / _FARTHEST)
        log_std = _WIDEST * torch.tanh(told[..., 2] / _WIDEST)
        features = features.view(count, cameras, kinds, -1)
        return Refined(middles + moved / size, log_std, features)


def patch_loss(refined: Refined, points: Tensor, size: Tensor) -> Tensor:
    """Return the mean negative log-likelihood of true points `(N, C, K, 2)`.

    The likelihood falls exponentially with the distance: points that are hidden are found far
    away, and squares would let them rule.

    Args:
        refined: What was found.
        points: Column and row from 0 to 1 from edge to edge.
        size: `(2,)` width and height [px].
    """
    apart = (points - refined.points) * size
    distance = (apart.square().sum(dim=-1) + _ALMOST_NONE).sqrt()
    return (distance * torch.exp(-refined.log_std) + 2.0 * refined.log_std).mean()


def cut(images: Tensor, middles: Tensor) -> Tensor:
    """Return patches `(N, K, 3, S, S)` of images `(N, 3, H, W)`.

    Their middles are at points `(N, K, 2)`, column and row from 0 to 1 from edge to edge, to a
    fraction of a pixel.
    """
    count, _, height, width = images.shape
    steps = torch.arange(PATCH_SIZE, device=images.device) - (PATCH_SIZE - 1) / 2
    columns = 2.0 * (middles[..., 0, None] + steps / width) - 1.0
    rows = 2.0 * (middles[..., 1, None] + steps / height) - 1.0
    kinds = middles.shape[1]
    grid = torch.stack(
        [
            columns[:, :, None, :].expand(count, kinds, PATCH_SIZE, PATCH_SIZE),
            rows[:, :, :, None].expand(count, kinds, PATCH_SIZE, PATCH_SIZE),
        ],
        dim=-1,
    )
    cut = nn.functional.grid_sample(
        images, grid.flatten(1, 2), mode="bilinear", align_corners=False
    )
    return cut.unflatten(2, (kinds, PATCH_SIZE)).transpose(1, 2)
