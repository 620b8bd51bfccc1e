"""Contact shadows: soft dark patches on level ground, where things stand on it or are near it.

They are painted after shading, on the pixels around each patch alone, and need no triangles. How
light falls off is Wyvill's kernel ("Data structure for soft objects", 1986).
"""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.optics import Optics
from autonomy.camera.rasterizer.visibility import VisibilityBuffer
from autonomy.camera.scene import DARKNESS, HEIGHT, RADIUS, X, Y
from autonomy.compiled import compiled

_LEVEL = np.float32(0.002)  # [m] beyond which a point is not on the ground
_ONE = np.float32(1.0)


@compiled
def add_contact_shadows(
    shadows: NDArray[np.float32],
    rays: NDArray[np.float32],
    camera_from_world: NDArray[np.float64],
    optics: Optics,
    buffer: VisibilityBuffer,
    rgb: NDArray[np.uint8],
) -> None:
    """Darken one frame `(H, W, 3)`.

    Args:
        shadows: `(S, 5)` of the frame, see `Appearance`.
        rays: `(3, 4)` of the frame's pixels, see `FrameLight`.
        camera_from_world: `(3, 4)` pose of its camera.
        optics: The camera.
        buffer: What is seen where.
        rgb: The frame.
    """
    for shadow in shadows:
        if shadow[DARKNESS] <= np.float32(0.0):
            continue
        left, top, right, bottom = _bounds(shadow, camera_from_world, optics)
        for y in range(top, bottom):
            for x in range(left, right):
                if buffer.seen[y, x] >= 0:
                    depth = _ONE / buffer.nearness[y, x]
                    light = _light(shadow, rays, depth, x, y)
                    if light < _ONE:
                        for channel in range(3):
                            rgb[y, x, channel] = np.uint8(light * np.float32(rgb[y, x, channel]))


@compiled
def _light(
    shadow: NDArray[np.float32], rays: NDArray[np.float32], depth: np.float32, x: int, y: int
) -> np.float32:
    """Return what share of the light is left at what a pixel sees."""
    column, row = np.float32(x), np.float32(y)
    east = rays[0, 3] + depth * (rays[0, 0] * column + rays[0, 1] * row + rays[0, 2])
    north = rays[1, 3] + depth * (rays[1, 0] * column + rays[1, 1] * row + rays[1, 2])
    up = rays[2, 3] + depth * (rays[2, 0] * column + rays[2, 1] * row + rays[2, 2])
    across = (east - shadow[X]) ** 2 + (north - shadow[Y]) ** 2
    inside = _ONE - across / (shadow[RADIUS] * shadow[RADIUS])
    if inside <= np.float32(0.0) or abs(up - shadow[HEIGHT]) > _LEVEL:
        return _ONE
    return _ONE - shadow[DARKNESS] * inside * inside


@compiled
def _bounds(
    shadow: NDArray[np.float32], camera_from_world: NDArray[np.float64], optics: Optics
) -> tuple[int, int, int, int]:
    """Return the columns and rows (first, last + 1) of a rectangle around a shadow."""
    pose, lens, radius = camera_from_world, optics.lens, np.float64(shadow[RADIUS])
    place = np.empty(3)
    for i in range(3):
        place[i] = (
            pose[i, 0] * shadow[X] + pose[i, 1] * shadow[Y] + pose[i, 2] * shadow[HEIGHT]
        ) + pose[i, 3]
    nearest = place[2] - radius
    if nearest <= optics.near:  # also if it is behind the camera, which sees none of it
        whole = place[2] + radius > optics.near
        return (0, 0, optics.width, optics.height) if whole else (0, 0, 0, 0)
    # a ball around it: left of its middle it may be nearer or farther than that
    low, high = np.empty(2), np.empty(2)
    for axis in range(2):
        less, more = place[axis] - radius, place[axis] + radius
        farthest = place[2] + radius
        low[axis] = lens[axis] * (less / (nearest if less < 0.0 else farthest)) + lens[2 + axis]
        high[axis] = lens[axis] * (more / (farthest if more < 0.0 else nearest)) + lens[2 + axis]
    return (
        _pixel(low[0], optics.width),
        _pixel(low[1], optics.height),
        _pixel(high[0] + 1.0, optics.width),
        _pixel(high[1] + 1.0, optics.height),
    )


@compiled
def _pixel(position: float, size: int) -> int:
    return int(min(max(math.floor(position), 0), size))
