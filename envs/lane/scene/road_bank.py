"""The roads of a world: made when first driven, kept for the next time."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from autonomy.camera.library import MeshLibrary
from envs.lane.lane_path import LanePaths, lane_path
from envs.lane.roads.road import Road, free_width
from envs.lane.scene.road_mesh import road_meshes
from envs.lane.scene.roadside import Roadside

_ROOM = 160 * 2**20  # [bytes] of meshes kept before those not in use are forgotten
_SCENERY = 0x5CE4E  # keeps the scenery's random numbers apart from the road's own


@dataclass(frozen=True)
class StoredRoad:
    """A road, where its parts are in the library, and the paths of the lanes driven so far."""

    road: Road
    surface: tuple[int, int]
    roadside: tuple[int, int]
    paths: dict[int, LanePaths] = field(default_factory=dict[int, LanePaths])

    def path(self, lane: int) -> LanePaths:
        """Return the middle of a lane as a single path."""
        if lane not in self.paths:
            self.paths[lane] = lane_path(self.road, lane)
        return self.paths[lane]


class RoadBank:
    """Roads by number, with their meshes in a library after whatever it held before."""

    def __init__(self, library: MeshLibrary, make_road: Callable[[int], Road]) -> None:
        self._library = library
        self._make_road = make_road
        self._roadside = Roadside(library)
        self._beginning = library.mark()
        self._stored: dict[int, StoredRoad] = {}

    def __getitem__(self, number: int) -> StoredRoad:
        """Return a road; it follows from its number alone."""
        if number not in self._stored:
            road = self._make_road(number)
            width = free_width(road)
            random = np.random.default_rng((number, _SCENERY))
            self._stored[number] = StoredRoad(
                road,
                self._library.add(road_meshes(road, width)),
                self._roadside.place(road, width, random),
            )
        return self._stored[number]

    def forget_unused(self, used: set[int]) -> bool:
        """Keep only the roads in use once the meshes fill their room; tell whether it did.

        The kept roads' places in the library change.
        """
        if self._library.used_bytes < _ROOM:
            return False
        self._library.rewind(self._beginning)
        self._stored.clear()
        for number in sorted(used):
            self[number]
        return True
