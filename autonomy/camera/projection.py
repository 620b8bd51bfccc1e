"""Where a camera's pixels look, and where in its image things are: OpenCV's models of lenses."""

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.elementary import arctan2, cos, sin
from autonomy.errors import InputError

_OUTSIDE = -1e6  # [px] of what a camera does not see
_GRID = 4001  # angles at which a lens is looked at
_AT_ONCE = 2**16  # rays, of which OpenCV also gives derivatives that take ten times their room
_CIRCLE = np.radians(80.0)  # from its axis, where the image circle of a fisheye may end
_LARGEST_ERROR = 0.1  # [px] of a pixel that is brought to its ray and back


def pixel_rays(camera: Camera) -> NDArray[np.float64]:
    """Return `(H, W, 3)` directions in the camera's frame that its pixels see, of any length.

    They are not a number outside the image circle of a fisheye: beyond 180 degrees, or where its
    polynomial turns back.

    Raises:
        InputError: The distortion folds the image.
    """
    rows, columns = np.mgrid[: camera.height, : camera.width].astype(np.float64)
    pixels = np.stack([columns, rows], axis=-1).reshape(-1, 2)
    rays = _fisheye_rays(camera, pixels) if camera.fisheye else _rays(camera, pixels)
    if not (camera.is_pinhole or _largest_error(camera, rays, pixels) < _LARGEST_ERROR):
        raise InputError(
            f"camera distortion must be invertible over the whole image, got {camera.distortion}"
        )
    return rays.reshape(camera.height, camera.width, 3)


def pixels_of(camera: Camera, rays: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns and rows `(P, 2)` [px] at which a camera sees along rays `(P, 3)`.

    They are far outside the image where it sees nothing: behind it, and where the polynomial of its
    distortion turns back.
    """
    if camera.fisheye:
        return _fisheye_pixels(camera, rays)
    with np.errstate(divide="ignore", invalid="ignore"):
        flat = rays[:, :2] / rays[:, 2:]
        is_seen = (rays[:, 2] > 0.0) & (np.hypot(flat[:, 0], flat[:, 1]) < _farthest(camera))
    pixels = np.full((len(rays), 2), _OUTSIDE)
    pixels[is_seen] = _bent_pixels(camera, flat[is_seen])
    return pixels


def _largest_error(camera: Camera, rays: NDArray[np.float64], pixels: NDArray[np.float64]) -> float:
    """Return how far rays `(P, 3)` are seen from the pixels `(P, 2)` that they are of [px]."""
    are_some = ~np.isnan(rays[:, 0])
    return float(np.abs(pixels_of(camera, rays[are_some]) - pixels[are_some]).max())


def _rays(camera: Camera, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what pixels `(P, 2)` see, `(P, 3)`."""
    if camera.is_pinhole:
        fx, fy, cx, cy = camera.intrinsics
        x, y = (pixels[:, 0] - cx) / fx, (pixels[:, 1] - cy) / fy
        return np.stack([x, y, np.ones(len(pixels))], axis=-1)
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-9)
    coefficients = np.array(camera.distortion)
    flat = cv2.undistortPoints(pixels[:, None], camera.matrix, coefficients, criteria=stop)
    return cv2.convertPointsToHomogeneous(flat).reshape(-1, 3).astype(np.float64)


def _bent_pixels(camera: Camera, flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where a camera sees what is at x / z and y / z `(P, 2)`."""
    if camera.is_pinhole:
        fx, fy, cx, cy = camera.intrinsics
        return flat * (fx, fy) + (cx, cy)
    none, coefficients = np.zeros(3), np.array(camera.distortion)
    pixels = np.empty_like(flat)
    for first in range(0, len(flat), _AT_ONCE):
        points = np.pad(flat[first : first + _AT_ONCE], ((0, 0), (0, 1)), constant_values=1.0)
        seen, _ = cv2.projectPoints(points, none, none, camera.matrix, coefficients)
        pixels[first : first + _AT_ONCE] = seen.reshape(-1, 2)
    return pixels


def _farthest(camera: Camera) -> float:
    """Return the tangent of the angle to the axis up to which a lens spreads what it sees."""
    if camera.is_pinhole:
        return np.inf
    angles = np.linspace(0.0, np.pi / 2, _GRID)[:-1]
    reach = sin(angles) / cos(angles)
    k1, k2, _, _, k3, k4, k5, k6 = (*camera.distortion, *(0.0,) * 8)[:8]
    square = reach**2
    above = 1.0 + square * (k1 + square * (k2 + square * k3))
    below = 1.0 + square * (k4 + square * (k5 + square * k6))
    with np.errstate(divide="ignore", invalid="ignore"):
        return _before_turning(reach, reach * above / below)


def _fisheye_rays(camera: Camera, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    fx, fy, cx, cy = camera.intrinsics
    x, y = (pixels[:, 0] - cx) / fx, (pixels[:, 1] - cy) / fy
    length = np.hypot(x, y)
    angles, widest = np.linspace(0.0, np.pi, _GRID), _widest(camera)
    angles = angles[angles <= widest]
    angle = np.interp(length, _bent(camera, angles), angles)
    for _ in range(3):  # Newton's method: from 1e-6 to the last digit
        slope = np.maximum(_bending(camera, angle), 1e-9)
        angle = (angle - (_bent(camera, angle) - length) / slope).clip(0.0, widest)
    if widest >= _CIRCLE:
        angle[length > _bent(camera, angles[-1:])] = np.nan
    share = sin(angle) / np.maximum(length, 1e-12)
    return np.stack([x * share, y * share, cos(angle)], axis=-1)


def _fisheye_pixels(camera: Camera, rays: NDArray[np.float64]) -> NDArray[np.float64]:
    fx, fy, cx, cy = camera.intrinsics
    across = np.hypot(rays[:, 0], rays[:, 1])
    angle = arctan2(across, rays[:, 2])
    share = _bent(camera, angle) / np.maximum(across, 1e-12)
    pixels = np.stack([fx * rays[:, 0] * share + cx, fy * rays[:, 1] * share + cy], axis=-1)
    pixels[~(angle <= _widest(camera))] = _OUTSIDE
    return pixels


def _widest(camera: Camera) -> float:
    """Return the angle to the axis [rad] up to which a fisheye spreads what it sees."""
    angles = np.linspace(0.0, np.pi, _GRID)
    return _before_turning(angles, _bent(camera, angles))


def _bent(camera: Camera, angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far from the axis a fisheye sees what is at an angle to it, in focal lengths."""
    k1, k2, k3, k4 = camera.distortion
    square = angle**2
    return angle * (1.0 + square * (k1 + square * (k2 + square * (k3 + square * k4))))


def _bending(camera: Camera, angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the derivative of `_bent`."""
    k1, k2, k3, k4 = camera.distortion
    square = angle**2
    return 1.0 + square * (3.0 * k1 + square * (5.0 * k2 + square * (7.0 * k3 + square * 9.0 * k4)))


def _before_turning(given: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the last of rising numbers `(G,)` before values `(G,)` of them stop to rise."""
    falls = np.flatnonzero(~(np.diff(values) > 0.0))
    return float(given[falls[0]] if len(falls) else given[-1])
