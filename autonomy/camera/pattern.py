"""Patterns that move with the bodies that wear them: a grain, and a checker.

They are solid textures, functions of a point of the body (Peachey, "Solid texturing of complex
surfaces", 1985), so meshes need no coordinates for them.
"""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.grain import GRAIN_SIZE
from autonomy.camera.light import FrameLight
from autonomy.camera.scene import Scene
from autonomy.camera.triangles import Triangles
from autonomy.camera.visibility import VisibilityBuffer
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
    for draw in range(len(patterns)):
        _surface_rays(light.rays, scene.draws.poses[frame, draw], rays[draw])
    for y in range(rgb.shape[0]):
        for x in range(np.uint64(rgb.shape[1])):
            if seen[y, x] < 0:
                continue
            draw = triangles.labels[seen[y, x], 3]
            strength, contrast = patterns[draw, GRAIN], patterns[draw, CONTRAST]
            if strength + contrast == _ZERO:
                continue
            depth = _ONE / buffer.nearness[y, x]
            u = _coordinate(rays[draw, 0], depth, y, x)
            v = _coordinate(rays[draw, 1], depth, y, x)
            factor = _ONE + strength * grain[_texel(u) * GRAIN_SIZE + _texel(v)]
            squares = patterns[draw, SQUARES]
            odd = (np.int32(np.floor(u * squares)) + np.int32(np.floor(v * squares))) & 1
            factor *= _ONE - contrast * np.float32(odd)
            for channel in range(3):
                value = np.float32(rgb[y, x, channel]) * factor
                rgb[y, x, channel] = np.uint8(np.int32(min(max(value, _ZERO), _WHITE)))


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
def _coordinate(rays: NDArray[np.float32], depth: np.float32, y: Index, x: Index) -> np.float32:
    ray = rays[0] * np.float32(np.int32(x)) + rays[1] * np.float32(y) + rays[2]
    return rays[3] + depth * ray


@compiled
def _texel(metres: np.float32) -> np.int32:
    return np.int32(np.floor(metres * _TEXELS_PER_METRE)) & np.int32(GRAIN_SIZE - 1)
