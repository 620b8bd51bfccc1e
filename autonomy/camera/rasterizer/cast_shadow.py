"""Cast shadows: what the sun does not see of what a camera sees.

Williams, "Casting curved shadows on curved surfaces", 1978: a frame as the sun sees it says how far
its light gets, and each pixel of the camera's asks whether that is as far as what it sees. Between
four answers the light is interpolated (Reeves, Salesin and Cook, 1987).

Shadows take only the light that surfaces turned to the sun have more than those along its rays, so
that shading goes on smoothly where a body turns from the sun.
"""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.light import FrameLight
from autonomy.camera.rasterizer.sun_sight import DISTANCE, SunSight
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.rasterizer.visibility import VisibilityBuffer
from autonomy.camera.scene import Appearance
from autonomy.compiled import Index, compiled

_ALONG = np.float32(0.25)  # sunlight of a surface along the rays, see `project_frame`
_TEXELS_OFF = np.float32(0.75)  # by which depths may differ on a surface square to the rays
_STEEPEST = np.float32(4.0)  # tangent of a surface's tilt up to which they may differ by more
_FADES = np.float32(4.0)  # how steeply shadows fade out at the rim
_LEAST = np.float32(0.01)  # cosine, so that nothing is divided by 0
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)

# Kinds of values of the pixels of a row: depth [m], sunlight, where the sun sees them [px], the
# distance from the sun [m] up to which others hide them, and the share that their shadows count.
_KINDS = 6
_DEPTH, _SUNLIGHT, _U, _V, _NEAREST, _SHARE = range(_KINDS)


@compiled
def add_cast_shadows(
    frame: Index,
    look: Appearance,
    light: FrameLight,
    sight: SunSight,
    triangles: Triangles,
    buffer: VisibilityBuffer,
    rgb: NDArray[np.uint8],
) -> None:
    """Darken one frame `(H, W, 3)` where the sun does not shine.

    Args:
        frame: Row of `look`.
        look: Its looks.
        light: The light of the frame.
        sight: What the sun sees of it.
        triangles: What the camera can see.
        buffer: What it sees where.
        rgb: The frame.
    """
    sun_rays, radius = _sun_rays(light.rays, sight.pose), look.cast[frame, 3]
    row = np.empty((_KINDS, buffer.seen.shape[1]), np.float32)
    for y in range(rgb.shape[0]):
        _find_sunlight(triangles.planes, buffer, (y, rgb.shape[1]), row)
        _find_places(sun_rays, sight.lens, radius, (y, rgb.shape[1]), row)
        for x in range(np.uint64(rgb.shape[1])):
            if row[_SUNLIGHT, x] > _ALONG and row[_SHARE, x] > _ZERO:
                shadow = _darkness(sight.buffer.nearness, row[_U, x], row[_V, x], row[_NEAREST, x])
                if shadow > _ZERO:
                    shadow *= row[_SHARE, x]
                    _darken(
                        frame, look, light, shadow, (row[_SUNLIGHT, x], row[_DEPTH, x]), rgb[y, x]
                    )


@compiled
def _sun_rays(rays: NDArray[np.float32], pose: NDArray[np.float64]) -> NDArray[np.float32]:
    """Express the world's rays `(3, 4)`, see `world_rays`, in the frame of the sun's camera."""
    own = np.empty((3, 4), np.float32)
    for axis in range(3):
        for column in range(4):
            value = pose[axis, 3] if column == 3 else 0.0
            for i in range(3):
                value += pose[axis, i] * np.float64(rays[i, column])
            own[axis, column] = value
    return own


@compiled
def _find_sunlight(
    planes: NDArray[np.float32],
    buffer: VisibilityBuffer,
    place: tuple[Index, Index],
    row: NDArray[np.float32],
) -> None:
    """Fill depth [m] and sunlight of the pixels of a row y, of a width; the sky has none."""
    y, width = place
    down = np.float32(y)
    for x in range(np.uint64(width)):
        triangle = buffer.seen[y, x]
        row[_DEPTH, x], row[_SUNLIGHT, x] = _ZERO, _ZERO
        if triangle >= 0:
            depth, column = _ONE / buffer.nearness[y, x], np.float32(np.int32(x))
            across = planes[0, triangle] * column
            row[_DEPTH, x] = depth
            row[_SUNLIGHT, x] = (across + planes[1, triangle] * down + planes[2, triangle]) * depth


