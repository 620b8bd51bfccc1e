"""Frames of a Panda at its table, without physics: by our renderer, and by PyBullet's own."""

from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.options import FRONT, ArmOptions
from autonomy.envs.arm.physics.bullet import connect, pybullet
from autonomy.envs.arm.physics.postures import bodies_of
from autonomy.envs.arm.physics.robot_body import load_robot
from autonomy.envs.arm.physics.simulation import inspect
from autonomy.envs.arm.physics.table import FLOOR, TABLE_MIDDLE, TABLE_SIZE
from autonomy.envs.arm.robot import PANDA
from autonomy.envs.arm.stage import design, still_stage
from autonomy.envs.arm.start import EpisodeStart
from autonomy.envs.arm.tasks.push import Push
from autonomy.policy import Observation

_BOX = Push().shapes("train")[0]
_PLACE = (0.05, 0.1, _BOX.half_height, 0.0, 0.0, 0.0, 1.0)
_POSTURES = 64
_ASKEW = 0.3  # [rad] that each joint is away from home, at most


class OurFrames:
    """Draws the front camera's image of a batch of arms, each in another posture every time."""

    def __init__(
        self,
        num_envs: int,
        image_size: tuple[int, int],
        triangles: int | None,
        seed: int,
        images: tuple[str, ...] = ("camera",),
    ) -> None:
        options = ArmOptions(
            task=Push(),
            observations=images,
            image_size=image_size,
            cameras={"front": FRONT},
            randomization="none",
            triangles=triangles,
        )
        start = EpisodeStart(options)
        self._stage = still_stage(num_envs, options, start, inspect(design(options, start)))
        joints = _postures(seed)
        self._postures = bodies_of(PANDA, joints, np.zeros(len(joints))).link_pose
        self._rows, self._first = np.arange(num_envs), 0
        self._stage.shared.bodies.object_pose[:] = _PLACE
        nothing_drawn = np.zeros((num_envs, start.sampler.size))
        self._stage.dress(self._rows, start.sampler.sample(nothing_drawn))
        self._stage.aim(self._rows, np.zeros(num_envs, np.int64))

    def reset(self) -> None:
        """Do nothing: there are no episodes."""

    def decide(self) -> None:
        """Bring every arm to its next posture."""
        self._first += 1
        shown = self._postures[(self._rows + self._first) % _POSTURES]
        self._stage.shared.bodies.link_pose[:] = shown

    def step(self) -> int:
        """Draw."""
        self.frames()
        return 0

    def frames(self) -> Observation:
        """Return the frames that are drawn now."""
        return self._stage.observe(self._rows)


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
    askew = np.random.default_rng(seed).uniform(
        -_ASKEW, _ASKEW, (_POSTURES, len(PANDA.standing.home))
    )
    return np.array(PANDA.standing.home) + askew
