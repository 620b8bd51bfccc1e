"""A route: lanes in a row, made into one array of stations."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_network import Lane, RoadNetwork

STATION = np.dtype(
    [
        ("x", np.float64),  # [m]
        ("y", np.float64),  # [m]
        ("z", np.float64),  # [m]
        ("heading", np.float64),  # [rad] of the chord to the next station, unwrapped along a lane
        ("curvature", np.float64),  # [1/m]
        ("grade", np.float64),  # rise over run
        ("width", np.float64),  # [m] of the lane
        ("along", np.float64),  # [m] from the first station of the lane that the route is named by
        ("length", np.float64),  # [m] to the next station, 0 at the last one
        ("road", np.int32),  # number of the road
        ("lane", np.int32),  # counted from right to left
        ("station", np.int64),  # of the road
    ]
)
"""A point in the middle of a lane; a route is an array of them.

Its last three fields are the way back, from the route to the roads that it is laid on.
"""

_BYTES = f"V{STATION.itemsize}"


def lay_route(
    roads: RoadNetwork, lane: Lane, behind: float, ahead: float
) -> tuple[NDArray[np.void], int]:
    """Lay a route along a lane and, as far as lanes lead, some way [m] behind and ahead of it.

    So a circuit is a route like any other: the lane, which leads into itself, several times.

    Returns:
        The route `(S,)` of `STATION`, and the number of that station at which the lane begins.
    """
    lanes = {lane: lane_stations(roads[lane.road], lane)}
    before, after = _leading_in(roads, lanes, lane, behind), _leading_on(roads, lanes, lane, ahead)
    whole = _Piece(lanes[lane], 0.0)
    pieces = [*before, whole, *after]
    # the last station of a piece is the first of the next
    pieces = [*(piece.without_end() for piece in pieces[:-1]), pieces[-1]]
    route = np.empty(sum(len(piece.stations) for piece in pieces), STATION)
    end = 0
    for stations, start in pieces:
        first, end = end, end + len(stations)
        copy_stations(stations, route[first:end])
        route["along"][first:end] += start
    return route, sum(len(piece.stations) for piece in pieces[: len(before)])


def copy_stations(stations: NDArray[np.void], room: NDArray[np.void]) -> None:
    """Copy stations `(S,)` to `room` for as many, ten times as fast as field by field."""
    room.view(_BYTES)[:] = stations.view(_BYTES)


class _Piece(NamedTuple):
    """A lane or a part of one, and how far along the route its lane begins [m]."""

    stations: NDArray[np.void]
    start: float

    def without_end(self) -> "_Piece":
        return self._replace(stations=self.stations[:-1])


def _leading_in(
    roads: RoadNetwork, lanes: dict[Lane, NDArray[np.void]], lane: Lane, behind: float
) -> list[_Piece]:
    """Return the last `behind` [m] of what leads into a lane."""
    pieces: list[_Piece] = []
    start, before = 0.0, roads.before(lane)
    while before is not None and -start < behind:
        stations = _stations(roads, lanes, before)
        start -= float(stations["along"][-1])
        too_far = np.searchsorted(stations["along"], -behind - start)
        pieces.insert(0, _Piece(stations[too_far:], start))
        before = roads.before(before)
    return pieces


def _leading_on(
    roads: RoadNetwork, lanes: dict[Lane, NDArray[np.void]], lane: Lane, ahead: float
) -> list[_Piece]:
    """Return the first `ahead` [m] of what a lane leads into."""
    pieces: list[_Piece] = []
    start = float(lanes[lane]["along"][-1])
    end, after = start + ahead, roads.after(lane)
    while after is not None and start < end:
        stations = _stations(roads, lanes, after)
        near = np.searchsorted(stations["along"], end - start, side="right")
        pieces.append(_Piece(stations[:near], start))
        start += float(stations["along"][-1])
        after = roads.after(after)
    return pieces


def _stations(
    roads: RoadNetwork, lanes: dict[Lane, NDArray[np.void]], lane: Lane
) -> NDArray[np.void]:
    """Return the stations of a lane, out of those of `lanes` if they are there."""
    if lane not in lanes:
        lanes[lane] = lane_stations(roads[lane.road], lane)
    return lanes[lane]


def lane_stations(road: Road, lane: Lane) -> NDArray[np.void]:
    """Return the middle of a lane, in the direction in which it runs, `(S,)` of `STATION`.

    That of a closed road comes back to its first station.
    """
    stations = np.zeros(road.station_count + (1 if road.closed else 0), STATION)
    stations["road"], stations["lane"] = lane
    direction = int(road.directions[lane.place])
    numbers = np.arange(len(stations))[::direction] % road.station_count
    right, left = road.boundaries[numbers, lane.place : lane.place + 2].T
    stations["station"] = numbers
    stations["z"] = road.position[numbers, 2]
    stations["grade"] = direction * road.grade[numbers]
    stations["width"] = left - right
    _lay(stations, direction, road.position, road.heading, road.curvature, 0.5 * (right + left))
    return stations


@compiled
def _lay(
    stations: NDArray[np.void],
    direction: int,
    position: NDArray[np.float64],
    heading: NDArray[np.float64],
    curvature: NDArray[np.float64],
    offsets: NDArray[np.float64],
) -> None:
    """Lay stations beside those of the road that they name, `offsets` `(S,)` [m] to its left."""
    for k in range(len(stations)):
        here, offset = stations[k], offsets[k]
        s = here.station
        here.x = position[s, 0] - offset * math.sin(heading[s])
        here.y = position[s, 1] + offset * math.cos(heading[s])
        # A parallel curve at distance d has the curvature c / (1 - c d).
        here.curvature = direction * curvature[s] / (1.0 - curvature[s] * offset)
        if k == 0:
            continue
        behind = stations[k - 1]
        dx, dy = here.x - behind.x, here.y - behind.y
        here.along = behind.along + math.sqrt(dx * dx + dy * dy)
        behind.length = here.along - behind.along
        behind.heading = math.atan2(dy, dx)
        if k > 1:
            before = stations[k - 2].heading
            behind.heading = before + wrapped(behind.heading - before)
    stations[-1].heading = stations[-2].heading


@compiled
def wrapped(angle: float) -> float:
    """Bring an angle to [-pi, pi)."""
    return (angle + math.pi) % (2.0 * math.pi) - math.pi
