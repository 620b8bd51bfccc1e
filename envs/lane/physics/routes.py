"""The routes of vehicles in one array, so that a vehicle is put on one without copying it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import Index, compiled
from autonomy.envs.lane.roads.road_network import Lane, RoadNetwork
from autonomy.envs.lane.roads.route import STATION, copy_stations, lay_route


class Routes(NamedTuple):
    """R routes one after another."""

    stations: NDArray[np.void]  # (T,) `STATION`, of all routes
    first: NDArray[np.int64]  # (R,) first station of a route
    end: NDArray[np.int64]  # (R,) its last station + 1
    start: NDArray[np.int64]  # (R,) where its lane begins, counted from its first station


@compiled
def route_of(routes: Routes, number: Index) -> NDArray[np.void]:
    """Return one route `(S,)` of `STATION`."""
    return routes.stations[routes.first[number] : routes.end[number]]


class RouteBank:
    """The routes along lanes, each laid once; room that was never used costs no memory."""

    def __init__(self, roads: RoadNetwork, behind: float, ahead: float, room: int = 2**21) -> None:
        """Prepare to lay routes `behind` and `ahead` [m] of their lanes, as far as lanes lead.

        There is room for as many stations at first, and it doubles.
        """
        self._roads = roads
        self._reach = behind, ahead
        self._stations = np.empty(room, STATION)
        self._numbers: dict[Lane, int] = {}
        self._places: list[tuple[int, int, int]] = []
        self._routes = self._gathered()

    @property
    def routes(self) -> Routes:
        """All routes that were laid."""
        if len(self._routes.first) < len(self._places):
            self._routes = self._gathered()
        return self._routes

    @property
    def used_bytes(self) -> int:
        """Bytes of routes in use."""
        return self._places[-1][1] * STATION.itemsize if self._places else 0

    def along(self, lane: Lane) -> int:
        """Return the number of the route along a lane."""
        if lane not in self._numbers:
            route, start = lay_route(self._roads, lane, *self._reach)
            first, end = self._keep(route)
            self._numbers[lane] = len(self._places)
            self._places.append((first, end, start))
        return self._numbers[lane]

    def forget(self) -> None:
        """Forget all routes; their room is used again."""
        self._numbers.clear()
        self._places.clear()
        self._routes = self._gathered()

    def _keep(self, route: NDArray[np.void]) -> tuple[int, int]:
        first = self._places[-1][1] if self._places else 0
        end = first + len(route)
        if end > len(self._stations):
            larger = np.empty(2 * end, STATION)
            copy_stations(self._stations[:first], larger[:first])
            self._stations = larger
        copy_stations(route, self._stations[first:end])
        return first, end

    def _gathered(self) -> Routes:
        first, end, start = np.array(self._places, np.int64).reshape(-1, 3).T.copy()
        return Routes(self._stations, first, end, start)
