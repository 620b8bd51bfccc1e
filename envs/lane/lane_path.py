"""The middle of one lane as a path, one for each car: where a car is along and beside it."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from envs.lane.car import Cars
from envs.lane.roads.road import Road


class LanePaths(NamedTuple):
    """N paths with room for S stations; row i has `stations[i]` of them.

    A closed path repeats its first station as its last, with the whole length in `along`.
    """

    x: NDArray[np.float64]  # (N, S) [m]
    y: NDArray[np.float64]  # (N, S) [m]
    z: NDArray[np.float64]  # (N, S) [m]
    heading: NDArray[np.float64]  # (N, S) [rad], unwrapped
    curvature: NDArray[np.float64]  # (N, S) [1/m]
    grade: NDArray[np.float64]  # (N, S) rise over run
    width: NDArray[np.float64]  # (N, S) [m] of the lane
    along: NDArray[np.float64]  # (N, S) [m] from the first station
    stations: NDArray[np.int64]  # (N,) how many
    closed: NDArray[np.bool_]  # (N,)


class Location(NamedTuple):
    """Where N cars are in their lanes."""

    station: NDArray[np.int64]  # (N,) the one behind, where the next search begins
    along: NDArray[np.float64]  # (N,) [m]
    offset: NDArray[np.float64]  # (N,) [m] to the left of the lane's middle
    heading_error: NDArray[np.float64]  # (N,) [rad] to the left of the lane's heading
    height: NDArray[np.float64]  # (N,) [m] of the road
    grade: NDArray[np.float64]  # (N,) rise over run
    curvature: NDArray[np.float64]  # (N,) [1/m]
    width: NDArray[np.float64]  # (N,) [m]


def empty_paths(num_envs: int, stations: int) -> LanePaths:
    """Return room for N paths."""
    tables = np.zeros((8, num_envs, stations))
    x, y, z, heading, curvature, grade, width, along = tables
    count, closed = np.zeros(num_envs, np.int64), np.zeros(num_envs, np.bool_)
    return LanePaths(x, y, z, heading, curvature, grade, width, along, count, closed)


def _with_room(paths: LanePaths, stations: int) -> LanePaths:
    """Return `paths`, or a copy with room for `stations` in each row."""
    room = paths.x.shape[1]
    if room >= stations:
        return paths
    larger = empty_paths(len(paths.stations), stations)
    for old, new in zip(paths[:-2], larger[:-2], strict=True):
        new[:, :room] = old
    return larger._replace(stations=paths.stations, closed=paths.closed)


def lane_path(road: Road, lane: int) -> LanePaths:
    """Return the middle of one lane of `road` as a single path."""
    path = empty_paths(1, road.station_count + 1)
    _fill(
        path,
        0,
        road.position,
        road.heading,
        road.curvature,
        road.grade,
        road.boundaries[:, lane],
        road.boundaries[:, lane + 1],
        road.closed,
    )
    return path


def copy_path(path: LanePaths, paths: LanePaths, row: int) -> LanePaths:
    """Write a single path into a row; return `paths`, or a copy with the room for it."""
    paths = _with_room(paths, path.x.shape[1])
    stations = path.stations[0]
    for source, target in zip(path[:-2], paths[:-2], strict=True):
        target[row, :stations] = source[0, :stations]
    paths.stations[row], paths.closed[row] = stations, path.closed[0]
    return paths


@compiled
def _fill(
    paths: LanePaths,
    row: int,
    position: NDArray[np.float64],
    heading: NDArray[np.float64],
    curvature: NDArray[np.float64],
    grade: NDArray[np.float64],
    right: NDArray[np.float64],
    left: NDArray[np.float64],
    closed: bool,
) -> None:
    stations = len(heading)
    count = stations + 1 if closed else stations
    for k in range(count):
        s = k % stations
        offset = 0.5 * (right[s] + left[s])
        paths.x[row, k] = position[s, 0] - offset * math.sin(heading[s])
        paths.y[row, k] = position[s, 1] + offset * math.cos(heading[s])
        paths.z[row, k] = position[s, 2]
        paths.grade[row, k] = grade[s]
        paths.width[row, k] = left[s] - right[s]
        # A parallel curve at distance d has the curvature c / (1 - c d).
        paths.curvature[row, k] = curvature[s] / (1.0 - curvature[s] * offset)
        if k == 0:
            paths.along[row, k] = 0.0
            continue
        dx = paths.x[row, k] - paths.x[row, k - 1]
        dy = paths.y[row, k] - paths.y[row, k - 1]
        paths.along[row, k] = paths.along[row, k - 1] + math.sqrt(dx * dx + dy * dy)
        direction = math.atan2(dy, dx)
        if k > 1:
            direction = paths.heading[row, k - 2] + _wrapped(direction - paths.heading[row, k - 2])
        paths.heading[row, k - 1] = direction
    last = count - 1
    paths.heading[row, last] = paths.heading[row, last - 1]
    paths.stations[row] = count
    paths.closed[row] = closed


@compiled
def _wrapped(angle: float) -> float:
    """Bring an angle to [-pi, pi)."""
    return (angle + math.pi) % (2.0 * math.pi) - math.pi


@compiled
def locate(
    paths: LanePaths,
    cars: Cars,
    location: Location,
) -> None:
    """Find each car beside its path, walking from the station where it was last found."""
    for i in range(len(cars.x)):
        x, y = cars.x[i], cars.y[i]
        k = location.station[i]
        last = paths.stations[i] - 2
        share = _share(paths, i, k, x, y)
        for _ in range(paths.stations[i]):
            after = k + 1 if share > 1.0 else k - 1 if share < 0.0 else k
            if paths.closed[i]:
                after = (after + last + 1) % (last + 1)
            after = min(max(after, 0), last)
            if after == k:
                break
            share_after = _share(paths, i, after, x, y)
            if share > 1.0 and share_after < 0.0:
                # In the wedge outside of a corner both stations are as near. It is always the
                # one behind, so that to search again changes nothing.
                break
            k, share = after, share_after
        _read(paths, i, k, share, x, y, cars.heading[i], location)


@compiled
def _share(paths: LanePaths, i: int, k: int, x: float, y: float) -> float:
    """How far a point is from station k to station k + 1, 0 at the first and 1 at the second."""
    dx, dy = paths.x[i, k + 1] - paths.x[i, k], paths.y[i, k + 1] - paths.y[i, k]
    across = (x - paths.x[i, k]) * dx + (y - paths.y[i, k]) * dy
    return across / (dx * dx + dy * dy)


@compiled
def _read(
    paths: LanePaths,
    i: int,
    k: int,
    share: float,
    x: float,
    y: float,
    heading: float,
    location: Location,
) -> None:
    step = paths.along[i, k + 1] - paths.along[i, k]
    dx, dy = paths.x[i, k + 1] - paths.x[i, k], paths.y[i, k + 1] - paths.y[i, k]
    location.station[i] = k
    location.along[i] = paths.along[i, k] + share * step
    location.offset[i] = ((y - paths.y[i, k]) * dx - (x - paths.x[i, k]) * dy) / step
    # `heading` is that of the chord to the next station, true half way along it
    turn = paths.curvature[i, k] * (share - 0.5) * step
    location.heading_error[i] = _wrapped(heading - paths.heading[i, k] - turn)
    location.height[i] = paths.z[i, k] + share * (paths.z[i, k + 1] - paths.z[i, k])
    location.grade[i] = paths.grade[i, k]
    location.curvature[i] = paths.curvature[i, k]
    location.width[i] = paths.width[i, k]


@compiled
def look_ahead(
    paths: LanePaths,
    location: Location,
    distances: NDArray[np.float64],
    points: NDArray[np.float64],
) -> None:
    """Fill `points` `(N, K, 3)` with x, y [m] and curvature [1/m].

    They lie at K distances `(N, K)` [m] ahead of each car, increasing along a row.
    An open path ends at its last station.
    """
    for i in range(len(location.station)):
        k, behind = location.station[i], 0.0
        last = paths.stations[i] - 2
        for j in range(distances.shape[1]):
            wanted = location.along[i] + distances[i, j]
            while paths.along[i, k + 1] + behind < wanted:
                if k < last:
                    k += 1
                elif paths.closed[i]:
                    k, behind = 0, behind + paths.along[i, last + 1]
                else:
                    break
            step = paths.along[i, k + 1] - paths.along[i, k]
            share = min((wanted - behind - paths.along[i, k]) / step, 1.0)
            points[i, j, 0] = paths.x[i, k] + share * (paths.x[i, k + 1] - paths.x[i, k])
            points[i, j, 1] = paths.y[i, k] + share * (paths.y[i, k + 1] - paths.y[i, k])
            points[i, j, 2] = paths.curvature[i, k]
