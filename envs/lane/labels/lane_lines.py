"""Where the boundaries of lanes cross the rows of an image, as the TuSimple benchmark asks."""

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.roads.road import Road

LINES = 4
"""Boundaries of a frame, from left to right: of the left lane, two of the own, of the right."""

ABSENT = -2.0
"""Column where a line is not seen in a row, as TuSimple writes it."""

_BEHIND, _AHEAD = 3.0, 100.0  # [m] of the road that is looked at
_NEAREST = 0.3  # [m] in front of the camera


def lane_lines(
    road: Road,
    lane: int,
    stations: NDArray[np.int64],
    projection: NDArray[np.float64],
    rows: NDArray[np.float64],
    width: int,
) -> NDArray[np.float32]:
    """Return the columns `(LINES, R)` [px] of the lines around a lane in some rows of an image.

    A line is followed from the car on; what lies behind a crest is not seen.

    Args:
        road: The road.
        lane: The car's lane, counted from right to left.
        stations: `(S,)` of the road, in the order of the way; `seen_stations` are enough.
        projection: `(3, 4)` from the world to homogeneous pixels.
        rows: `(R,)` rising.
        width: Of the image [px].
    """
    columns = np.full((LINES, len(rows)), ABSENT, np.float32)
    position, normal = road.position[stations], road.normal_at(stations)
    for line in range(LINES):
        boundary = lane + 2 - line
        if 0 <= boundary <= road.lane_count:
            offsets = road.boundaries[stations, boundary]
            points = _projected(position, normal, offsets, projection)
            _cross_rows(points, rows, width, columns[line])
    return columns


def seen_stations(road: Road, route: NDArray[np.void], station: int) -> NDArray[np.int64]:
    """Return the stations of the road `(S,)` around a station of a route, as far as it goes."""
    first, last = (station + round(way / road.spacing) for way in (-_BEHIND, _AHEAD))
    return route["station"][max(first, 0) : last + 1]


@compiled
def _projected(
    position: NDArray[np.float64],
    normal: NDArray[np.float64],
    offsets: NDArray[np.float64],
    projection: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return homogeneous pixels `(S, 3)` beside the line of a road."""
    points = np.empty((len(position), 3))
    for k in range(len(points)):
        east = position[k, 0] + offsets[k] * normal[k, 0]
        north = position[k, 1] + offsets[k] * normal[k, 1]
        up = position[k, 2]
        for i in range(3):
            row = projection[i]
            points[k, i] = row[0] * east + row[1] * north + row[2] * up + row[3]
    return points


@compiled
def _cross_rows(
    points: NDArray[np.float64],
    rows: NDArray[np.float64],
    width: int,
    columns: NDArray[np.float32],
) -> None:
    """Write where the chain of homogeneous pixels `(S, 3)` first meets rows."""
    row = len(rows) - 1
    for k in range(len(points) - 1):
        here, ahead = points[k], points[k + 1]
        if ahead[2] <= _NEAREST:
            continue
        # what lies before the nearest depth is cut off
        cut = max((_NEAREST - here[2]) / (ahead[2] - here[2]), 0.0) if here[2] < _NEAREST else 0.0
        depth = here[2] + cut * (ahead[2] - here[2])
        x = (here[0] + cut * (ahead[0] - here[0])) / depth
        y = (here[1] + cut * (ahead[1] - here[1])) / depth
        next_x, next_y = ahead[0] / ahead[2], ahead[1] / ahead[2]
        while row >= 0 and rows[row] > y:
            row -= 1  # below what is seen of the line, or hidden
        while row >= 0 and rows[row] >= next_y and next_y < y:
            share = (y - rows[row]) / (y - next_y)
            column = x + share * (next_x - x)
            if -0.5 <= column < width - 0.5:
                columns[row] = column
            row -= 1
