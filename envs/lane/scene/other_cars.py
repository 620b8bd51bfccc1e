"""Cars that stand on other lanes, to be seen and not to be driven."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import Road

OTHER_CARS = 2
"""The most cars around one."""

OTHER_CAR_DRAWS = 5 * OTHER_CARS
"""Random numbers that they take."""

_SHARE = 0.5  # of the cars that could be there
_DISTANCE = (6.0, 70.0)  # [m] ahead, near ones more often
_APART = 8.0  # [m] between the middles of two cars
_OFFSET, _TURNED = 0.3, 0.03  # [m] and [rad] from their lanes, to either side


def other_cars_ahead(
    road: Road, lane: int, ahead: NDArray[np.int64], uniform: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which cars `(OTHER_CARS,)` are on other lanes ahead of a car, and their poses.

    Args:
        road: The road.
        lane: The lane where there is none.
        ahead: `(S,)` stations of the road, from that where the car is on.
        uniform: `(OTHER_CAR_DRAWS,)` random numbers in [0, 1).

    Returns:
        Whether they are there, and poses `(OTHER_CARS, 3, 4)`.
    """
    present, poses = np.zeros(OTHER_CARS, np.bool_), np.tile(np.eye(3, 4), (OTHER_CARS, 1, 1))
    lanes = [other for other in range(road.lane_count) if other != lane]
    if not lanes:
        return present, poses
    distances: list[float] = []
    for car, draws in enumerate(uniform.reshape(OTHER_CARS, 5).tolist()):
        distance = _DISTANCE[0] + draws[0] ** 2 * (_DISTANCE[1] - _DISTANCE[0])
        there = round(distance / road.spacing)
        clear = all(abs(distance - other) > _APART for other in distances)
        if draws[1] < _SHARE and clear and there < len(ahead):
            distances.append(distance)
            present[car] = True
            other_lane, station = lanes[int(draws[2] * len(lanes))], int(ahead[there])
            poses[car] = _pose(road, other_lane, station, draws[3], draws[4])
    return present, poses


def _pose(road: Road, lane: int, station: int, aside: float, turn: float) -> NDArray[np.float64]:
    """Return the pose `(3, 4)` of a car on a lane, heading the way that it runs."""
    way, rise = float(road.directions[lane]), float(road.grade[station])
    right, left = road.boundaries[station, lane : lane + 2].tolist()
    offset = 0.5 * (right + left) + _OFFSET * (2 * aside - 1)
    east, north = road.normal_at(np.array([station]))[0].tolist()
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
