"""Which parts a camera cannot see, and which are small, by the spheres around them."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled

_SMALLEST = 0.5  # [px] radius of a part's sphere in the image, below which it is left out
_COARSE = 5.0  # [px] likewise, below which its coarse mesh is as good


@compiled
def out_of_sight(
    sphere: NDArray[np.float32],
    pose: NDArray[np.float64],
    lens: NDArray[np.float64],
    reach: tuple[float, float],
    size: tuple[int, int],
) -> bool:
    """Tell whether a sphere is too small to see, or wholly beyond one of the view's six planes."""
    x, y, z, radius = sphere[0], sphere[1], sphere[2], sphere[3]
    right = pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]
    down = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]
    ahead = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
    if ahead + radius < reach[0] or ahead - radius > reach[1]:
        return True
    if radius * lens[0] < _SMALLEST * ahead:
        return True
    fx, fy, cx, cy = lens[0], lens[1], lens[2], lens[3]
    return (
        _beyond(right, ahead, fx, cx + 0.5, radius)
        or _beyond(-right, ahead, fx, size[1] - 0.5 - cx, radius)
        or _beyond(down, ahead, fy, cy + 0.5, radius)
        or _beyond(-down, ahead, fy, size[0] - 0.5 - cy, radius)
    )


@compiled
def is_small(
    sphere: NDArray[np.float32], pose: NDArray[np.float64], lens: NDArray[np.float64]
) -> bool:
    """Tell whether a sphere takes so few pixels that details cannot be told apart."""
    x, y, z, radius = sphere[0], sphere[1], sphere[2], sphere[3]
    ahead = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
    return radius * lens[0] < _COARSE * ahead


@compiled
def _beyond(across: float, ahead: float, focal: float, edge: float, radius: float) -> bool:
    """Tell whether a sphere lies outside the plane through the camera and one image edge."""
    return focal * across + edge * ahead < -radius * math.sqrt(focal * focal + edge * edge)
