"""Cars on the other lanes of a road."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import Road

TRAFFIC = 2
"""The most cars around one."""

TRAFFIC_DRAWS = 5 * TRAFFIC
"""Random numbers that they take."""

_SHARE = 0.5  # of the cars that could be there
_DISTANCE = (6.0, 70.0)  # [m] ahead, near ones more often
_APART = 8.0  # [m] between the middles of two cars
_OFFSET, _TURNED = 0.3, 0.03  # [m] and [rad] from their lanes, to either side


def traffic_around(
    road: Road, lane: int, station: int, uniform: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which cars `(TRAFFIC,)` are on other lanes ahead of a car, and their poses.

    Args:
        road: The road.
        lane: The lane where there is none.
        station: Where on the road the car is.
        uniform: `(TRAFFIC_DRAWS,)` random numbers in [0, 1).

    Returns:
        Whether they are there, and poses `(TRAFFIC, 3, 4)`.
    """
    present, poses = np.zeros(TRAFFIC, np.bool_), np.tile(np.eye(3, 4), (TRAFFIC, 1, 1))
    lanes = [other for other in range(road.lane_count) if other != lane]
    if not lanes:
        return present, poses
    ahead: list[float] = []
    for car, draws in enumerate(uniform.reshape(TRAFFIC, 5).tolist()):
        distance = _DISTANCE[0] + draws[0] ** 2 * (_DISTANCE[1] - _DISTANCE[0])
        there = station + round(distance / road.spacing)
        if road.closed:
            there %= road.station_count
        clear = all(abs(distance - other) > _APART for other in ahead)
        if draws[1] < _SHARE and clear and there < road.station_count:
            ahead.append(distance)
            present[car] = True
            poses[car] = _pose(road, lanes[int(draws[2] * len(lanes))], there, draws[3], draws[4])
    return present, poses


def _pose(road: Road, lane: int, station: int, aside: float, turn: float) -> NDArray[np.float64]:
    """Return the pose `(3, 4)` of a car on a lane, heading the way that it runs."""
    way, rise = float(road.directions[lane]), float(road.grade[station])
    right, left = road.boundaries[station, lane : lane + 2].tolist()
    offset = 0.5 * (right + left) + _OFFSET * (2 * aside - 1)
    east, north = road.normal[station].tolist()
    x, y, z = road.position[station].tolist()
    heading = float(road.heading[station]) + _TURNED * (2 * turn - 1)
    cos, sin = way * math.cos(heading), way * math.sin(heading)
    flat = 1.0 / math.hypot(1.0, rise)
    up = way * rise * flat
    return np.array(
        [
            (cos * flat, -sin, -cos * up, x + offset * east),
            (sin * flat, cos, -sin * up, y + offset * north),
            (up, 0.0, flat, z),
        ]
    )
