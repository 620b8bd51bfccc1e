"""What drives: one row a vehicle."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Vehicles(NamedTuple):
    """M vehicles."""

    x: NDArray[np.float64]  # (M,) [m] rear axle's middle, east
    y: NDArray[np.float64]  # (M,) [m] north
    heading: NDArray[np.float64]  # (M,) [rad] from east, to the left
    speed: NDArray[np.float64]  # (M,) [m/s], never negative
    steering: NDArray[np.float64]  # (M,) [rad] of the front wheels, to the left
    acceleration: NDArray[np.float64]  # (M,) [m/s2] of the drive, without the grade
    world: NDArray[np.int64]  # (M,) that each is in
    route: NDArray[np.int64]  # (M,) that each is on, by its number among `Routes`


MOVING = Vehicles._fields[:6]
"""What changes as vehicles drive."""


def one_in_each(worlds: int) -> Vehicles:
    """Return vehicles that stand still, one in each of N worlds, on no route yet."""
    x, y, heading, speed, steering, acceleration = np.zeros((len(MOVING), worlds))
    world, route = np.arange(worlds), np.full(worlds, -1)
    return Vehicles(x, y, heading, speed, steering, acceleration, world, route)
