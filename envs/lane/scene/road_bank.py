"""The meshes of roads: made when a road is first seen, kept for the next time."""

from typing import NamedTuple

import numpy as np

from autonomy.camera.library import MeshLibrary
from autonomy.doing import doing
from autonomy.envs.lane.roads.road import free_width
from autonomy.envs.lane.roads.road_network import RoadNetwork
from autonomy.envs.lane.scene.bridge_mesh import bridge_meshes
from autonomy.envs.lane.scene.props import Surface
from autonomy.envs.lane.scene.road_mesh import road_meshes
from autonomy.envs.lane.scene.roadside import Roadside
from autonomy.envs.lane.scene.sections import cross_sections, sections_of

_SCENERY = 0x5CE4E  # keeps the scenery's random numbers apart from the road's own


class RoadParts(NamedTuple):
    """Where in the library the parts of a road are."""

    paved: tuple[int, int]
    roadside: tuple[int, int]


class RoadMeshes:
    """The meshes of roads by number, in a library after whatever it held before."""

    def __init__(self, library: MeshLibrary, roads: RoadNetwork) -> None:
        self._library = library
        self._roads = roads
        self._roadside = Roadside(library)
        self._beginning = library.mark()
        self._parts: dict[int, RoadParts] = {}
        self._surfaces: dict[int, Surface] = {}

    def __getitem__(self, number: int) -> RoadParts:
        """Return the parts of a road; they follow from its number alone."""
        if number not in self._parts:
            with doing("making roads"):
                self._parts[number] = self._made(number)
        return self._parts[number]

    def _made(self, number: int) -> RoadParts:
        road = self._roads[number]
        width = free_width(road)
        random = np.random.default_rng((number, _SCENERY))
        sections = sections_of(road, width)
        return RoadParts(
            self._library.add(road_meshes(sections, road.markings)),
            self._roadside.place(road, width, random, bridge_meshes(sections, road.bridges)),
        )

    def surface(self, number: int) -> Surface:
        """Return how a road's surface and the land beside it lie."""
        if number not in self._surfaces:
            road = self._roads[number]
            self._surfaces[number] = Surface(road, cross_sections(road), free_width(road))
        return self._surfaces[number]

    def forget(self) -> None:
        """Forget all meshes of roads; what shows them has to be placed again."""
        self._library.rewind(self._beginning)
        self._parts.clear()
        self._surfaces.clear()