@compiled
def _find_places(
    rays: NDArray[np.float32],
    lens: NDArray[np.float64],
    radius: np.float32,
    place: tuple[Index, Index],
    row: NDArray[np.float32],
) -> None:
    """Fill where the sun sees pixels of a row, how near others hide them, and how much they count.

    That is all in the ball, and nothing at its rim. This loop is vectorised.
    """
    y, width = place
    down, scale, middle = np.float32(y), np.float32(lens[0]), np.float32(lens[2])
    distance, within = np.float32(DISTANCE) * radius, _ONE / (radius * radius)
    right, right_start, right_end = rays[0, 0], rays[0, 1] * down + rays[0, 2], rays[0, 3]
    below, below_start, below_end = rays[1, 0], rays[1, 1] * down + rays[1, 2], rays[1, 3]
    ahead, ahead_start, ahead_end = rays[2, 0], rays[2, 1] * down + rays[2, 2], rays[2, 3]
    for x in range(np.uint64(width)):
        depth, column = row[_DEPTH, x], np.float32(np.int32(x))
        a = right_end + depth * (right_start + right * column)
        b = below_end + depth * (below_start + below * column)
        c = ahead_end + depth * (ahead_start + ahead * column)
        off = c - distance
        share = _FADES * (_ONE - (a * a + b * b + off * off) * within)
        row[_SHARE, x] = min(max(share, _ZERO), _ONE)
        row[_U, x], row[_V, x] = scale * a / c + middle, scale * b / c + middle
        cosine = np.float32(2.0) * np.sqrt(max(row[_SUNLIGHT, x], _ALONG)) - _ONE
        slope = np.sqrt(max(_ONE - cosine * cosine, _ZERO)) / max(cosine, _LEAST)
        row[_NEAREST, x] = c * (_ONE - (_TEXELS_OFF + min(slope, _STEEPEST)) / scale)


@compiled
def _darkness(
    nearness: NDArray[np.float32], u: np.float32, v: np.float32, nearest: np.float32
) -> np.float32:
    """Return how much of the sun is hidden, in [0, 1], where the sun sees (u, v) [px]."""
    column, line, last = np.floor(u), np.floor(v), np.float32(len(nearness) - 1)
    if not (_ZERO <= column < last and _ZERO <= line < last):
        return _ZERO
    left, top = np.uint64(column), np.uint64(line)
    right, bottom = left + np.uint64(1), top + np.uint64(1)
    a, b = nearness[top, left] * nearest > _ONE, nearness[top, right] * nearest > _ONE
    c, d = nearness[bottom, left] * nearest > _ONE, nearness[bottom, right] * nearest > _ONE
    if not (a or b or c or d):
        return _ZERO
    right_share, lower_share = u - column, v - line
    upper = np.float32(a) * (_ONE - right_share) + np.float32(b) * right_share
    lower = np.float32(c) * (_ONE - right_share) + np.float32(d) * right_share
    return upper + lower_share * (lower - upper)


@compiled
def _darken(
    frame: Index,
    look: Appearance,
    light: FrameLight,
    shadow: np.float32,
    seen: tuple[np.float32, np.float32],
    rgb: NDArray[np.uint8],
) -> None:
    """Take a share of the sun from a pixel's colours `(3,)`, which are of a sunlight at a depth."""
    (sunlight, depth), far = seen, light.visibility * light.visibility
    hazy = _ONE - far / (far + depth * depth)
    for channel in range(3):
        whole = look.ambient[frame, channel] + look.sun[frame, channel] * sunlight
        taken = shadow * (sunlight - _ALONG) * look.sun[frame, channel] / whole
        value, air = np.float32(rgb[channel]), light.sky[0, channel] * hazy
        rgb[channel] = np.uint8(value - taken * max(value - air, _ZERO))
