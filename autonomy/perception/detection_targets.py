"""What a detector's network should say in every cell of its grid."""

from typing import NamedTuple

import torch
from torch import Tensor

_SHARE = 0.54  # of a box, around its middle, that answers for it; as in the paper


class DetectionTargets(NamedTuple):
    """Targets of N frames on a grid of h x w cells."""

    heat: Tensor  # (N, C, h, w) in [0, 1]; 1 in the cell of a box's middle, falling off around it
    boxes: Tensor  # (N, h, w, 4) left, top, right, bottom [px] of the box that a cell answers for
    classes: Tensor  # (N, h, w) the class of that box; of no meaning where the weight is 0
    weights: Tensor  # (N, h, w) how much a cell counts; those of a box that hides none sum to 1


def detection_targets(
    boxes: Tensor, classes: Tensor, class_count: int, grid: tuple[int, int], stride: int
) -> DetectionTargets:
    """Spread boxes over a grid as Liu et al. do.

    "Training-time-friendly network for real-time object detection", 2020: a Gaussian of the box's
    own proportions tells where its middle is, and all cells under it learn the box. Where boxes
    overlap, the smaller one is learned.

    Args:
        boxes: `(N, B, 4)` left, top, right, bottom [px].
        classes: `(N, B)`, -1 where there is no box.
        class_count: How many classes there are.
        grid: Height and width in cells.
        stride: Side of a cell [px].
    """
    used = (classes >= 0).any(dim=0)
    used[0] = True  # so that there is a box even where there is none
    boxes, classes = boxes[:, used], classes[:, used]
    heat_of_box = _gaussians(boxes, grid, stride) * (classes >= 0)[..., None, None]
    heat = torch.stack(
        [(heat_of_box * (classes == kind)[..., None, None]).amax(1) for kind in range(class_count)],
        dim=1,
    )
    area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    reaching = torch.where(heat_of_box > 0, area[..., None, None], torch.inf)
    owner = reaching.argmin(1)  # (N, h, w) which box
    shares = heat_of_box / heat_of_box.sum((2, 3), keepdim=True).clamp(min=1e-6)
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
