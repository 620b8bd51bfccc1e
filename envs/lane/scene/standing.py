"""Where upright things beside a road stand."""

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import cos, sin
from autonomy.envs.lane.roads.road import Road

_SUNK = 0.15  # [m] into the ground, so that nothing floats on a slope


def standing(
    road: Road,
    station: NDArray[np.intp],
    offset: NDArray[np.float64],
    height: NDArray[np.float64],
    yaw: NDArray[np.float64],
    scale: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Poses `(K, 3, 4)` of upright things beside a road."""
    poses = np.zeros((len(station), 3, 4))
    poses[:, 0, 0] = poses[:, 1, 1] = scale * cos(yaw)
    poses[:, 1, 0] = scale * sin(yaw)
    poses[:, 0, 1] = -poses[:, 1, 0]
    poses[:, 2, 2] = scale
    poses[:, :2, 3] = road.position[station, :2] + offset[:, None] * road.normal_at(station)
    poses[:, 2, 3] = height - _SUNK
    return poses


def land_height(
    road_height: NDArray[np.float64],
    edge: NDArray[np.float64],
    land: NDArray[np.float64],
    offset: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Height [m] of the embankment at distances from the reference line [m], each `(K,)`.

    It falls from the road's edge to the flat ground at the end of the road's own land.
    """
    return road_height * (land - offset) / np.maximum(land - edge, 1e-3)
