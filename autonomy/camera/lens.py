"""Lens distortion: a pinhole image, larger and finer, from which each distorted pixel is read."""

import math
from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.scene import Frames
from autonomy.errors import InputError

Pixel = TypeVar("Pixel", bound=np.generic)

_FINENESS = 2.0  # pinhole pixels a distorted pixel, at the centre
_WIDEST = math.tan(math.radians(80.0))  # from the optical axis


@dataclass(frozen=True)
class Lens:
    """How a distorted image is read from a pinhole image.

    Attributes:
        source: The pinhole camera that covers everything that the lens sees.
        intrinsics: `(4,)` of the source, whose axis need not meet the middle of its image.
        pixels: `(H, W)` index into the flattened source image of each distorted pixel.
    """

    source: Camera
    intrinsics: NDArray[np.float64]
    pixels: NDArray[np.intp]

    def distort(self, frames: Frames) -> Frames:
        """Read every channel at the same pixels, so that labels stay exact."""
        return Frames(
            rgb=self._read(frames.rgb),
            depth=self._read(frames.depth),
            semantic=self._read(frames.semantic),
            instance=self._read(frames.instance),
        )

    def _read(self, images: NDArray[Pixel] | None) -> NDArray[Pixel] | None:
        if images is None:
            return None
        return images.reshape(len(images), -1, *images.shape[3:])[:, self.pixels]


def lens_of(camera: Camera) -> Lens | None:
    """Return the lens of a camera with distortion, None for a pinhole.

    Raises:
        InputError: The distortion folds the image, or sees more than 80 degrees off the axis.
    """
    if not camera.distortion:
        return None
    rays = _undistorted_rays(camera)
    low, high = rays.reshape(-1, 2).min(axis=0), rays.reshape(-1, 2).max(axis=0)
    focal = camera.intrinsics[0] * _FINENESS
    width, height = (int(size) for size in np.ceil((high - low) * focal) + 1)
    columns = np.rint((rays[..., 0] - low[0]) * focal).astype(np.intp)
    rows = np.rint((rays[..., 1] - low[1]) * focal).astype(np.intp)
    return Lens(
        source=replace(camera, height=height, width=width, distortion=()),
        intrinsics=np.array([focal, focal, -low[0] * focal, -low[1] * focal]),
        pixels=rows * width + columns,
    )


def _undistorted_rays(camera: Camera) -> NDArray[np.float64]:
    """`(H, W, 2)` x / z and y / z of what each distorted pixel sees (OpenCV's model)."""
    rows, columns = np.mgrid[: camera.height, : camera.width].astype(np.float64)
    pixels = np.stack([columns, rows], axis=-1).reshape(-1, 1, 2)
    coefficients = np.array(camera.distortion)
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-9)
    rays = cv2.undistortPoints(pixels, camera.matrix, coefficients, criteria=stop)
    directions = cv2.convertPointsToHomogeneous(rays)
    back, _ = cv2.projectPoints(directions, np.zeros(3), np.zeros(3), camera.matrix, coefficients)
    error = np.abs(back - pixels).max()
    if not error < 0.1 or np.abs(rays).max() > _WIDEST:
        raise InputError(
            f"camera distortion must be invertible within 80 degrees of the axis over the whole "
            f"image, got {camera.distortion}"
        )
    return rays.reshape(camera.height, camera.width, 2).astype(np.float64)
