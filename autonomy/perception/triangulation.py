"""From places to where cameras see them, and back."""

from typing import NamedTuple

import torch
from torch import Tensor

_TURNS = 2  # of weighting by depth, which the places tell


class Triangulated(NamedTuple):
    """Where K things are, and how far they may be off along each axis."""

    places: Tensor  # (N, K, 3)
    std: Tensor  # (N, K, 3)


def project(projections: Tensor, places: Tensor) -> Tensor:
    """Return where C cameras see places `(N, K, 3)`: `(N, C, K, 2)`, as `projections` says.

    Args:
        projections: `(N, C, 3, 4)`, see `Samples`.
        places: In the frame that `projections` starts from.
    """
    ahead = torch.einsum("ncij,nkj->ncki", projections[..., :3], places)
    ahead = ahead + projections[:, :, None, :, 3]
    return ahead[..., :2] / ahead[..., 2:]


def triangulate(
    points: Tensor, stds: Tensor, projections: Tensor, centre: Tensor, spread: Tensor
) -> Triangulated:
    """Return the most likely places of things that cameras see at `points` `(N, C, K, 2)`.

    Each coordinate of a point gives one linear equation (Hartley & Sturm, "Triangulation", 1997,
    "iterative linear least squares"); what is known beforehand, a normal distribution, gives three
    more, so that one camera, or none that sees a thing, is enough for an answer.

    Args:
        points: In the units that `projections` gives.
        stds: `(N, C, K, 2)` standard deviations of the points.
        projections: `(N, C, 3, 4)`, see `Samples`.
        centre: `(K, 3)` means of the places beforehand.
        spread: `(K, 3)` their standard deviations.
    """
    known = projections[:, :, None]  # of all things
    turned = known[..., :3] * spread[:, None]  # (N, C, K, 3, 3), for places in standard units
    moved = (known[..., :3] @ centre[..., None]).squeeze(-1) + known[..., 3]
    slopes = points[..., None] * turned[..., 2:, :] - turned[..., :2, :]
    sides = moved[..., :2] - points * moved[..., 2:]
    depth = moved[..., 2:]
    standard, covariance = torch.zeros_like(centre).expand(len(points), -1, -1), torch.eye(3)
    for _ in range(_TURNS):
        weights = 1.0 / (stds * depth.detach())
        rows = (slopes * weights[..., None]).transpose(1, 2).flatten(2, 3)  # (N, K, 2 C, 3)
        right = (sides * weights).transpose(1, 2).flatten(2, 3)
        information = rows.mT @ rows + torch.eye(3, device=points.device)
        covariance = torch.linalg.inv(information)
        standard = (covariance @ (rows.mT @ right[..., None])).squeeze(-1)
        depth = moved[..., 2:] + (turned[..., 2, :] * standard[:, None]).sum(-1, keepdim=True)
    deviations = torch.diagonal(covariance, dim1=-2, dim2=-1).sqrt()
    return Triangulated(centre + spread * standard, spread * deviations)
