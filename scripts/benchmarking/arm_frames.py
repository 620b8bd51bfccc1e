"""Frames of a Panda at its table, without physics: by our renderer, and by PyBullet's own."""

from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.renderer import Renderer
from autonomy.envs.arm.options import FRONT
from autonomy.envs.arm.physics.arm import Arm
from autonomy.envs.arm.physics.arm_state import Sizes, allocate, row_of
from autonomy.envs.arm.physics.bullet import connect, pybullet
from autonomy.envs.arm.physics.robot_body import load_robot
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.physics.table import FLOOR, TABLE_MIDDLE, TABLE_SIZE
from autonomy.envs.arm.robot import PANDA
from autonomy.envs.arm.scene.arm_scene import ArmScene
from autonomy.envs.arm.scene.materials import Material
from autonomy.envs.arm.scene.robot_meshes import robot_meshes

_BOX = Shape("box", (0.05, 0.05, 0.05))
_PLACE = (0.05, 0.1, 0.025, 0.0, 0.0, 0.0, 1.0)
_POSTURES = 64
_ASKEW = 0.3  # [rad] that each joint is away from home, at most


class OurFrames:
    """Draws the front camera's image of a batch of arms, each in another posture every time."""

    def __init__(
        self, num_envs: int, image_size: tuple[int, int], triangles: int | None, seed: int
    ) -> None:
        front = FRONT.sized(*image_size)
        meshes = robot_meshes(PANDA, triangles, Material.ROBOT)
        self._scene = ArmScene(num_envs, meshes, [_BOX], 1)
        self._renderer = Renderer(front.camera)
        self._views = np.tile(front.mount.camera_from_body, (num_envs, 1, 1))
        self._postures = _link_poses(_postures(seed))
        self._rows, self._first = np.arange(num_envs), 0
        links = self._postures.shape[1]
        shared = allocate(num_envs, Sizes(0, 0, links, 1, 0))
        self._bodies, self._setup = shared.bodies, shared.setup
        self._bodies.object_pose[:] = _PLACE

    def reset(self) -> None:
        """Do nothing: there are no episodes."""

    def decide(self) -> None:
        """Bring every arm to its next posture."""
        self._first += 1
        self._bodies.link_pose[:] = self._postures[(self._rows + self._first) % _POSTURES]

    def step(self) -> int:
        """Draw."""
        self.frames(("rgb",))
        return 0

    def frames(self, channels: tuple[str, ...]) -> Any:
        """Return the frames that are drawn now."""
        seen = self._scene.seen(self._bodies, self._setup)
        return self._renderer.render(self._scene.library, seen, self._views, channels)


class TinyFrames:
    """Draws the same scene of one arm by TinyRenderer, from the same robot file."""

    def __init__(self, image_size: tuple[int, int], seed: int) -> None:
        self._client, self._size = connect(), image_size
        self._body = load_robot(self._client, PANDA, visible=True)
        for half, middle in (
            (np.array(TABLE_SIZE) / 2, TABLE_MIDDLE),
            (np.array((30.0, 30.0, 0.5)), (0.0, 0.0, FLOOR - 0.5)),
            (np.array(_BOX.size) / 2, _PLACE[:3]),
        ):
            look = self._client.createVisualShape(pybullet().GEOM_BOX, halfExtents=half.tolist())
            self._client.createMultiBody(0.0, -1, look, middle)
        self._next = cycle(_postures(seed).tolist())
        view = np.eye(4)
        view[:3] = np.diag([1.0, -1.0, -1.0]) @ FRONT.mount.camera_from_body
        self._view = view.T.ravel().tolist()
        near, far = FRONT.camera.near, FRONT.camera.far
        across = near * np.tan(FRONT.camera.fov / 2)
        up = across * image_size[0] / image_size[1]
        self._projection = pybullet().computeProjectionMatrix(-across, across, -up, up, near, far)

    def reset(self) -> None:
        """Do nothing: there are no episodes."""

    def decide(self) -> None:
        """Bring the arm to its next posture."""
        for joint, angle in zip(self._body.arm.numbers, next(self._next), strict=True):
            self._client.resetJointState(self._body.body, joint, angle)

    def step(self) -> int:
        """Draw the colours alone, without shadows: the least that it can do."""
        self.image(pybullet().ER_NO_SEGMENTATION_MASK)
        return 0

    def image(self, flags: int) -> Any:
        """Return what PyBullet gives."""
        return self._client.getCameraImage(
            self._size[1],
            self._size[0],
            self._view,
            self._projection,
            renderer=pybullet().ER_TINY_RENDERER,
            flags=flags,
            shadow=0,
        )


def _postures(seed: int) -> NDArray[np.float64]:
    """Return `(P, n)` joint positions around home [rad]."""
    askew = np.random.default_rng(seed).uniform(-_ASKEW, _ASKEW, (_POSTURES, len(PANDA.home)))
    return np.array(PANDA.home) + askew


def _link_poses(postures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `(P, L, 7)` where the links are in postures."""
    client = connect()
    arm = Arm(client, PANDA)
    links, joints = len(arm.parts.link_names), len(PANDA.home) + len(PANDA.gripper_joints)
    bodies = allocate(len(postures), Sizes(len(PANDA.home), joints, links, 0, 0)).bodies
    for row, posture in enumerate(postures.tolist()):
        arm.pose(posture, opening=-1.0)
        arm.write(row_of(bodies, row))
    client.disconnect()
    return bodies.link_pose
