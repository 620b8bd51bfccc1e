"""A control step of everything that drives, and how far it has come."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.physics.car import drive
from autonomy.envs.lane.physics.location import Location, locate
from autonomy.envs.lane.physics.routes import Routes
from autonomy.envs.lane.physics.vehicles import Vehicles

_STANDS = 0.5  # [m/s] what is slower


class Progress(NamedTuple):
    """How far M vehicles have come."""

    start: NDArray[np.float64]  # (M,) [m] along their routes where they began
    distance: NDArray[np.float64]  # (M,) [m] driven along them since
    standing: NDArray[np.float64]  # (M,) [s] for which they have stood
    steering_rate: NDArray[np.float64]  # (M,) [rad/s] over the last control step


def no_progress(count: int) -> Progress:
    """Return room for the progress of M vehicles."""
    return Progress(*np.zeros((len(Progress._fields), count)))


@compiled
def advance(
    vehicles: Vehicles,
    actions: NDArray[np.float32],
    routes: Routes,
    location: Location,
    progress: Progress,
    duration: float,
) -> None:
    """Drive all vehicles for `duration` [s] by actions `(M, 2)`, and find them, in place.

    One call from Python instead of three: for a single car, the calls are what takes time.
    """
    steering = vehicles.steering.copy()
    drive(vehicles, actions, location.grade, duration)
    locate(vehicles, routes, location)
    progress.steering_rate[:] = (vehicles.steering - steering) / duration
    update_progress(vehicles, location, progress, duration)


@compiled
def update_progress(
    vehicles: Vehicles, location: Location, progress: Progress, duration: float
) -> None:
    """Count a step of `duration` [s] in place."""
    for i in range(len(location.along)):
        progress.distance[i] = location.along[i] - progress.start[i]
        progress.standing[i] += duration
        if vehicles.speed[i] >= _STANDS:
            progress.standing[i] = 0.0
