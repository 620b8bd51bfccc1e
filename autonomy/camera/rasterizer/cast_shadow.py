"""Cast shadows: what the sun does not see of what a camera sees.

Williams, "Casting curved shadows on curved surfaces", 1978: a frame as the sun sees it says how far
its light gets, and each pixel of the camera's asks whether that is as far as what it sees. Between
four answers the light is interpolated (Reeves, Salesin and Cook, 1987).

Shadows take only the light that surfaces turned to the sun have more than those along its rays, so
that shading goes on smoothly where a body turns from the sun.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import LibraryArrays
from autonomy.camera.rasterizer.geometry import project_frame
from autonomy.camera.rasterizer.light import FrameLight
from autonomy.camera.rasterizer.optics import Optics
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.rasterizer.visibility import VisibilityBuffer, rasterize
from autonomy.camera.scene import Appearance, Scene
from autonomy.compiled import Index, compiled

_DISTANCE = 100.0  # of the sun, in radii of what it lights, so that its rays are all but parallel
_ALONG = np.float32(0.25)  # sunlight of a surface along the rays, see `project_frame`
_TEXELS_OFF = 0.75  # by which depths may differ on a surface square to the rays
_STEEPEST = 4.0  # tangent beyond which differences are not allowed to grow with a surface's tilt
_FADES = np.float32(4.0)  # how steeply shadows fade out at the rim
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


class SunSight(NamedTuple):
    """What the sun sees of one frame; S is 0 where nothing casts shadows."""

    pose: NDArray[np.float64]  # (3, 4) world to the camera that the sun is
    lens: NDArray[np.float64]  # (4,) fx, fy, cx, cy [px]
    buffer: VisibilityBuffer  # (S, S)


@compiled
def see_from_sun(
    frame: Index,
    library: LibraryArrays,
    scene: Scene,
    buffer: VisibilityBuffer,
    vertices: NDArray[np.float32],
    triangles: Triangles,
) -> SunSight:
    """Fill `buffer` `(S, S)` with what the sun sees of one frame's ball of `Appearance.cast`.

    Args:
        frame: Row of `scene`.
        library: All meshes.
        scene: What is drawn where, and where the sun is.
        buffer: Receives what is seen, if it has any pixel.
        vertices: Working room, see `project_frame`.
        triangles: Working room likewise.
    """
    side = buffer.seen.shape[0]
    sight = SunSight(np.empty((3, 4)), np.empty(4), buffer)
    if side:
        ball = scene.look.cast[frame]
        _aim(ball, scene.look.sun_direction[frame], sight.pose)
        distance = _DISTANCE * np.float64(ball[3])
        sight.lens[:2], sight.lens[2:] = _DISTANCE * (0.5 * side - 1.0), 0.5 * (side - 1.0)
        optics = Optics(sight.lens, 0.5 * distance, 2.0 * distance, side, side)
        count = project_frame(frame, library, scene, sight.pose, optics, vertices, triangles)
        rasterize(count, triangles, side, buffer)
    return sight


@compiled
def _aim(
    ball: NDArray[np.float32], sun_direction: NDArray[np.float32], pose: NDArray[np.float64]
) -> None:
    """Fill the pose `(3, 4)` of a camera in the sun that looks at a ball."""
    to_sun, right, least = np.empty(3), np.zeros(3), 0
    for i in range(3):
        to_sun[i] = sun_direction[i]
        least = i if abs(to_sun[i]) < abs(to_sun[least]) else least
    right[least] = 1.0  # the axis that is most across, without its part along the rays
    along = to_sun[least]
    for i in range(3):
        right[i] -= along * to_sun[i]
    length = math.sqrt(right[0] ** 2 + right[1] ** 2 + right[2] ** 2)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        pose[0, i] = right[i] / length
        pose[1, i] = (right[j] * to_sun[k] - right[k] * to_sun[j]) / length
        pose[2, i] = -to_sun[i]
    for i in range(3):
        pose[i, 3] = 0.0
        for k in range(3):
            sun = np.float64(ball[k]) + _DISTANCE * np.float64(ball[3]) * to_sun[k]
            pose[i, 3] -= pose[i, k] * sun


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
    rays, planes, far = light.rays, triangles.planes, light.visibility * light.visibility
    place = np.empty(3, np.float32)
    for y in range(rgb.shape[0]):
        for x in range(rgb.shape[1]):
            triangle = buffer.seen[y, x]
            if triangle < 0:
                continue
            column, row, depth = np.float32(x), np.float32(y), _ONE / buffer.nearness[y, x]
            across, down = planes[0, triangle] * column, planes[1, triangle] * row
            sunlight = (across + down + planes[2, triangle]) * depth
            if sunlight <= _ALONG:
                continue
            for i in range(3):
                ray = rays[i, 0] * column + rays[i, 1] * row + rays[i, 2]
                place[i] = rays[i, 3] + depth * ray
            shadow = _share_in_ball(look.cast[frame], place)
            if shadow > _ZERO:
                shadow *= _darkness(sight, place, sunlight)
            if shadow > _ZERO:
                clear = far / (far + depth * depth)
                taken = shadow * (sunlight - _ALONG)
                for channel in range(3):
                    whole = look.ambient[frame, channel] + look.sun[frame, channel] * sunlight
                    share = look.sun[frame, channel] * taken / whole
                    air = light.sky[0, channel] * (_ONE - clear)
                    value = np.float32(rgb[y, x, channel])
                    rgb[y, x, channel] = np.uint8(value - share * max(value - air, _ZERO))


@compiled
def _share_in_ball(ball: NDArray[np.float32], place: NDArray[np.float32]) -> np.float32:
    """Return how much is left of shadows at a place: all of them, and none at the ball's rim."""
    across, aside, up = place[0] - ball[0], place[1] - ball[1], place[2] - ball[2]
    square = across * across + aside * aside + up * up
    return min(max(_FADES * (_ONE - square / (ball[3] * ball[3])), _ZERO), _ONE)


