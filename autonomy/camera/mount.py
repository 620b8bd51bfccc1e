"""Where cameras are fixed."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
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
        from autonomy.camera.poses import mounted  # Numba takes half a second to import

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
        return replace(self, camera=self.camera.sized(height, width))


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
