"""What the cameras of N lane worlds see: ground, road, roadside, cars."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.scene import Appearance, Draws, Scene
from autonomy.camera.texture import NO_TEXTURES, TextureArrays
from autonomy.compiled import compiled
from autonomy.envs.lane.physics.location import Location
from autonomy.envs.lane.physics.vehicles import Vehicles
from autonomy.envs.lane.roads.road_network import RoadNetwork
from autonomy.envs.lane.scene.car_mesh import car_mesh, simple_car_meshes
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.scene.road_bank import RoadMeshes

_GROUND, _PAVED, _ROADSIDE, _CAR, _OTHERS = range(5)
# other cars count up from the next, then a task's props, then the things beside the road
_CAR_INSTANCE = 2
_GROUND_SIZE = 4000.0  # [m]
_GROUND_DEPTH = 0.02  # [m] under the feet of the embankments, which end at 0


class LaneScene:
    """The static meshes, the roads, and the draws of N worlds."""

    def __init__(
        self,
        num_envs: int,
        roads: RoadNetwork,
        others: int = 0,
        props: Sequence[Mesh] = (),
        textures: TextureArrays = NO_TEXTURES,
    ) -> None:
        """Make room for N worlds, each with up to `others` cars besides its own, and with props."""
        self.library = MeshLibrary(textures)
        ground = self.library.add([_ground_mesh()])
        self._car = self.library.add([car_mesh()])
        self._other_car = self._add_other_car() if others else (0, 0)
        ranges = [self.library.add([mesh]) for mesh in props]
        self._props = np.array(ranges, np.int32).reshape(-1, 2)
        self.roads = RoadMeshes(self.library, roads)
        self._first_prop, draws = _OTHERS + others, _OTHERS + others + len(props)
        next_instance = _CAR_INSTANCE + 1
        beside = next_instance + others + len(props)
        instances = [0, 1, beside, _CAR_INSTANCE, *range(next_instance, beside)]
        self._draws = Draws(
            parts=np.zeros((num_envs, draws, 2), np.int32),
            poses=np.tile(np.eye(3, 4), (num_envs, draws, 1, 1)),
            instances=np.tile(np.array(instances, np.int32), (num_envs, 1)),
        )
        self._draws.parts[:, _GROUND] = ground
        self._placed, self._shown = np.full((2, num_envs), -1)  # numbers of roads
        self._is_stale = False  # whether they differ

    def _add_other_car(self) -> tuple[int, int]:
        """Return the range of the part of a car that is coarser where it is far away."""
        first, _ = self.library.add(simple_car_meshes())
        both = np.arange(first, first + 2)
        return self.library.place(both[:1], both[1:], np.eye(3, 4)[np.newaxis])

    def place_others(
        self, rows: NDArray[np.intp], present: NDArray[np.bool_], poses: NDArray[np.float64]
    ) -> None:
        """Put other cars `(n, K)` at poses `(n, K, 3, 4)` into n worlds, where they are present."""
        others = slice(_OTHERS, self._first_prop)
        self._draws.parts[rows, others] = np.where(present[..., np.newaxis], self._other_car, 0)
        self._draws.poses[rows, others] = poses

    def place_props(
        self, rows: NDArray[np.intp], present: NDArray[np.bool_], poses: NDArray[np.float64]
    ) -> None:
        """Put K props at poses `(n, K, 3, 4)` into n worlds, where they are present `(n, K)`."""
        props = slice(self._first_prop, None)
        self._draws.parts[rows, props] = np.where(present[..., np.newaxis], self._props, 0)
        self._draws.poses[rows, props] = poses

    def place_roads(self, rows: NDArray[np.intp], numbers: NDArray[np.int64]) -> None:
        """Put roads `(n,)` into n worlds; their meshes are made once somebody looks."""
        self._placed[rows] = numbers
        self._is_stale = True

    def forget_roads(self) -> None:
        """Forget the meshes of all roads; they have to be placed again."""
        self.roads.forget()
        self._placed[:] = self._shown[:] = -1
        self._draws.parts[:, [_PAVED, _ROADSIDE]] = 0

    def seen_from_car(self, look: Appearance) -> Scene:
        """Return what a camera on the car sees: everything but the car itself."""
        self._show_roads()
        self._draws.parts[:, _CAR] = 0
        return Scene(self._draws, look)

    def seen_from_outside(self, look: Appearance, body_from_car: NDArray[np.float64]) -> Scene:
        """Return everything, with the car at its pose `(N, 3, 4)`."""
        self._show_roads()
        parts, poses = self._draws.parts.copy(), self._draws.poses.copy()
        parts[:, _CAR] = self._car
        poses[:, _CAR] = body_from_car
        return Scene(self._draws._replace(parts=parts, poses=poses), look)

    def _show_roads(self) -> None:
        if not self._is_stale:
            return
        for row in np.flatnonzero(self._shown != self._placed).tolist():
            parts = self.roads[int(self._placed[row])]
            self._draws.parts[row, _PAVED] = parts.paved
            self._draws.parts[row, _ROADSIDE] = parts.roadside
        self._shown[:] = self._placed
        self._is_stale = False


@compiled
def world_from_car(
    vehicles: Vehicles, location: Location, which: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the poses `(n, 3, 4)` of some cars: on the road, pitched along its grade."""
    poses = np.empty((len(which), 3, 4))
    for n in range(len(which)):
        i, pose = which[n], poses[n]
        heading, pitch = vehicles.heading[i], np.arctan(location.grade[i])  # positive uphill
        cos, sin, flat, rise = np.cos(heading), np.sin(heading), np.cos(pitch), np.sin(pitch)
        pose[0] = (cos * flat, -sin, -cos * rise, vehicles.x[i])
        pose[1] = (sin * flat, cos, -sin * rise, vehicles.y[i])
        pose[2] = (rise, 0.0, flat, location.height[i])
    return poses


def _ground_mesh() -> Mesh:
    half = _GROUND_SIZE / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    points = [(x, y, -_GROUND_DEPTH) for x, y in corners]
    return surface(points, [(0, 1, 2), (0, 2, 3)], Material.GROUND, SemanticClass.GROUND)
