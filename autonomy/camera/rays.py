"""What the pixels of a pinhole camera look along."""

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled


@compiled
def world_rays(
    lens: NDArray[np.float64], camera_from_world: NDArray[np.float64]
) -> NDArray[np.float32]:
    """`(3, 4)`: per world axis, a ray's change per column, per row, its constant; the origin.

    The ray has length 1 along the optical axis, so origin + depth * ray is what a pixel sees.
    """
    rays = np.empty((3, 4), np.float32)
    p = camera_from_world
    for i in range(3):
        across, down = p[0, i] / lens[0], p[1, i] / lens[1]
        rays[i, 0] = across
        rays[i, 1] = down
        rays[i, 2] = p[2, i] - across * lens[2] - down * lens[3]
        rays[i, 3] = -(p[0, i] * p[0, 3] + p[1, i] * p[1, 3] + p[2, i] * p[2, 3])
    return rays
