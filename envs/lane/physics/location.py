"""Where vehicles are along and beside their routes."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import Index, compiled
from autonomy.envs.lane.physics.routes import Routes, route_of
from autonomy.envs.lane.physics.vehicles import Vehicles
from autonomy.envs.lane.roads.route import wrapped


class Location(NamedTuple):
    """Where M vehicles are on their routes."""

    station: NDArray[np.int64]  # (M,) the one behind, where the next search begins
    along: NDArray[np.float64]  # (M,) [m]
    offset: NDArray[np.float64]  # (M,) [m] to the left of the lane's middle
    heading_error: NDArray[np.float64]  # (M,) [rad] to the left of the lane's heading
    height: NDArray[np.float64]  # (M,) [m] of the road
    grade: NDArray[np.float64]  # (M,) rise over run
    curvature: NDArray[np.float64]  # (M,) [1/m]
    width: NDArray[np.float64]  # (M,) [m]


def nowhere(count: int) -> Location:
    """Return room for the location of M vehicles."""
    return Location(np.zeros(count, np.int64), *np.zeros((len(Location._fields) - 1, count)))


@compiled
def locate(vehicles: Vehicles, routes: Routes, location: Location) -> None:
    """Find each vehicle beside its route, walking from the station where it was last found."""
    for i in range(len(vehicles.x)):
        locate_one(vehicles, routes, location, i)


@compiled
def locate_one(vehicles: Vehicles, routes: Routes, location: Location, i: Index) -> None:
    """Find vehicle `i` as `locate` does."""
    route = route_of(routes, vehicles.route[i])
    k, share = station_behind(route, location.station[i], vehicles.x[i], vehicles.y[i])
    location.station[i] = k
    _read(route[k], route[k + 1], share, vehicles, location, i)


@compiled
def station_behind(route: NDArray[np.void], k: int, x: float, y: float) -> tuple[int, float]:
    """Walk along a route from station `k` until a point lies between a station and the next.

    Returns:
        The station behind the point, and how far the point is from it to the next, 0 at the
        first and 1 at the second.
    """
    last = len(route) - 2
    share = _share(route, k, x, y)
    for _ in range(len(route)):
        after = min(max(k + 1 if share > 1.0 else k - 1 if share < 0.0 else k, 0), last)
        if after == k:
            break
        share_after = _share(route, after, x, y)
        if share > 1.0 and share_after < 0.0:
            # In the wedge outside of a corner both stations are as near. It is always the
            # one behind, so that to search again changes nothing.
            break
        k, share = after, share_after
    return k, share


@compiled
def _share(route: NDArray[np.void], k: int, x: float, y: float) -> float:
    """How far a point is from station k to station k + 1, 0 at the first and 1 at the second."""
    here, ahead = route[k], route[k + 1]
    dx, dy = ahead.x - here.x, ahead.y - here.y
    return ((x - here.x) * dx + (y - here.y) * dy) / (dx * dx + dy * dy)


@compiled
def _read(
    here: Any, ahead: Any, share: float, vehicles: Vehicles, location: Location, i: Index
) -> None:
    """Write where vehicle `i` is, a share of the way from one `STATION` to the next."""
    step = here.length
    dx, dy = ahead.x - here.x, ahead.y - here.y
    location.along[i] = here.along + share * step
    location.offset[i] = ((vehicles.y[i] - here.y) * dx - (vehicles.x[i] - here.x) * dy) / step
    # `heading` is that of the chord to the next station, true half way along it
    turn = here.curvature * (share - 0.5) * step
    location.heading_error[i] = wrapped(vehicles.heading[i] - here.heading - turn)
    location.height[i] = here.z + share * (ahead.z - here.z)
    location.grade[i] = here.grade
    location.curvature[i] = here.curvature
    location.width[i] = here.width


@compiled
def look_ahead(
    vehicles: Vehicles,
    routes: Routes,
    location: Location,
    distances: NDArray[np.float64],
    points: NDArray[np.float64],
) -> None:
    """Fill `points` `(M, K, 3)` with x, y [m] and curvature [1/m].

    They lie at K distances `(M, K)` [m] ahead of each vehicle, increasing along a row.
    A route ends at its last station.
    """
    for i in range(len(location.station)):
        route = route_of(routes, vehicles.route[i])
        k, last, along = location.station[i], len(route) - 2, route["along"]
        for j in range(distances.shape[1]):
            wanted = location.along[i] + distances[i, j]
            while k < last and along[k + 1] < wanted:
                k += 1
            here: Any = route[k]
            ahead: Any = route[k + 1]
            share = min((wanted - here.along) / here.length, 1.0)
            points[i, j, 0] = here.x + share * (ahead.x - here.x)
            points[i, j, 1] = here.y + share * (ahead.y - here.y)
            points[i, j, 2] = here.curvature
