"""Cars parked beside a road."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.scene.standing import land_height, standing

_SPACING = 80.0  # [m] of road for each car, on average
_OFFSET = (2.2, 3.4)  # [m] of its middle beyond the outermost boundary
_ROOM = 1.2  # [m] of the road's own land beyond its middle
_STEEPEST = 0.1  # slope of land that a car is parked on
_SHARPEST = 1.0 / 60.0  # [1/m] curvature of a bend that one parks beside
_HALF_LENGTH = 2.1  # [m] of a car, and of the road that it stands beside
_TURNED = 0.1  # [rad] out of the road's direction, to either side


def parked_cars(
    road: Road, width: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return poses `(K, 3, 4)` of cars along a road, off its lanes and heading either way.

    `width` `(S, 2)` [m] is the land to the right and to the left that is the road's own.
    """
    count = int(road.length / _SPACING)
    station = (np.arange(count) + random.uniform(size=count)) * _SPACING / road.spacing
    station = np.minimum(station.astype(int), road.station_count - 1)
    side, reach, turn, way = random.uniform(size=(4, count))
    left = side < 0.5
    edge = np.where(left, road.boundaries[station, -1], -road.boundaries[station, 0])
    land = width[station, left.astype(int)]
    offset = edge + _OFFSET[0] + reach * (_OFFSET[1] - _OFFSET[0])
    poses = standing(
        road,
        station,
        np.where(left, offset, -offset),
        land_height(road.position[station, 2], edge, land, offset),
        road.heading[station] + _TURNED * (2 * turn - 1) + np.pi * (way < 0.5),
        np.ones(count),
    )
    slope = road.position[station, 2] / np.maximum(land - edge, 1e-3)
    beside = _beside(road, station)
    bend = np.abs(road.curvature[beside]).max(axis=0)
    room = width[beside, left.astype(int)].min(axis=0) - offset
    return poses[(room > _ROOM) & (slope < _STEEPEST) & (bend < _SHARPEST)]


def _beside(road: Road, station: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the stations `(3, K)` beside the ends and the middles of cars at stations `(K,)`."""
    ahead = round(_HALF_LENGTH / road.spacing)
    beside = station + np.array([[-ahead], [0], [ahead]])
    if road.closed:
        return beside % road.station_count
    return np.clip(beside, 0, road.station_count - 1)
