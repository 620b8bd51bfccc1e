"""From frames to points: convolutions whose channels each say where one thing is."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

_CHANNELS = (32, 48)  # after each of two strided convolutions, which leave a map an eighth in size
_BLOCKS = 2
_LEAST_VARIANCE = 1e-4  # of a keypoint's map, in shares of the image


class Found(NamedTuple):
    """K keypoints of N frames of C cameras."""

    maps: Tensor  # (N, C, K, H, W) logits
    points: Tensor  # (N, C, K, 2) column and row, from 0 to 1 from edge to edge
    variances: Tensor  # (N, C, K) of both together


class Keypoints(nn.Module):
    """Finds K keypoints in the frame of each of C cameras.

    All cameras share the convolutions, and each has maps of its own. A map's soft-argmax is the
    mean place of its softmax (Levine et al., "End-to-end training of deep visuomotor policies",
    2016), finer than a pixel of the map.
    """

    def __init__(self, cameras: int, count: int, channels: int = 3) -> None:
        super().__init__()
        first, wide = _CHANNELS
        self.stem = nn.Sequential(
            *_layer(nn.Conv2d(channels, first, 4, stride=4, bias=False)),
            *_layer(nn.Conv2d(first, wide, 3, stride=2, padding=1, bias=False)),
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(*_layer(nn.Conv2d(wide, wide, 3, padding=far, dilation=far, bias=False)))
            for far in range(1, 1 + _BLOCKS)
        )
        self.maps = nn.ModuleList(nn.Conv2d(wide, count, 1) for _ in range(cameras))

    def forward(self, images: Tensor) -> Found:
        """Find keypoints in images `(C, N, 3, H, W)` in [-1, 1]."""
        features = self.stem(images.flatten(0, 1).contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            features = features + block(features)
        each = features.unflatten(0, images.shape[:2])
        maps = torch.stack([find(own) for find, own in zip(self.maps, each, strict=True)], dim=1)
        shares = torch.softmax(maps.flatten(3), dim=3)
        points, variances = moments(shares.unflatten(3, maps.shape[3:]))
        return Found(maps, points, variances + _LEAST_VARIANCE)


def moments(shares: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean places of distributions over an image, and their variances.

    Args:
        shares: `(..., H, W)`, each with sum 1.

    Returns:
        Places `(..., 2)`, column and row from 0 to 1 from edge to edge; variances `(...)`, those of
        both directions together.
    """
    places: list[Tensor] = []
    variance = torch.zeros(shares.shape[:-2], device=shares.device)
    for across, length in ((-2, shares.shape[-1]), (-1, shares.shape[-2])):
        along = shares.sum(dim=across)
        middles = (torch.arange(length, device=shares.device) + 0.5) / length
        place = along @ middles
        places.append(place)
        variance = variance + (along @ middles.square() - place.square()).clamp(min=0.0)
    return torch.stack(places, dim=-1), variance


def point_loss(maps: Tensor, points: Tensor) -> Tensor:
    """Return the mean cross-entropy of maps and where their points truly are.

    The truth of a point is shared out among the four cells around it, so that its mean is the very
    point.

    Args:
        maps: `(..., H, W)` logits.
        points: `(..., 2)` column and row, from 0 to 1 from edge to edge; one that is outside is
            to be found at the edge.
    """
    height, width = maps.shape[-2:]
    size = torch.tensor((width, height), device=maps.device)
    place = points * size - 0.5
    place = torch.minimum(place.clamp(min=0.0), size - 1.0)
    first = torch.minimum(place.floor(), size - 2.0)
    second_share = place - first
    logs = torch.log_softmax(maps.flatten(-2), dim=-1)
    loss = torch.zeros(points.shape[:-1], device=maps.device)
    for right in (0, 1):
        for below in (0, 1):
            column = second_share[..., 0] if right else 1.0 - second_share[..., 0]
            row = second_share[..., 1] if below else 1.0 - second_share[..., 1]
            cell = (first[..., 1] + below) * width + first[..., 0] + right
            loss = loss - column * row * logs.gather(-1, cell.long().unsqueeze(-1)).squeeze(-1)
    return loss.mean()


def _layer(convolution: nn.Conv2d) -> list[nn.Module]:
    return [convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU()]
