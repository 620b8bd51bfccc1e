"""Where cameras are fixed, and from where they look then."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.compiled import compiled
from autonomy.elementary import cos, sin
from autonomy.errors import InputError
from autonomy.randomization import Range, RangeGroup, around, between


@dataclass(frozen=True)
class Mount:
    """Where a camera is fixed.

    Attributes:
        body: Name of what it is fixed to; each world says which bodies there are.
        position: On that body (x, y, z) [m]; the body's x is ahead, y left and z up.
        pitch: How far the camera looks down [rad].
        yaw: How far it looks to the left [rad].

    Raises:
        InputError: A number is not finite.
    """

    body: str
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    pitch: float = 0.0
    yaw: float = 0.0

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (*self.position, self.pitch, self.yaw))):
            raise InputError(
                f"a mount's position, pitch and yaw must be finite, got {self.position}, "
                f"{self.pitch} and {self.yaw}"
            )

    @property
    def camera_from_body(self) -> NDArray[np.float64]:
        """`(3, 4)` pose that brings points of the body to the camera frame."""
        position, pitch, yaw = (
            np.array([value]) for value in (self.position, self.pitch, self.yaw)
        )
        return mounted(position, pitch, yaw)[0]


@dataclass(frozen=True)
class MountedCamera:
    """A camera, and where it is fixed."""

    camera: Camera
    mount: Mount

    def sized(self, height: int, width: int) -> "MountedCamera":
        """Return the camera with images of another size [px]."""
        return replace(self, camera=replace(self.camera, height=height, width=width))


@dataclass(frozen=True)
class MountRanges(RangeGroup):
    """How far from their mounts the cameras of a world are, all alike; by default not at all."""

    camera_shift: Range = around((0.0, 0.0, 0.0), 0.0)  # [m] forward, left, up on their bodies
    camera_pitch: Range = between(0.0, 0.0)  # [rad] more down
    camera_yaw: Range = between(0.0, 0.0)  # [rad] more left


EXACT = MountRanges()
"""Cameras that are where they should be."""


def check_bodies(cameras: Mapping[str, MountedCamera], bodies: Collection[str]) -> None:
    """Check that each of some cameras is fixed to one of some bodies.

    Raises:
        InputError: Says which one is not, and which bodies there are.
    """
    for name, one in cameras.items():
        if one.mount.body not in bodies:
            raise InputError(
                f"camera {name} must be on one of {', '.join(bodies)}, got {one.mount.body}"
            )


def mounted(
    position: NDArray[np.float64], pitch: NDArray[np.float64], yaw: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the poses `(N, 3, 4)` that bring points of bodies to the frames of their cameras.

    The camera frame is x right, y down, z ahead; the body's is x ahead, y left, z up.

    Args:
        position: `(N, 3)` of the cameras on their bodies [m].
        pitch: `(N,)` how far they look down [rad].
        yaw: `(N,)` how far they look to the left [rad].
    """
    level, down = cos(pitch), sin(pitch)
    ahead, left = cos(yaw), sin(yaw)
    poses = np.zeros((len(position), 3, 4))
    poses[:, 0, 0], poses[:, 0, 1] = left, -ahead
    poses[:, 1, 0], poses[:, 1, 1], poses[:, 1, 2] = -down * ahead, -down * left, -level
    poses[:, 2, 0], poses[:, 2, 1], poses[:, 2, 2] = level * ahead, level * left, -down
    poses[:, :, 3] = -np.einsum("nij,nj->ni", poses[:, :, :3], position)
    return poses


@compiled
def camera_from_world(
    camera_from_body: NDArray[np.float64], world_from_body: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Chain poses `(N, 3, 4)`: of cameras on bodies, and of those bodies in the world."""
    poses = np.empty_like(camera_from_body)
    for n in range(len(poses)):
        pose, camera, body = poses[n], camera_from_body[n], world_from_body[n]
        for i in range(3):
            pose[i, 3] = camera[i, 3]
            for j in range(3):
                turned = 0.0
                for k in range(3):
                    turned += camera[i, k] * body[j, k]
                pose[i, j] = turned
                pose[i, 3] -= turned * body[j, 3]
    return poses
