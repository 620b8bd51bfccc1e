"""What the cameras of N lane worlds see: ground, road, roadside, traffic, from outside the car."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.scene import Appearance, Draws, Scene
from autonomy.camera.texture import NO_TEXTURES, TextureArrays
from autonomy.compiled import compiled
from autonomy.envs.lane.car import Cars
from autonomy.envs.lane.lane_path import Location
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.scene.car_mesh import car_mesh, simple_car_meshes
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.scene.road_bank import RoadBank

_GROUND, _SURFACE, _ROADSIDE, _CAR, _TRAFFIC = range(5)
_CAR_INSTANCE = 2  # other cars count up from the next, and then the things beside the road
_GROUND_SIZE = 4000.0  # [m]
_GROUND_DEPTH = 0.02  # [m] under the feet of the embankments, which end at 0


class LaneScene:
    """The static meshes, the roads, and the draws of N worlds."""

    def __init__(
        self,
        num_envs: int,
        make_road: Callable[[int], Road],
        traffic: int = 0,
        textures: TextureArrays = NO_TEXTURES,
    ) -> None:
        """Make room for N worlds, with up to `traffic` other cars on each road."""
        self.library = MeshLibrary(textures)
        ground = self.library.add([_ground_mesh()])
        self._car = self.library.add([car_mesh()])
        self._other_car = self._add_other_car() if traffic else (0, 0)
        self.roads = RoadBank(self.library, make_road)
        draws, others = _TRAFFIC + traffic, _CAR_INSTANCE + 1
        instances = [0, 1, others + traffic, _CAR_INSTANCE, *range(others, others + traffic)]
        self._draws = Draws(
            parts=np.zeros((num_envs, draws, 2), np.int32),
            poses=np.tile(np.eye(3, 4), (num_envs, draws, 1, 1)),
            instances=np.tile(np.array(instances, np.int32), (num_envs, 1)),
        )
        self._draws.parts[:, _GROUND] = ground

    def _add_other_car(self) -> tuple[int, int]:
        """Return the range of the part of a car that is coarser where it is far away."""
        first, _ = self.library.add(simple_car_meshes())
        both = np.arange(first, first + 2)
        return self.library.place(both[:1], both[1:], np.eye(3, 4)[np.newaxis])

    def place_traffic(
        self, rows: NDArray[np.intp], present: NDArray[np.bool_], poses: NDArray[np.float64]
    ) -> None:
        """Put other cars `(n, T)` at poses `(n, T, 3, 4)` into n worlds, where they are present."""
        self._draws.parts[rows, _TRAFFIC:] = np.where(present[..., np.newaxis], self._other_car, 0)
        self._draws.poses[rows, _TRAFFIC:] = poses

    def place_road(self, row: int, number: int) -> None:
        """Put a road into one world."""
        stored = self.roads[number]
        self._draws.parts[row, _SURFACE] = stored.surface
        self._draws.parts[row, _ROADSIDE] = stored.roadside

    def seen_from_car(self, look: Appearance) -> Scene:
        """Return what a camera on the car sees: everything but the car itself."""
        self._draws.parts[:, _CAR] = 0
        return Scene(self._draws, look)

    def seen_from_outside(self, look: Appearance, body_from_car: NDArray[np.float64]) -> Scene:
        """Return everything, with the car at its pose `(N, 3, 4)`."""
        parts, poses = self._draws.parts.copy(), self._draws.poses.copy()
        parts[:, _CAR] = self._car
        poses[:, _CAR] = body_from_car
        return Scene(self._draws._replace(parts=parts, poses=poses), look)


@compiled
def world_from_car(cars: Cars, location: Location, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the poses `(n, 3, 4)` of some cars: on the road, pitched along its grade."""
    poses = np.empty((len(rows), 3, 4))
    for n in range(len(rows)):
        i, pose = rows[n], poses[n]
        heading, pitch = cars.heading[i], np.arctan(location.grade[i])  # positive uphill
        cos, sin, flat, rise = np.cos(heading), np.sin(heading), np.cos(pitch), np.sin(pitch)
        pose[0] = (cos * flat, -sin, -cos * rise, cars.x[i])
        pose[1] = (sin * flat, cos, -sin * rise, cars.y[i])
        pose[2] = (rise, 0.0, flat, location.height[i])
    return poses


def _ground_mesh() -> Mesh:
    half = _GROUND_SIZE / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    points = [(x, y, -_GROUND_DEPTH) for x, y in corners]
    return surface(points, [(0, 1, 2), (0, 2, 3)], Material.GROUND, SemanticClass.GROUND)
