"""Where things cast shadows: around each car, as far ahead as one sees of them."""

import numpy as np
from numpy.typing import NDArray

_AHEAD, _RADIUS = 18.0, 26.0  # [m]


def shadow_balls(world_from_car: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return balls `(N, 4)`, see `Appearance.cast`, for cars at poses `(N, 3, 4)`."""
    balls = np.full((len(world_from_car), 4), _RADIUS, np.float32)
    balls[:, :3] = world_from_car[:, :, 3] + _AHEAD * world_from_car[:, :, 0]
    return balls
