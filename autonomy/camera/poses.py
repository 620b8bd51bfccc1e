"""From where mounted cameras look."""

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.elementary import cos, sin


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
