"""What a detector's network should say in every cell of its grid."""

from typing import NamedTuple

import torch
from torch import Tensor

_SHARE = 0.54  # of a box, around its middle, that answers for it; as in the paper
_SMALLER_FIRST = 1e-7  # [1/px²] by which the smaller of two boxes with one middle is preferred
_UNSAID = 1.0 - 1e-4  # heat of cells in which nothing is right or wrong


class DetectionTargets(NamedTuple):
    """Targets of N frames on a grid of h x w cells."""

    heat: Tensor  # (N, C, h, w) in [0, 1]; 1 in the cell of a box's middle, falling off around it
    boxes: Tensor  # (N, h, w, 4) left, top, right, bottom [px] of the box that a cell answers for
    classes: Tensor  # (N, h, w) the class of that box; of no meaning where the weight is 0
    weights: Tensor  # (N, h, w) how much a cell counts; those of a box that hides none sum to 1


def detection_targets(
    boxes: Tensor, classes: Tensor, counted: Tensor, heatmaps: tuple[int, int, int], stride: int
) -> DetectionTargets:
    """Spread boxes over a grid as Liu et al. do.

    "Training-time-friendly network for real-time object detection", 2020: a Gaussian of the box's
    own proportions tells where its middle is, and all cells under it learn the box. Where boxes
    overlap, the one whose Gaussian is higher is learned, so that every box is told by its middle.

    Args:
        boxes: `(N, B, 4)` left, top, right, bottom [px].
        classes: `(N, B)`, -1 where there is no box.
        counted: `(N, B)` which boxes are to be found; it is not wrong to find one of the others.
        heatmaps: How many there are, one a class, and their height and width in cells.
        stride: Side of a cell [px].
    """
    used = (classes >= 0).any(dim=0)
    used[0] = True  # so that there is a box even where there is none
    boxes, classes, counted = boxes[:, used], classes[:, used], counted[:, used]
    bumps = _gaussians(boxes, heatmaps[1:], stride)
    shown = bumps * torch.where(counted, 1.0, _UNSAID)[..., None, None]
    heat = torch.stack(
        [(shown * (classes == kind)[..., None, None]).amax(1) for kind in range(heatmaps[0])],
        dim=1,
    )
    bumps = bumps * counted[..., None, None]
    area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    # max, since argmax along this axis takes seven times as long
    owner = (bumps - _SMALLER_FIRST * area[..., None, None]).max(1).indices  # (N, h, w) which box
    shares = bumps / bumps.sum((2, 3), keepdim=True).clamp(min=1e-6)
    weights = shares.gather(1, owner[:, None])[:, 0]
    rows = torch.arange(len(boxes), device=boxes.device)[:, None, None]
    return DetectionTargets(heat, boxes[rows, owner], classes[rows, owner].clamp(min=0), weights)


def _gaussians(boxes: Tensor, grid: tuple[int, int], stride: int) -> Tensor:
    """Return one bump a box, `(N, B, h, w)`: 1 in the cell of its middle, 0 far from it."""
    across = _bump(boxes[..., 0], boxes[..., 2], grid[1], stride)
    down = _bump(boxes[..., 1], boxes[..., 3], grid[0], stride)
    return down[..., :, None] * across[..., None, :]


def _bump(low: Tensor, high: Tensor, cells: int, stride: int) -> Tensor:
    """Return a Gaussian along one axis, `(N, B, cells)`, cut off at its radius."""
    middle = ((low + high) / 2 / stride).floor().clamp(0, cells - 1)
    radius = (_SHARE / 2 * (high - low) / stride).floor()
    sigma = (2 * radius + 1) / 6
    away = (torch.arange(cells, device=low.device) - middle[..., None]).abs()
    bump = torch.exp(-(away**2) / (2 * sigma[..., None] ** 2))
    return torch.where(away <= radius[..., None], bump, 0.0)
