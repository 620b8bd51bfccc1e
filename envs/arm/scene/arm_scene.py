"""What the cameras of N arm worlds see: floor, table, robot, things and, for people, the goal."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.primitives import box, sphere
from autonomy.camera.scene import Draws, Scene
from autonomy.camera.texture import UNCOVERED, Coverings
from autonomy.compiled import compiled
from autonomy.envs.arm.arm_state import Bodies, Setup
from autonomy.envs.arm.objects import Shape
from autonomy.envs.arm.scene.appearance import CLUTTER_COLORS, Layers, dress, plain_looks
from autonomy.envs.arm.scene.materials import Material
from autonomy.envs.arm.scene.robot_meshes import RobotMeshes
from autonomy.envs.arm.scene.shadows import Shadows
from autonomy.envs.arm.table import FLOOR, TABLE_MIDDLE, TABLE_SIZE

_FLOOR_DRAW, _TABLE_DRAW, _ROBOT_DRAWS = 0, 1, 2  # the last one is the first link's
_FLOOR_SIZE = 60.0  # [m]
_GOAL_RADIUS = 0.018  # [m]


class Extras(NamedTuple):
    """What randomisation adds to a scene."""

    clutter: Sequence[Shape] = ()
    """Shapes that may lie beside the task's things."""
    clutter_count: int = 0
    """How many do at most."""
    has_patterns: bool = False
    has_shadows: bool = False
    coverings: Coverings = UNCOVERED


_NOTHING_MORE = Extras()


