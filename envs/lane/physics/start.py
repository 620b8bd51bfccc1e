"""How an episode begins: near the middle of the lane, rolling.

Training episodes begin farther from it, so that they teach the way back.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.physics.location import Location, locate_one
from autonomy.envs.lane.physics.routes import Routes, route_of
from autonomy.envs.lane.physics.vehicles import Vehicles

START_DRAWS = 3
"""How many random numbers a start takes."""

_OFFSET, _TRAINING_OFFSET = 0.3, 0.8  # [m] to either side
_HEADING, _TRAINING_HEADING = 0.05, 0.12  # [rad] to either side
_SPEED = (0.3, 1.0)  # of the target speed


class StartRanges(NamedTuple):
    """What starts vary in."""

    offset: float  # [m] to either side of the lane's middle
    heading: float  # [rad] to either side of the lane's heading
    slowest: float  # [m/s]
    fastest: float  # [m/s]


def start_ranges(split: str, target_speed: float) -> StartRanges:
    """Return what the starts of a split's episodes vary in, at some target speed [m/s]."""
    training = split == "train"
    offset, heading = (_TRAINING_OFFSET, _TRAINING_HEADING) if training else (_OFFSET, _HEADING)
    slowest, fastest = (share * target_speed for share in _SPEED)
    return StartRanges(offset, heading, slowest, fastest)


@compiled
def start_rolling(
    which: NDArray[np.int64],
    stations: NDArray[np.int64],
    uniform: NDArray[np.float64],
    ranges: StartRanges,
    vehicles: Vehicles,
    routes: Routes,
    location: Location,
) -> None:
    """Put n vehicles at stations of their routes, and find them there.

    Args:
        which: `(n,)` of the vehicles.
        stations: `(n,)`.
        uniform: `(n, START_DRAWS)` random numbers in [0, 1).
        ranges: What the starts vary in.
        vehicles: All vehicles, of which n are written.
        routes: All routes.
        location: Where all vehicles are, likewise.
    """
    for n in range(len(which)):
        i = which[n]
        number: Any = vehicles.route[i]
        here: Any = route_of(routes, number)[stations[n]]
        offset = ranges.offset * (2.0 * uniform[n, 0] - 1.0)
        vehicles.x[i] = here.x - offset * math.sin(here.heading)
        vehicles.y[i] = here.y + offset * math.cos(here.heading)
        vehicles.heading[i] = here.heading + ranges.heading * (2.0 * uniform[n, 1] - 1.0)
        vehicles.speed[i] = ranges.slowest + (ranges.fastest - ranges.slowest) * uniform[n, 2]
        vehicles.steering[i] = vehicles.acceleration[i] = 0.0
        location.station[i] = stations[n]
        locate_one(vehicles, routes, location, i)
