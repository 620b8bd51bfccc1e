"""How an episode begins: near the middle of the lane, rolling.

Training episodes begin farther from it, so that they teach the way back.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.physics.car import Cars
from autonomy.envs.lane.physics.lane_path import LanePaths, Location, locate_car, path_of

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


def start_ranges(options: LaneOptions) -> StartRanges:
    """Return what the starts of episodes with `options` vary in."""
    training = options.split == "train"
    offset, heading = (_TRAINING_OFFSET, _TRAINING_HEADING) if training else (_OFFSET, _HEADING)
    slowest, fastest = (share * options.target_speed for share in _SPEED)
    return StartRanges(offset, heading, slowest, fastest)


@compiled
def start_rolling(
    rows: NDArray[np.intp],
    stations: NDArray[np.int64],
    uniform: NDArray[np.float64],
    ranges: StartRanges,
    paths: LanePaths,
    cars: Cars,
    location: Location,
) -> None:
    """Put the cars of n rows at stations `(n,)` of their paths, and find them there.

    Args:
        rows: `(n,)`.
        stations: `(n,)`.
        uniform: `(n, START_DRAWS)` random numbers in [0, 1).
        ranges: What the starts vary in.
        paths: The paths of all cars.
        cars: All cars, of which n are written.
        location: Where they are, likewise.
    """
    for n in range(len(rows)):
        row = rows[n]
        here: Any = path_of(paths, row)[stations[n]]
        offset = ranges.offset * (2.0 * uniform[n, 0] - 1.0)
        cars.x[row] = here.x - offset * math.sin(here.heading)
        cars.y[row] = here.y + offset * math.cos(here.heading)
        cars.heading[row] = here.heading + ranges.heading * (2.0 * uniform[n, 1] - 1.0)
        cars.speed[row] = ranges.slowest + (ranges.fastest - ranges.slowest) * uniform[n, 2]
        cars.steering[row] = cars.acceleration[row] = 0.0
        location.station[row] = stations[n]
        locate_car(paths, cars, location, row)
