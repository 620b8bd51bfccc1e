"""Pictures of one camera as another one would have taken them from the same place."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.mount import MountedCamera
from autonomy.linear_algebra import product


class Reframing:
    """Turns a camera's pictures to where another one looks, with that one's lens.

    What the first camera did not see is black.
    """

    def __init__(self, source: MountedCamera, target: MountedCamera) -> None:
        """Prepare to bring the frames of `source` to `target`, a pinhole; mounts only turn them."""
        # a coarser picture must average what a finer one shows, or thin lines get lost
        lens, height, width = target.camera, target.camera.height, target.camera.width
        finer = max(1, math.ceil(source.camera.intrinsics[0] / lens.intrinsics[0]))
        self._size = (width, height)
        self._places = _places(source, target.sized(height * finer, width * finer))

    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what the other camera would have made of a frame `(h, w, 3)`, `(H, W, 3)`."""
        x, y = self._places
        fine = cv2.remap(frame, x, y, cv2.INTER_LINEAR)
        return cv2.resize(fine, self._size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _places(source: MountedCamera, target: MountedCamera) -> NDArray[np.float32]:
    """Return column and row `(2, H, W)` in the source's image where each target pixel looks."""
    own, seen = source.camera, target.camera
    rows, columns = np.mgrid[: seen.height, : seen.width]
    focal, _, across, down = seen.intrinsics
    rays = np.stack([(columns - across) / focal, (rows - down) / focal, np.ones(rows.shape)], -1)
    turn = product(target.mount.camera_from_body[:, :3], source.mount.camera_from_body[:, :3].T)
    rays = product(rays.reshape(-1, 3), turn)
    coefficients = np.array(own.distortion) if own.distortion else np.zeros(4)
    none = np.zeros(3)
    places, _ = cv2.projectPoints(rays, none, none, own.matrix, coefficients)
    places = places.reshape(-1, 2)
    # behind the camera, and where a lens's polynomial turns back, nothing is seen
    places[_unseen(own, rays)] = -1e6
    return places.T.reshape(2, *rows.shape).astype(np.float32)


def _unseen(camera: Camera, rays: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which rays `(P, 3)` leave a camera's image, lens apart, by more than its size."""
    half = math.tan(camera.fov / 2.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.abs(rays[:, :2] / rays[:, 2:]).max(axis=1)
    return (rays[:, 2] <= 0.0) | ~(reach < 2.0 * half)
