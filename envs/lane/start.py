"""How an episode begins: near the middle of the lane, rolling.

Training episodes begin farther from it, so that they teach the way back.
"""

import math

import numpy as np

from envs.lane.lane_path import LanePaths
from envs.lane.lane_state import LaneState
from envs.lane.options import LaneFollowOptions

_OFFSET, _TRAINING_OFFSET = 0.3, 0.8  # [m] to either side
_HEADING, _TRAINING_HEADING = 0.05, 0.12  # [rad] to either side
_SPEED = (0.3, 1.0)  # of the target speed


def start_rolling(
    state: LaneState,
    paths: LanePaths,
    row: int,
    station: int,
    options: LaneFollowOptions,
    random: np.random.Generator,
) -> None:
    """Put the car of one row at a station of its path."""
    training = options.split == "train"
    far, askew = (_TRAINING_OFFSET, _TRAINING_HEADING) if training else (_OFFSET, _HEADING)
    heading = float(paths.heading[row, station])
    offset = random.uniform(-far, far)
    cars = state.cars
    cars.x[row] = paths.x[row, station] - offset * math.sin(heading)
    cars.y[row] = paths.y[row, station] + offset * math.cos(heading)
    cars.heading[row] = heading + random.uniform(-askew, askew)
    cars.speed[row] = random.uniform(*_SPEED) * options.target_speed
    cars.steering[row] = cars.acceleration[row] = 0.0
    state.location.station[row] = station