@compiled
def _darkness(sight: SunSight, place: NDArray[np.float32], sunlight: np.float32) -> np.float32:
    """Return how much of the sun is hidden at a place, in [0, 1]."""
    pose, lens, lit = sight.pose, sight.lens, sight.buffer.nearness
    side = len(lit)
    seen = np.empty(3)
    for i in range(3):
        seen[i] = pose[i, 3]
        for k in range(3):
            seen[i] += pose[i, k] * np.float64(place[k])
    u, v = lens[0] * seen[0] / seen[2] + lens[2], lens[1] * seen[1] / seen[2] + lens[3]
    column, row = math.floor(u), math.floor(v)
    if not (0 <= column < side - 1 and 0 <= row < side - 1):
        return _ZERO
    cosine = 2.0 * math.sqrt(sunlight) - 1.0
    slope = min(math.sqrt(max(1.0 - cosine * cosine, 0.0)) / cosine, _STEEPEST)
    nearest = seen[2] * (1.0 - (_TEXELS_OFF + slope) / lens[0])
    left, top = int(column), int(row)
    right_share, lower_share = u - column, v - row
    upper = _between(lit[top, left], lit[top, left + 1], nearest, right_share)
    top += 1
    lower = _between(lit[top, left], lit[top, left + 1], nearest, right_share)
    return np.float32(upper + lower_share * (lower - upper))


@compiled
def _between(left: np.float32, right: np.float32, nearest: float, share: float) -> float:
    """Return how hidden a place is between two pixels of the sun's, of which it is at a share."""
    hidden = (1.0 if left * nearest > 1.0 else 0.0, 1.0 if right * nearest > 1.0 else 0.0)
    return hidden[0] + share * (hidden[1] - hidden[0])
