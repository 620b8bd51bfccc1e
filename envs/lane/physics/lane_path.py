"""The middle of a lane as a path: where a car is along and beside it."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import Index, compiled
from autonomy.envs.lane.physics.car import Cars
from autonomy.envs.lane.roads.road import Road

STATION = np.dtype(
    [
        ("x", np.float64),  # [m]
        ("y", np.float64),  # [m]
        ("z", np.float64),  # [m]
        ("heading", np.float64),  # [rad], unwrapped
        ("curvature", np.float64),  # [1/m]
        ("grade", np.float64),  # rise over run
        ("width", np.float64),  # [m] of the lane
        ("along", np.float64),  # [m] from the first station
    ]
)
"""A point in the middle of a lane; a path is an array of them."""


class LanePaths(NamedTuple):
    """Paths one after another, and which of them each of N cars is on.

    A closed path repeats its first station as its last, with the whole length in `along`.
    """

    stations: NDArray[np.void]  # (T,) `STATION`, of all paths
    first: NDArray[np.int64]  # (N,) first station of a car's path
    end: NDArray[np.int64]  # (N,) its last station + 1
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


def no_paths(num_envs: int) -> LanePaths:
    """Return the paths of N cars that are on none."""
    first, end = np.zeros((2, num_envs), np.int64)
    return LanePaths(np.zeros(0, STATION), first, end, np.zeros(num_envs, np.bool_))


def no_location(num_envs: int) -> Location:
    """Return the location of N cars that are nowhere yet."""
    return Location(np.zeros(num_envs, np.int64), *np.zeros((7, num_envs)))


@compiled
def path_of(paths: LanePaths, i: Index) -> NDArray[np.void]:
    """Return the path `(S,)` of car `i`."""
    return paths.stations[paths.first[i] : paths.end[i]]


def lane_path(road: Road, lane: int) -> NDArray[np.void]:
    """Return the middle of one lane of `road` as a path."""
    path = np.zeros(road.station_count + (1 if road.closed else 0), STATION)
    _fill(
        path,
        road.position,
        road.heading,
        road.curvature,
        road.grade,
        road.boundaries[:, lane],
        road.boundaries[:, lane + 1],
    )
    return path


@compiled
def _fill(
    path: NDArray[np.void],
    position: NDArray[np.float64],
    heading: NDArray[np.float64],
    curvature: NDArray[np.float64],
    grade: NDArray[np.float64],
    right: NDArray[np.float64],
    left: NDArray[np.float64],
) -> None:
    for k in range(len(path)):
        s, here = k % len(heading), path[k]
        offset = 0.5 * (right[s] + left[s])
        here.x = position[s, 0] - offset * math.sin(heading[s])
        here.y = position[s, 1] + offset * math.cos(heading[s])
        here.z = position[s, 2]
        here.grade = grade[s]
        here.width = left[s] - right[s]
        # A parallel curve at distance d has the curvature c / (1 - c d).
        here.curvature = curvature[s] / (1.0 - curvature[s] * offset)
        if k == 0:
            continue
        behind = path[k - 1]
        dx, dy = here.x - behind.x, here.y - behind.y
        here.along = behind.along + math.sqrt(dx * dx + dy * dy)
        behind.heading = math.atan2(dy, dx)
        if k > 1:
            before = path[k - 2].heading
            behind.heading = before + _wrapped(behind.heading - before)
    path[-1].heading = path[-2].heading


@compiled
def _wrapped(angle: float) -> float:
    """Bring an angle to [-pi, pi)."""
    return (angle + math.pi) % (2.0 * math.pi) - math.pi


@compiled
def locate(paths: LanePaths, cars: Cars, location: Location) -> None:
    """Find each car beside its path, walking from the station where it was last found."""
    for i in range(len(cars.x)):
        locate_car(paths, cars, location, i)


@compiled
def locate_car(paths: LanePaths, cars: Cars, location: Location, i: int) -> None:
    """Find car `i` as `locate` does."""
    x, y = cars.x[i], cars.y[i]
    path = path_of(paths, i)
    k, share = station_behind(path, paths.closed[i], location.station[i], x, y)
    location.station[i] = k
    _read(path[k], path[k + 1], share, cars, location, i)


@compiled
def station_behind(
    path: NDArray[np.void], closed: bool, k: int, x: float, y: float
) -> tuple[int, float]:
    """Walk along a path from station `k` until a point lies between a station and the next.

    Returns:
        The station behind the point, and how far the point is from it to the next, 0 at the
        first and 1 at the second.
    """
    last = len(path) - 2
    share = _share(path, k, x, y)
    for _ in range(len(path)):
        after = k + 1 if share > 1.0 else k - 1 if share < 0.0 else k
        if closed:
            after = (after + last + 1) % (last + 1)
        after = min(max(after, 0), last)
        if after == k:
            break
        share_after = _share(path, after, x, y)
        if share > 1.0 and share_after < 0.0:
            # In the wedge outside of a corner both stations are as near. It is always the
            # one behind, so that to search again changes nothing.
            break
        k, share = after, share_after
    return k, share


@compiled
def _share(path: NDArray[np.void], k: int, x: float, y: float) -> float:
    """How far a point is from station k to station k + 1, 0 at the first and 1 at the second."""
    here, ahead = path[k], path[k + 1]
    dx, dy = ahead.x - here.x, ahead.y - here.y
    return ((x - here.x) * dx + (y - here.y) * dy) / (dx * dx + dy * dy)


@compiled
def _read(here: Any, ahead: Any, share: float, cars: Cars, location: Location, i: int) -> None:
    """Write where car `i` is, a share of the way from one `STATION` to the next."""
    step = ahead.along - here.along
    dx, dy = ahead.x - here.x, ahead.y - here.y
    location.along[i] = here.along + share * step
    location.offset[i] = ((cars.y[i] - here.y) * dx - (cars.x[i] - here.x) * dy) / step
    # `heading` is that of the chord to the next station, true half way along it
    turn = here.curvature * (share - 0.5) * step
    location.heading_error[i] = _wrapped(cars.heading[i] - here.heading - turn)
    location.height[i] = here.z + share * (ahead.z - here.z)
    location.grade[i] = here.grade
    location.curvature[i] = here.curvature
    location.width[i] = here.width


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
        path = path_of(paths, i)
        k, behind, last = location.station[i], 0.0, len(path) - 2
        for j in range(distances.shape[1]):
            wanted = location.along[i] + distances[i, j]
            while path[k + 1].along + behind < wanted:
                if k < last:
                    k += 1
                elif paths.closed[i]:
                    k, behind = 0, behind + path[last + 1].along
                else:
                    break
            here, ahead = path[k], path[k + 1]
            step = ahead.along - here.along
            share = min((wanted - behind - here.along) / step, 1.0)
            points[i, j, 0] = here.x + share * (ahead.x - here.x)
            points[i, j, 1] = here.y + share * (ahead.y - here.y)
            points[i, j, 2] = here.curvature
