"""The roads of a world: made when first driven, kept for the next time."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from autonomy.camera.library import MeshLibrary
from autonomy.envs.lane.physics.lane_path import lane_path
from autonomy.envs.lane.physics.path_bank import PathBank
from autonomy.envs.lane.roads.road import Road, free_width
from autonomy.envs.lane.scene.road_mesh import road_meshes
from autonomy.envs.lane.scene.roadside import Roadside

_ROOM = 160 * 2**20  # [bytes] of meshes kept before those not in use are forgotten
_SCENERY = 0x5CE4E  # keeps the scenery's random numbers apart from the road's own


@dataclass(frozen=True)
class StoredRoad:
    """A road, where its parts are in the library, and where its lanes are in the bank of paths."""

    road: Road
    surface: tuple[int, int]
    roadside: tuple[int, int]
    paths: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])


class RoadBank:
    """Roads by number, with their meshes in a library after whatever it held before."""

    def __init__(self, library: MeshLibrary, make_road: Callable[[int], Road]) -> None:
        self.paths = PathBank()
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

    def path(self, number: int, lane: int) -> tuple[int, int]:
        """Return the range in `paths` of the path of a road's lane."""
        stored = self[number]
        if lane not in stored.paths:
            stored.paths[lane] = self.paths.add(lane_path(stored.road, lane))
        return stored.paths[lane]

    def make_room(self) -> bool:
        """Forget all roads once the meshes fill their room; tell whether it did.

        What was placed of them has to be placed again.
        """
        if self._library.used_bytes < _ROOM:
            return False
        self._library.rewind(self._beginning)
        self.paths.clear()
        self._stored.clear()
        return True
