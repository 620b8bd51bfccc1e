"""How an episode begins: near the middle of the lane, rolling."""

import math

import numpy as np

from envs.lane.lane_path import LanePaths
from envs.lane.lane_state import LaneState

_OFFSET = 0.3  # [m] to either side
_HEADING = 0.05  # [rad] to either side
_SPEED = (0.3, 1.0)  # of the target speed


def start_rolling(
    state: LaneState,
    paths: LanePaths,
    row: int,
    station: int,
    target_speed: float,
    random: np.random.Generator,
) -> None:
    """Put the car of one row at a station of its path."""
    heading = float(paths.heading[row, station])
    offset = random.uniform(-_OFFSET, _OFFSET)
    cars = state.cars
    cars.x[row] = paths.x[row, station] - offset * math.sin(heading)
    cars.y[row] = paths.y[row, station] + offset * math.cos(heading)
    cars.heading[row] = heading + random.uniform(-_HEADING, _HEADING)
    cars.speed[row] = random.uniform(*_SPEED) * target_speed
    cars.steering[row] = cars.acceleration[row] = 0.0
    state.location.station[row] = station
