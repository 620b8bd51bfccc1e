"""Classes of pixels: what the semantic image says, and which road is the own lane."""

from enum import IntEnum

import numpy as np
from numba import prange
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.rays import world_rays
from autonomy.compiled import compiled, compiled_parallel
from autonomy.envs.lane.physics.location import station_behind
from autonomy.envs.lane.physics.routes import Routes, route_of
from autonomy.envs.lane.roads.road_clearance import SEPARATION


class Segment(IntEnum):
    """Classes of `segments`, uint8."""

    BACKGROUND = 0
    ROAD = 1
    OWN_LANE = 2
    MARKING_SOLID = 3
    MARKING_DASHED = 4
    MARKING_DOUBLE = 5
    VEHICLE = 6
    OBJECT = 7


def _segment_of() -> NDArray[np.uint8]:
    """Return the segment of each semantic class; own lane is not yet told from road."""
    table = np.full(max(SemanticClass) + 1, Segment.BACKGROUND, np.uint8)
    for segment in (
        Segment.ROAD,
        Segment.MARKING_SOLID,
        Segment.MARKING_DASHED,
        Segment.MARKING_DOUBLE,
        Segment.VEHICLE,
    ):
        table[SemanticClass[segment.name]] = segment
    for thing in (SemanticClass.VEGETATION, SemanticClass.POST, SemanticClass.BUILDING):
        table[thing] = Segment.OBJECT
    return table


_SEGMENT_OF = _segment_of()
_ROAD, _OWN_LANE = np.uint8(Segment.ROAD), np.uint8(Segment.OWN_LANE)


@compiled_parallel
def find_segments(
    semantic: NDArray[np.uint8],
    depth: NDArray[np.float32],
    lenses: NDArray[np.float64],
    camera_from_world: NDArray[np.float64],
    routes: Routes,
    on: NDArray[np.int64],
    stations: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Return the `Segment` of every pixel, `(N, H, W)`.

    Own lane is the road within half a lane's width of the middle of the car's lane, and neither
    a road above it nor one below.

    Args:
        semantic: `(N, H, W)` ids of `SemanticClass`.
        depth: `(N, H, W)` [m].
        lenses: `(N, 4)` fx, fy, cx, cy [px].
        camera_from_world: `(N, 3, 4)` poses of the cameras.
        routes: All routes.
        on: `(N,)` the number of the route that each car is on.
        stations: `(N,)` where on it the car is.
    """
    segments = np.empty_like(semantic)
    for frame in prange(len(semantic)):
        i = np.int64(frame)
        rays = world_rays(lenses[i], camera_from_world[i])
        route = route_of(routes, on[i])
        _find_in_frame(semantic[i], depth[i], rays, route, stations[i], segments[i])
    return segments


@compiled
def _find_in_frame(
    semantic: NDArray[np.uint8],
    depth: NDArray[np.float32],
    rays: NDArray[np.float32],
    route: NDArray[np.void],
    station: int,
    segments: NDArray[np.uint8],
) -> None:
    """Go through rows from the nearest to the farthest, so that places follow each other."""
    height, width = semantic.shape
    piece = _piece(route, station)
    for row in range(height):
        y = height - 1 - row
        for x in range(width):
            segments[y, x] = _SEGMENT_OF[semantic[y, x]]
            if segments[y, x] != _ROAD:
                continue
            far = np.float64(depth[y, x])
            east = rays[0, 3] + far * (rays[0, 0] * x + rays[0, 1] * y + rays[0, 2])
            north = rays[1, 3] + far * (rays[1, 0] * x + rays[1, 1] * y + rays[1, 2])
            along = (east - piece[0]) * piece[2] + (north - piece[1]) * piece[3]
            if not 0.0 <= along <= piece[4]:
                station, _ = station_behind(route, station, east, north)
                piece = _piece(route, station)
            across = (north - piece[1]) * piece[2] - (east - piece[0]) * piece[3]
            if abs(across) > 0.5 * piece[5]:
                continue
            up = rays[2, 3] + far * (rays[2, 0] * x + rays[2, 1] * y + rays[2, 2])
            is_beyond = not 0 < station < len(route) - 2  # where the route's height is not known
            if is_beyond or abs(up - piece[6]) < 0.5 * SEPARATION:
                segments[y, x] = _OWN_LANE


@compiled
def _piece(
    route: NDArray[np.void], station: int
) -> tuple[float, float, float, float, float, float, float]:
    """Return x, y, direction (x, y), length, width and z of the route between two stations."""
    here, ahead = route[station], route[station + 1]
    length = here.length
    east, north = (ahead.x - here.x) / length, (ahead.y - here.y) / length
    return here.x, here.y, east, north, length, here.width, here.z
