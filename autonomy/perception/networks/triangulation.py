"""From places to where cameras see them, and back."""

from typing import NamedTuple

import torch
from torch import Tensor


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
    "iterative linear least squares"), weighted by the depth that a first solution tells; what is
    known beforehand, a normal distribution, gives three more, so that one camera, or none that sees
    a thing, is enough for an answer.

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
    first, _ = _solved(slopes, sides, stds * moved[..., 2:])
    depth = moved[..., 2:] + (turned[..., 2, :] * first[:, None]).sum(-1, keepdim=True)
    standard, covariance = _solved(slopes, sides, stds * depth.detach())
    deviations = torch.diagonal(covariance, dim1=-2, dim2=-1).sqrt()
    return Triangulated(centre + spread * standard, spread * deviations)


def _solved(slopes: Tensor, sides: Tensor, stds: Tensor) -> tuple[Tensor, Tensor]:
    """Return the most likely places `(N, K, 3)` in standard units, and their covariances.

    Args:
        slopes: `(N, C, K, 2, 3)` of the equations, by the place.
        sides: `(N, C, K, 2)` right-hand sides of the equations.
        stds: `(N, C, K, 2)` how far these may be off.
    """
    rows = (slopes / stds[..., None]).transpose(1, 2).flatten(2, 3)  # (N, K, 2 C, 3)
    right = (sides / stds).transpose(1, 2).flatten(2, 3)
    covariance = torch.linalg.inv(rows.mT @ rows + torch.eye(3, device=rows.device))
    return (covariance @ (rows.mT @ right[..., None])).squeeze(-1), covariance
