"""A small map with the car on it."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_map import RoadMap

_CAR, _RING = (222, 48, 44), (255, 255, 255)
_RADIUS = 5  # [px]


def map_with_car(road: Road, place: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return a map `(200, 200, 3)` of the road with a dot at a place (x, y) [m]."""
    drawn = _map_of(road)
    picture = drawn.picture.copy()
    column, line = drawn.to_pixel(place)
    centre = (round(float(column)), round(float(line)))
    cv2.circle(picture, centre, _RADIUS + 2, _RING, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, centre, _RADIUS, _CAR, cv2.FILLED, cv2.LINE_AA)
    return picture


@lru_cache(maxsize=64)
def _map_of(road: Road) -> RoadMap:
    return RoadMap(road)
