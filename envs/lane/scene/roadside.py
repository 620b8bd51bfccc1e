"""What stands beside a road and under it: trees, posts, houses, parked cars, bridges."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, joined, surface
from autonomy.camera.primitives import box, cone, cylinder, sphere
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.scene.car_mesh import simple_car_meshes
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.scene.parked_cars import parked_cars
from autonomy.envs.lane.scene.standing import land_height, standing

_POST_SPACING = 40.0  # [m]
_POST_OFFSET = 0.9  # [m] beyond the outermost boundary
_SITE_SPACING = 7.0  # [m] between places where something may stand
_FARTHEST = 2.0  # [m] from the edge of the road's own land
_CLEARANCE = 5.0  # [m] between the middles of a parked car and of what else stands there
_POST, _CAR, _SITES = range(3)  # things, the kinds of sites counting up from the last


@dataclass(frozen=True)
class _Kind:
    """What may stand at a site: how often, how far from the road [m] at least, how large."""

    mesh: Mesh
    coarse: Mesh
    share: float
    nearest: float
    scales: tuple[float, float]


class Roadside:
    """The meshes that every road's surroundings are made of."""

    def __init__(self, library: MeshLibrary) -> None:
        """Add them to `library`."""
        self._library = library
        self._kinds = _kinds()
        car, coarse_car = simple_car_meshes()
        self._first, _ = library.add([_post(), car, *(kind.mesh for kind in self._kinds)])
        self._first_coarse, _ = library.add(
            [_coarse_post(), coarse_car, *(kind.coarse for kind in self._kinds)]
        )

    def place(
        self,
        road: Road,
        width: NDArray[np.float64],
        random: np.random.Generator,
        bridges: Sequence[Mesh],
    ) -> tuple[int, int]:
        """Place things beside a road, its bridges too, and return their range of parts.

        `width` `(S, 2)` [m] is the land to the right and to the left that is the road's own.
        """
        posts = _posts(road)
        kinds, sites = self._sites(road, width, random)
        cars = parked_cars(road, width, random)
        free = _apart(sites, cars)
        things = np.concatenate(
            [np.full(len(posts), _POST), np.full(len(cars), _CAR), _SITES + kinds[free]]
        )
        own, own_poses = self._own_parts(bridges)
        return self._library.place(
            np.append(self._first + things, own),
            np.append(self._first_coarse + things, own),
            np.concatenate([posts, cars, sites[free], own_poses]),
        )

    def _own_parts(self, meshes: Sequence[Mesh]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Add meshes `(K,)` that only this road has; return their parts and poses."""
        parts = np.arange(*self._library.add(meshes)) if meshes else np.empty(0, np.intp)
        return parts, np.tile(np.eye(3, 4), (len(parts), 1, 1))

    def _sites(
        self, road: Road, width: NDArray[np.float64], random: np.random.Generator
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return kinds `(K,)` and poses `(K, 3, 4)` of trees and houses."""
        count = int(road.length / _SITE_SPACING)
        shares = np.array([kind.share for kind in self._kinds])
        nearest = np.array([kind.nearest for kind in self._kinds])
        scales = np.array([kind.scales for kind in self._kinds])
        station = random.integers(0, road.station_count, count)
        kind = random.choice(len(shares), count, p=shares)
        side, reach, size, turn = random.uniform(size=(4, count))
        left = side < 0.5
        edge = np.where(left, road.boundaries[station, -1], -road.boundaries[station, 0])
        land = width[station, left.astype(int)]
        room = land - _FARTHEST - edge - nearest[kind]
        offset = edge + nearest[kind] + reach * room
        height = land_height(road.position[station, 2], edge, land, offset)
        poses = standing(
            road,
            station,
            np.where(left, offset, -offset),
            height,
            turn * 2 * np.pi,
            scales[kind, 0] + size * (scales[kind, 1] - scales[kind, 0]),
        )
        fits = room > 0
        return kind[fits], poses[fits]


def _apart(sites: NDArray[np.float64], cars: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which sites `(K,)` are clear of all parked cars, from poses `(K, 3, 4)`, `(C, 3, 4)`."""
    between = sites[:, np.newaxis, :2, 3] - cars[:, :2, 3]
    return (np.einsum("kcj,kcj->kc", between, between) > _CLEARANCE**2).all(axis=1)


def _posts(road: Road) -> NDArray[np.float64]:
    """Poses `(K, 3, 4)` of delineators on both sides."""
    station = (np.arange(0.0, road.length, _POST_SPACING) / road.spacing).astype(int)
    station = np.minimum(station, road.station_count - 1)
    both = np.concatenate([station, station])
    offset = np.concatenate(
        [road.boundaries[station, 0] - _POST_OFFSET, road.boundaries[station, -1] + _POST_OFFSET]
    )
    ones = np.ones(len(both))
    return standing(road, both, offset, road.position[both, 2], road.heading[both], ones)


def _kinds() -> tuple[_Kind, ...]:
    return (
        _Kind(_conifer(), _coarse_conifer(), 0.52, 3.0, (0.7, 1.5)),
        _Kind(_broadleaf(), _coarse_broadleaf(), 0.42, 3.0, (0.7, 1.4)),
        _Kind(_house(), _house(), 0.06, 10.0, (0.9, 1.3)),
    )


def _post() -> Mesh:
    body = box((0.12, 0.14, 1.0), Material.POST, SemanticClass.POST).moved((0, 0, 0.5))
    band = box((0.13, 0.15, 0.2), Material.POST_BAND, SemanticClass.POST).moved((0, 0, 0.78))
    return joined([body, band])


def _coarse_post() -> Mesh:
    return cylinder(0.09, 1.0, 3, Material.POST, SemanticClass.POST, closed=False).moved(
        (0, 0, 0.5)
    )


def _conifer() -> Mesh:
    seen, trunk = SemanticClass.VEGETATION, Material.TRUNK
    return joined(
        [
            cylinder(0.18, 1.4, 4, trunk, seen, closed=False).moved((0, 0, 0.7)),
            cone(1.7, 3.4, 7, Material.CONIFER, seen, closed=False).moved((0, 0, 2.6)),
            cone(1.25, 2.8, 7, Material.CONIFER, seen, closed=False).moved((0, 0, 4.4), 0.4),
        ]
    )


def _broadleaf() -> Mesh:
    seen, trunk = SemanticClass.VEGETATION, Material.TRUNK
    crown = sphere(1.7, 4, Material.BROADLEAF, seen)
    return joined(
        [
            cylinder(0.2, 2.4, 4, trunk, seen, closed=False).moved((0, 0, 1.2)),
            crown.moved((0, 0, 3.6), scale=(1.0, 1.0, 1.15)),
        ]
    )


def _coarse_conifer() -> Mesh:
    crown = cone(1.7, 5.0, 4, Material.CONIFER, SemanticClass.VEGETATION, closed=False)
    return crown.moved((0, 0, 3.3))


def _coarse_broadleaf() -> Mesh:
    crown = sphere(1.9, 2, Material.BROADLEAF, SemanticClass.VEGETATION)
    return crown.moved((0, 0, 3.6), scale=(1.0, 1.0, 1.15))


def _house() -> Mesh:
    walls = box((8.0, 6.0, 3.4), Material.WALL, SemanticClass.BUILDING).moved((0, 0, 1.7))
    eaves, ridge = 3.4, 5.8
    corners = [(-4.4, -3.5, eaves), (4.4, -3.5, eaves), (4.4, 3.5, eaves), (-4.4, 3.5, eaves)]
    points = [*corners, (-4.4, 0.0, ridge), (4.4, 0.0, ridge)]
    faces = [(0, 1, 5), (0, 5, 4), (2, 3, 4), (2, 4, 5), (1, 2, 5), (3, 0, 4), (0, 3, 2), (0, 2, 1)]
    roof = surface(points, faces, Material.ROOF, SemanticClass.BUILDING, smooth=False)
    return joined([walls, roof])
