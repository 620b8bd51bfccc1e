"""Roads by number, and which lane a lane leads into."""

from collections.abc import Callable
from typing import NamedTuple

from autonomy.doing import doing
from autonomy.envs.lane.roads.drivable import check_drivable
from autonomy.envs.lane.roads.road import Road


class Lane(NamedTuple):
    """One lane of a network."""

    road: int  # number
    place: int  # counted from right to left


class RoadNetwork:
    """Roads, each made when it is first asked for, and how their lanes connect.

    So far a road connects with none but itself: the lanes of a closed road lead into themselves.
    """

    def __init__(self, make_road: Callable[[int], Road]) -> None:
        """Prepare to make the roads of some numbers."""
        self._make_road = make_road
        self._roads: dict[int, Road] = {}

    def __getitem__(self, number: int) -> Road:
        """Return a road, which can be driven.

        Raises:
            InputError: It cannot.
        """
        if number not in self._roads:
            with doing("making roads"):
                road = self._make_road(number)
                check_drivable(road)
            self._roads[number] = road
        return self._roads[number]

    def after(self, lane: Lane) -> Lane | None:
        """Return the lane that one leads into, None where it ends."""
        return lane if self[lane.road].closed else None

    def before(self, lane: Lane) -> Lane | None:
        """Return the lane that leads into one, None where it begins."""
        return lane if self[lane.road].closed else None

    def forget(self) -> None:
        """Forget all roads; they are made again when they are asked for."""
        self._roads.clear()
