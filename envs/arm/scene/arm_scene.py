"""What the cameras of N arm worlds see: floor, table, robot, things, fixtures and the goal."""

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
from autonomy.envs.arm.physics.arm_state import Bodies, Setup
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.physics.table import FLOOR, TABLE_MIDDLE, TABLE_SIZE
from autonomy.envs.arm.scene.appearance import CLUTTER_COLORS, Layers, dress, plain_looks
from autonomy.envs.arm.scene.link_meshes import NO_MESHES, LinkMeshes
from autonomy.envs.arm.scene.materials import OBJECT_COLORS, Material
from autonomy.envs.arm.scene.shadows import Shadows

_FLOOR_SIZE = 60.0  # [m]
_GOAL_RADIUS = 0.018  # [m]
_SHADOW_BALL = np.array((*TABLE_MIDDLE[:2], 0.0, 1.1), np.float32)  # see `Appearance.cast`


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
        robot: LinkMeshes,
        catalogue: Sequence[Shape],
        objects: int,
        extras: Extras = _NOTHING_MORE,
        fixtures: LinkMeshes = NO_MESHES,
    ) -> None:
        self._coverings = extras.coverings
        self.library = MeshLibrary(extras.coverings.textures)
        self._robot_colors = robot.colors
        self._links, self._fixture_links = (
            np.array([number for number, _ in own.links], np.intp) for own in (robot, fixtures)
        )
        room = [self.library.add([mesh]) for mesh in (_floor_mesh(), _table_mesh())]
        links = [self.library.add([mesh]) for _, mesh in robot.links]
        self._shapes = self._thing_parts(catalogue, objects)
        self._goal = self.library.add([sphere(_GOAL_RADIUS, 10, Material.GOAL, SemanticClass.GOAL)])
        self._clutter = self._clutter_parts(extras.clutter, extras.clutter_count)
        standing = [self.library.add([mesh]) for _, mesh in fixtures.links]
        layers = Layers.of(len(links), objects, extras.clutter_count, len(standing))
        count, casting = layers.fixtures.stop + 1, layers.lying.stop - layers.lying.start + 1
        self._layers = layers
        self._shadows = Shadows(num_envs, catalogue, extras.clutter)
        self._looks = plain_looks(
            num_envs,
            (robot.colors, fixtures.colors),
            patterned=count if extras.has_patterns else 0,
            shadows=casting if extras.has_shadows else 0,
            coverings=extras.coverings,
        )
        parts = np.zeros((num_envs, count, 2), np.int32)
        parts[:, : layers.robot.stop] = [*room, *links]
        parts[:, layers.fixtures] = np.reshape(standing, (-1, 2))
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
        layers, (parts, poses, _) = self._layers, self._draws
        for number, shape in enumerate(setup.shape.T):
            parts[:, layers.things.start + number] = self._shapes[number, shape]
        for number, shape in enumerate(setup.clutter_shape.T):
            parts[:, layers.clutter.start + number] = self._clutter[number, shape + 1]
        to_matrices(bodies.link_pose[:, self._links], poses[:, layers.robot])
        to_matrices(bodies.object_pose, poses[:, layers.things])
        to_matrices(bodies.clutter_pose, poses[:, layers.clutter])
        if self._fixture_links.size:
            to_matrices(bodies.fixture_pose[:, self._fixture_links], poses[:, layers.fixtures])
        if self._looks.shadows.shape[1]:
            self._shadows.cast(self._looks.shadows, bodies, setup)
        return Scene(self._draws, self._looks)

    def shadowed(self, scene: Scene) -> Scene:
        """Return a scene with the shadows that all cast on each other, the table and the floor."""
        return scene.shadowed(np.tile(_SHADOW_BALL, (len(scene.draws.parts), 1)))

    def _thing_parts(self, catalogue: Sequence[Shape], count: int) -> NDArray[np.int32]:
        """Add the meshes of the task's things; return the parts `(O, K, 2)` of each shape."""
        parts = [
            [self.library.add([_object_mesh(shape, number)]) for shape in catalogue]
            for number in range(count)
        ]
        return np.array(parts, np.int32).reshape(count, len(catalogue), 2)

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
        objects, clutter = ["object"] * len(self._shapes), ["clutter"] * len(self._clutter)
        fixtures = ["fixture"] * len(self._fixture_links)
        return ["background", "table", *links, *objects, *clutter, *fixtures, "goal"]

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
    color = Material.FIRST_OBJECT + number % OBJECT_COLORS
    return shape.mesh(color, Material.PAINT, SemanticClass.OBJECT)
