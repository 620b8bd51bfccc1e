"""Patterns that move with the bodies that wear them: a grain, and a checker.

They are solid textures, functions of a point of the body (Peachey, "Solid texturing of complex
surfaces", 1985), so meshes need no coordinates for them.
"""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.grain import GRAIN_SIZE
from autonomy.camera.rasterizer.light import FrameLight
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.rasterizer.visibility import VisibilityBuffer
from autonomy.camera.scene import Scene
from autonomy.compiled import Index, compiled

GRAIN, CONTRAST, SQUARES = range(3)
"""Columns of `Appearance.patterns`."""

_TEXELS_PER_METRE = np.float32(250.0)
_ZERO, _ONE, _WHITE = np.float32(0.0), np.float32(1.0), np.float32(255.0)


@compiled
def add_patterns(
    frame: Index,
    scene: Scene,
    light: FrameLight,
    grain: NDArray[np.float32],
    triangles: Triangles,
    buffer: VisibilityBuffer,
    rgb: NDArray[np.uint8],
) -> None:
    """Make the colours of one frame `(H, W, 3)` brighter and darker where draws have patterns."""
    patterns, seen = scene.look.patterns[frame], buffer.seen
    rays = np.empty((len(patterns), 2, 4), np.float32)
    room = np.empty(rgb.shape[1], np.int32), np.empty(rgb.shape[1], np.float32)
    for draw in range(len(patterns)):
        _surface_rays(light.rays, scene.draws.poses[frame, draw], rays[draw])
    for y in range(rgb.shape[0]):
        right = 0
        while right < rgb.shape[1]:
            left, triangle = right, seen[y, right]
            while right < rgb.shape[1] and seen[y, right] == triangle:
                right += 1
            if triangle >= 0:
                draw = triangles.labels[triangle, 3]
                if patterns[draw, GRAIN] + patterns[draw, CONTRAST] > _ZERO:
                    run, depths = rgb[y, left:right], buffer.nearness[y, left:right]
                    _add_to_run(patterns[draw], rays[draw], grain, (y, left), depths, room, run)


@compiled
def _add_to_run(
    pattern: NDArray[np.float32],
    rays: NDArray[np.float32],
    grain: NDArray[np.float32],
    start: tuple[int, int],
    nearness: NDArray[np.float32],
    room: tuple[NDArray[np.int32], NDArray[np.float32]],
    rgb: NDArray[np.uint8],
) -> None:
    """Modulate the colours `(K, 3)` of pixels in a row, from `start` on, that see one draw."""
    strength, contrast, squares = pattern[GRAIN], pattern[CONTRAST], pattern[SQUARES]
    texels, factors = room
    row, column = np.float32(start[0]), np.float32(start[1])
    u_ray, u_step, u_origin = _row_start(rays[0], row, column), rays[0, 0], rays[0, 3]
    v_ray, v_step, v_origin = _row_start(rays[1], row, column), rays[1, 0], rays[1, 3]
    # two loops, because only the first one is vectorised
    for x in range(np.uint64(len(rgb))):
        depth, ahead = _ONE / nearness[x], np.float32(np.int32(x))
        u = u_origin + depth * (u_ray + u_step * ahead)
        v = v_origin + depth * (v_ray + v_step * ahead)
        texels[x] = _texel(u) * np.int32(GRAIN_SIZE) + _texel(v)
        odd = (np.int32(np.floor(u * squares)) + np.int32(np.floor(v * squares))) & np.int32(1)
        factors[x] = _ONE - contrast * np.float32(odd)
    for x in range(np.uint64(len(rgb))):
        factor = factors[x] * (_ONE + strength * grain[np.uint32(texels[x])])
        for channel in range(3):
            value = np.float32(rgb[x, channel]) * factor
            rgb[x, channel] = np.uint8(np.int32(min(value, _WHITE)))


@compiled
def _surface_rays(
    rays: NDArray[np.float32], pose: NDArray[np.float64], own: NDArray[np.float32]
) -> None:
    """Fill `(2, 4)`: how two coordinates on a body follow from a pixel and its depth.

    They are x + z and y + z, so that no upright or level face lies along a line of either. The
    columns are as those of the world's rays `(3, 4)`.
    """
    for axis in range(2):
        for column in range(4):
            value = np.float64(0.0)
            for i in range(3):
                along = pose[i, axis] + pose[i, 2]
                place = pose[i, 3] if column == 3 else 0.0
                value += along * (np.float64(rays[i, column]) - place)
            own[axis, column] = value


@compiled
def _row_start(ray: NDArray[np.float32], row: np.float32, column: np.float32) -> np.float32:
    """One coordinate of the ray `(4,)` of a run's first pixel."""
    return ray[0] * column + ray[1] * row + ray[2]


@compiled
def _texel(metres: np.float32) -> np.int32:
    return np.int32(np.floor(metres * _TEXELS_PER_METRE)) & np.int32(GRAIN_SIZE - 1)
