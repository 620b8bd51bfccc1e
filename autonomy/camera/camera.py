"""A camera on a body: size, lens and mount."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.elementary import cos, sin
from autonomy.errors import InputError


@dataclass(frozen=True)
class Camera:
    """A camera with square pixels whose optical axis meets the middle of the image.

    Attributes:
        height: Image rows [px].
        width: Image columns [px].
        fov: Horizontal field of view of the lens without its distortion [rad].
        position: Where it is mounted on its body (x, y, z) [m].
        pitch: How far it looks down [rad].
        yaw: How far it looks to the left [rad].
        distortion: OpenCV's coefficients (k1, k2, p1, p2[, k3[, k4, k5, k6]]); none is a pinhole.
        near: Nearest depth that is drawn [m].
        far: Whole parts beyond this depth are left out [m].

    Raises:
        InputError: A size, angle or depth is out of range.
    """

    height: int
    width: int
    fov: float
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    pitch: float = 0.0
    yaw: float = 0.0
    distortion: tuple[float, ...] = ()
    near: float = 0.1
    far: float = 1000.0

    def __post_init__(self) -> None:
        for name in ("height", "width"):
            if getattr(self, name) < 1:
                raise InputError(f"camera {name} must be positive, got {getattr(self, name)}")
        if not 0.0 < self.fov < math.pi:
            raise InputError(f"camera fov must be between 0 and pi rad, got {self.fov}")
        if not all(map(math.isfinite, (*self.position, self.pitch, self.yaw))):
            raise InputError(
                f"camera position, pitch and yaw must be finite, got {self.position}, "
                f"{self.pitch} and {self.yaw}"
            )
        if not 0.0 < self.near < self.far:
            raise InputError(
                f"camera near must be positive and less than far, got {self.near} and {self.far}"
            )
        if len(self.distortion) not in (0, 4, 5, 8):
            raise InputError(
                f"camera distortion must have 0, 4, 5 or 8 coefficients, got {len(self.distortion)}"
            )

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """`(4,)` fx, fy, cx, cy [px]; pixel centres are whole numbers, as in OpenCV."""
        focal = self.width / 2 / math.tan(self.fov / 2)
        return np.array([focal, focal, (self.width - 1) / 2, (self.height - 1) / 2])

    @property
    def matrix(self) -> NDArray[np.float64]:
        """`(3, 3)` camera matrix, OpenCV's K."""
        fx, fy, cx, cy = self.intrinsics
        return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])

    @property
    def camera_from_body(self) -> NDArray[np.float64]:
        """`(3, 4)` pose that brings points of the body to the camera frame."""
        position, pitch, yaw = (
            np.array([value]) for value in (self.position, self.pitch, self.yaw)
        )
        return mounted(position, pitch, yaw)[0]


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
