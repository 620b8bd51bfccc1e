"""Painted lines by thresholds of colour and gradient, brought to the ground: no learning."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.linear_algebra import product

_PAINT_WIDTH = 0.16  # [m]
_NEAREST, _FARTHEST = 1.0, 18.0  # [m] of depth in which paint is looked for
_SHOULDERS = (1.7, 3.8)  # how far to both sides paint is compared, in its widths: one line, two
_CONTRAST = 0.22  # of paint against the road beside it, in parts of the road's brightness
_LEAF = 1.03  # green over red of what grows
_MOST_CONTRAST = 3.0  # thresholds; more makes no line surer


class Marks(NamedTuple):
    """P points of paint on the ground, in the frame of the car."""

    x: NDArray[np.float64]  # (P,) [m] ahead
    y: NDArray[np.float64]  # (P,) [m] to the left
    blur: NDArray[np.float64]  # (P,) [m] that a pixel covers sideways there
    length: NDArray[np.float64]  # (P,) [m] that it covers ahead
    strength: NDArray[np.float64]  # (P,) contrast in thresholds, at most `_MOST_CONTRAST`


class GroundRows:
    """The rows of a camera's image that show flat ground near by, and where."""

    def __init__(self, mounted: MountedCamera) -> None:
        """Find them for a pinhole camera on a car."""
        camera, mount = mounted.camera, mounted.mount
        fx, fy, cx, cy = camera.intrinsics
        turn = mount.camera_from_body[:, :3]
        place = np.array(mount.position)
        across = np.arange(camera.width) - cx
        down = np.arange(camera.height) - cy
        rays = np.stack(np.broadcast_arrays(across[None] / fx, down[:, None] / fy, 1.0), axis=-1)
        # rows of the matrix are the camera's axes in the car's frame
        ahead = product(rays.reshape(-1, 3), turn).reshape(rays.shape)
        with np.errstate(divide="ignore"):
            depth = np.where(ahead[..., 2] < 0, -place[2] / ahead[..., 2], np.inf)
        near = (depth > _NEAREST) & (depth < _FARTHEST)
        self.rows = np.flatnonzero(near.all(axis=1))
        ground = place + depth[self.rows, :, None] * ahead[self.rows]
        self.x, self.y = ground[..., 0], ground[..., 1]
        self.metre = fx / depth[self.rows, camera.width // 2]
        self.length = -np.gradient(self.x[:, camera.width // 2])

    def marks(self, frame: NDArray[np.uint8]) -> Marks:
        """Return where a frame `(H, W, 3)` shows paint.

        Paint is brighter or yellower than what lies a little to its left and to its right, and
        brightest in its middle, which is found to a part of a pixel.
        """
        colours = frame[self.rows].astype(np.float64)
        red, green, blue = np.moveaxis(colours, -1, 0)
        bright, yellow = (red + green) / 2.0, (red + green) / 2.0 - blue
        threshold = _CONTRAST * np.median(bright, axis=1, keepdims=True) + 1.0
        ridge = np.maximum(self._ridge(bright), self._ridge(yellow)) / threshold
        ridge[green > _LEAF * red] = 0.0
        ridge = cv2.GaussianBlur(ridge, (5, 1), 1.0)  # wide lines have flat tops
        peak = ridge > 1.0
        peak[:, 1:] &= ridge[:, 1:] >= ridge[:, :-1]
        peak[:, :-1] &= ridge[:, :-1] > ridge[:, 1:]
        peak[:, [0, -1]] = False
        row, column = np.nonzero(peak)
        before, at, after = (ridge[row, column + step] for step in (-1, 0, 1))
        shift = np.clip(0.5 * (before - after) / (before - 2.0 * at + after - 1e-9), -0.5, 0.5)
        y = self.y[row, column] - shift / self.metre[row]
        strength = np.minimum(at, _MOST_CONTRAST)
        return Marks(self.x[row, column], y, 1.0 / self.metre[row], self.length[row], strength)

    def _ridge(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by how much `(R, W)` values exceed those on both sides, zero at the border."""
        near, far = (self._above_both_sides(values, shoulder) for shoulder in _SHOULDERS)
        return np.maximum(near, far)

    def _above_both_sides(
        self, values: NDArray[np.float64], shoulder: float
    ) -> NDArray[np.float64]:
        reach = np.maximum(2, np.rint(shoulder * _PAINT_WIDTH * self.metre)).astype(np.intp)
        columns = np.arange(values.shape[1])
        left, right = columns - reach[:, None], columns + reach[:, None]
        rows, last = np.arange(len(values))[:, None], values.shape[1] - 1
        sides = np.maximum(values[rows, left.clip(0)], values[rows, right.clip(max=last)])
        return np.where((left >= 0) & (right <= last), values - sides, 0.0)
