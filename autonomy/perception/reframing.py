"""Pictures of one camera as another one would have taken them from the same place."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.camera.projection import pixel_rays, pixels_of
from autonomy.errors import InputError
from autonomy.linear_algebra import product

_LONGEST = 32_766  # [px] of a side that OpenCV maps
_FINEST = 4096  # [px] of a side from which a picture is averaged


class Reframing:
    """Turns a camera's pictures to where another one looks, with that one's lens.

    What the first camera did not see is black.
    """

    def __init__(self, source: MountedCamera, target: MountedCamera) -> None:
        """Prepare to bring the frames of `source` to `target`; mounts only turn them.

        Raises:
            InputError: The target's distortion folds its image, or frames are too long for OpenCV.
        """
        longest = max(source.camera.height, source.camera.width)
        if longest > _LONGEST:
            raise InputError(f"frames must have at most {_LONGEST} px a side, got {longest}")
        # a coarser picture must average what a finer one shows, or thin lines get lost
        height, width = target.camera.height, target.camera.width
        ratios = source.camera.intrinsics[:2] / target.camera.intrinsics[:2]
        finer = max(1, min(math.ceil(ratios.max()), _FINEST // max(height, width)))
        self._size = (width, height)
        self._places = _places(source, target.sized(height * finer, width * finer))

    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what the other camera would have made of a frame `(h, w, 3)`, `(H, W, 3)`."""
        x, y = self._places
        fine = cv2.remap(frame, x, y, cv2.INTER_LINEAR)
        return cv2.resize(fine, self._size, interpolation=cv2.INTER_AREA).astype(np.uint8)


class Cutting:
    """Cuts pictures of an unknown camera to the shape of another one's, and resizes them.

    Of what is too high or too wide the middle is left, so that nothing is squashed.

    Attributes:
        part: Height and width [px] of what is left.
    """

    def __init__(self, frame: tuple[int, int], size: tuple[int, int]) -> None:
        """Prepare to bring frames of a height and a width to a size, both [px]."""
        height, width = frame
        self.size = size
        self.part = (
            min(height, max(1, round(width * size[0] / size[1]))),
            min(width, max(1, round(height * size[1] / size[0]))),
        )

    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the middle of a frame `(h, w, 3)`, `(H, W, 3)`."""
        top, left = ((whole - own) // 2 for whole, own in zip(frame.shape, self.part, strict=False))
        part = frame[top : top + self.part[0], left : left + self.part[1]]
        return cv2.resize(part, self.size[::-1], interpolation=cv2.INTER_AREA).astype(np.uint8)


def _places(source: MountedCamera, target: MountedCamera) -> NDArray[np.float32]:
    """Return column and row `(2, H, W)` in the source's image where each target pixel looks."""
    rays = pixel_rays(target.camera)
    turn = product(target.mount.camera_from_body[:, :3], source.mount.camera_from_body[:, :3].T)
    seen = pixels_of(source.camera, product(rays.reshape(-1, 3), turn))
    return seen.T.reshape(2, *rays.shape[:2]).astype(np.float32)
