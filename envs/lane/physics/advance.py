"""A control step of everything that drives."""

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.physics.car import drive
from autonomy.envs.lane.physics.location import Location, locate
from autonomy.envs.lane.physics.routes import Routes
from autonomy.envs.lane.physics.vehicles import Vehicles


@compiled
def advance(
    vehicles: Vehicles,
    actions: NDArray[np.float32],
    routes: Routes,
    location: Location,
    duration: float,
) -> None:
    """Drive all vehicles for `duration` [s] by actions `(M, 2)`, and find them, in place."""
    drive(vehicles, actions, location.grade, duration)
    locate(vehicles, routes, location)
