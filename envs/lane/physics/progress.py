"""What a control step does to N cars, and how far they have come."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.physics.car import Cars, drive
from autonomy.envs.lane.physics.lane_path import LanePaths, Location, locate, path_of

_STANDS = 0.5  # [m/s] what is slower


class Progress(NamedTuple):
    """How far N cars have come."""

    distance: NDArray[np.float64]  # (N,) [m] driven along the lane
    standing: NDArray[np.float64]  # (N,) [s] for which the car has stood
    steering_rate: NDArray[np.float64]  # (N,) [rad/s] over the last control step


@compiled
def advance(
    cars: Cars,
    actions: NDArray[np.float32],
    paths: LanePaths,
    location: Location,
    progress: Progress,
    duration: float,
) -> None:
    """Let a control step of `duration` [s] pass for all cars, in place.

    One call from Python instead of four: for a single car, the calls are what takes time.
    """
    along, steering = location.along.copy(), cars.steering.copy()
    drive(cars, actions, location.grade, duration)
    locate(paths, cars, location)
    update_progress(cars, location, paths, along, duration, progress)
    progress.steering_rate[:] = (cars.steering - steering) / duration


@compiled
def update_progress(
    cars: Cars,
    location: Location,
    paths: LanePaths,
    before: NDArray[np.float64],
    duration: float,
    progress: Progress,
) -> None:
    """Count a step of `duration` [s] in place; `before` `(N,)` [m] is where it began along."""
    for i in range(len(before)):
        moved = location.along[i] - before[i]
        if paths.closed[i]:
            lap = path_of(paths, i)[-1].along
            moved -= lap * np.rint(moved / lap)
        progress.distance[i] += moved
        progress.standing[i] += duration
        if cars.speed[i] >= _STANDS:
            progress.standing[i] = 0.0