class ArmScene:
    """The meshes, the draws and the looks of N worlds."""

    def __init__(
        self,
        num_envs: int,
        robot: RobotMeshes,
        catalogue: Sequence[Shape],
        objects: int,
        extras: Extras = _NOTHING_MORE,
    ) -> None:
        self._coverings = extras.coverings
        self.library = MeshLibrary(extras.coverings.textures)
        self._robot_colors = robot.colors
        room = [self.library.add([mesh]) for mesh in (_floor_mesh(), _table_mesh())]
        links = [self.library.add([mesh]) for _, mesh in robot.links]
        self._links = np.array([number for number, _ in robot.links])
        self._shapes = np.array(
            [
                [self.library.add([_object_mesh(shape, number)]) for shape in catalogue]
                for number in range(objects)
            ],
            np.int32,
        ).reshape(objects, len(catalogue), 2)
        self._goal = self.library.add([sphere(_GOAL_RADIUS, 10, Material.GOAL, SemanticClass.GOAL)])
        self._first_object = _ROBOT_DRAWS + len(links)
        self._first_clutter = self._first_object + objects
        goal = self._first_clutter + extras.clutter_count
        count = goal + 1
        self._clutter = self._clutter_parts(extras.clutter, extras.clutter_count)
        self._layers = Layers(
            table=slice(_TABLE_DRAW, _ROBOT_DRAWS),
            robot=slice(_ROBOT_DRAWS, self._first_object),
            objects=slice(self._first_object, goal),
        )
        patterned = count if extras.has_patterns else 0
        self._shadows = Shadows(num_envs, catalogue, extras.clutter)
        shadows = goal - self._first_object + 1 if extras.has_shadows else 0
        self._looks = plain_looks(num_envs, robot.colors, patterned, shadows, extras.coverings)
        parts = np.zeros((num_envs, count, 2), np.int32)
        parts[:, : self._first_object] = [*room, *links]
        self._draws = Draws(
            parts,
            np.tile(np.eye(3, 4), (num_envs, count, 1, 1)),
            np.tile(np.arange(count, dtype=np.int32), (num_envs, 1)),
        )

    def dress(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Bring the random draws `(n,)` of some rows to their looks."""
        dress(self._looks, rows, draws, self._robot_colors)
        self._coverings.cover(self._looks, rows, draws)
        if self._looks.patterns.shape[1]:
            self._layers.wear(self._looks.patterns, rows, draws)
        self._shadows.darkness[rows] = draws["shadow"]

    def seen(self, bodies: Bodies, setup: Setup) -> Scene:
        """Return what cameras see: what `setup` says is there, where `bodies` are."""
        shapes, clutter = setup.shape, setup.clutter_shape
        last, poses = self._first_clutter, self._draws.poses
        for number in range(shapes.shape[1]):
            drawn = self._shapes[number, shapes[:, number]]
            self._draws.parts[:, self._first_object + number] = drawn
        to_matrices(bodies.link_pose[:, self._links], poses[:, _ROBOT_DRAWS : self._first_object])
        to_matrices(bodies.object_pose, poses[:, self._first_object : last])
        for number in range(clutter.shape[1]):
            self._draws.parts[:, last + number] = self._clutter[number, clutter[:, number] + 1]
        to_matrices(bodies.clutter_pose, poses[:, last : last + clutter.shape[1]])
        if self._looks.shadows.shape[1]:
            self._shadows.cast(self._looks.shadows, bodies, setup)
        return Scene(self._draws, self._looks)

    def _clutter_parts(self, shapes: Sequence[Shape], count: int) -> NDArray[np.int32]:
        """Add the meshes of clutter; return the parts `(C, 1 + K, 2)` of no shape, and of each."""
        parts = np.zeros((count, 1 + len(shapes), 2), np.int32)
        for number in range(count):
            material = Material.CLUTTER + number % CLUTTER_COLORS
            for k, shape in enumerate(shapes):
                mesh = shape.mesh(material, material, SemanticClass.CLUTTER)
                parts[number, 1 + k] = self.library.add([mesh])
        return parts

    def draw_names(self, hand: Collection[int]) -> list[str]:
        """Return what each draw shows, by its number; links of `hand` are the gripper's."""
        links = ["gripper" if link in hand else "robot" for link in self._links.tolist()]
        objects = ["object"] * (self._first_clutter - self._first_object)
        clutter = ["clutter"] * len(self._clutter)
        return ["background", "table", *links, *objects, *clutter, "goal"]

    def with_goal(self, scene: Scene, goal: NDArray[np.float64]) -> Scene:
        """Return what people see: a mark at the goal's place `(N, 3)` besides."""
        parts, poses = scene.draws.parts.copy(), scene.draws.poses.copy()
        parts[:, -1] = self._goal
        poses[:, -1, :, 3] = goal
        return scene._replace(draws=scene.draws._replace(parts=parts, poses=poses))


@compiled
def to_matrices(poses: NDArray[np.float64], matrices: NDArray[np.float64]) -> None:
    """Turn positions and quaternions (x, y, z, w) `(N, K, 7)` into matrices `(N, K, 3, 4)`."""
    for n in range(poses.shape[0]):
        for k in range(poses.shape[1]):
            x, y, z, w = poses[n, k, 3], poses[n, k, 4], poses[n, k, 5], poses[n, k, 6]
            matrix = matrices[n, k]
            matrix[0, 0], matrix[0, 1] = 1 - 2 * (y * y + z * z), 2 * (x * y - z * w)
            matrix[0, 2] = 2 * (x * z + y * w)
            matrix[1, 0], matrix[1, 1] = 2 * (x * y + z * w), 1 - 2 * (x * x + z * z)
            matrix[1, 2] = 2 * (y * z - x * w)
            matrix[2, 0], matrix[2, 1] = 2 * (x * z - y * w), 2 * (y * z + x * w)
            matrix[2, 2] = 1 - 2 * (x * x + y * y)
            for axis in range(3):
                matrix[axis, 3] = poses[n, k, axis]


def _floor_mesh() -> Mesh:
    half = _FLOOR_SIZE / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    points = [(x, y, FLOOR) for x, y in corners]
    return surface(points, [(0, 1, 2), (0, 2, 3)], Material.FLOOR, SemanticClass.GROUND)


def _table_mesh() -> Mesh:
    """Return a top on a solid foot: the physics has one box."""
    mesh = box(TABLE_SIZE, Material.TABLE, SemanticClass.TABLE)
    return mesh.moved(TABLE_MIDDLE)


def _object_mesh(shape: Shape, number: int) -> Mesh:
    return shape.mesh(Material.FIRST_OBJECT + number, Material.PAINT, SemanticClass.OBJECT)
