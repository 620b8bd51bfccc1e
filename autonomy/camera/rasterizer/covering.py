"""Pictures on surfaces, averaged to what a pixel covers of them.

Williams, "Pyramidal parametrics", 1983: of each picture there are coarser levels, and a pixel reads
the two whose texels are nearest in size to what it covers, each between its four nearest texels.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.blocks import BLOCK
from autonomy.camera.rasterizer.planes import find_plane, turn_rays
from autonomy.camera.rasterizer.strip import DEPTH, Place
from autonomy.camera.rasterizer.texels import LEVEL, SHARE, Room, U, V, multiply_by_texels
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.scene import Scene
from autonomy.camera.texture import TextureArrays
from autonomy.compiled import Index, compiled

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_COARSEST = np.int32(16)  # no texture has so many levels


class Covers(NamedTuple):
    """What covers the surfaces of one frame."""

    numbers: NDArray[np.int32]  # (M,) each material's texture, -1 for none; (0,) if none has any
    textures: TextureArrays
    planes: NDArray[np.float32]  # (K, 10) of each triangle that is covered, see `find_plane`


@compiled
def frame_covers(
    frame: Index,
    scene: Scene,
    textures: TextureArrays,
    rays: NDArray[np.float32],
    count: Index,
    triangles: Triangles,
) -> Covers:
    """Return what covers the surfaces of one frame.

    Args:
        frame: Row of `scene`.
        scene: What is drawn where.
        textures: What may cover it.
        rays: `(3, 4)` of the frame's pixels in the world.
        count: Number K of triangles.
        triangles: What can be seen.
    """
    numbers, poses = scene.look.textures[frame], scene.draws.poses[frame]
    planes = np.empty((count if numbers.size else 0, 10), np.float32)
    own = np.empty((3, 4), np.float32)
    for triangle in range(len(planes)):
        if numbers[triangles.labels[triangle, 0]] >= 0:
            turn_rays(rays, poses[triangles.labels[triangle, 3]], own)
            find_plane(triangles.corners, triangle, own, planes[triangle])
    return Covers(numbers, textures, planes)


@compiled
def cover_strip(
    covers: Covers,
    triangles: Triangles,
    seen: NDArray[np.int32],
    place: Place,
    starts: NDArray[np.int32],
    room: Room,
    strip: NDArray[np.float32],
) -> None:
    """Multiply the colours of a strip by what covers the surfaces.

    Args:
        covers: That.
        triangles: What can be seen.
        seen: `(H, W)` triangle of each pixel, -1 where nothing is seen.
        place: Which pixels the strip holds.
        starts: `(R + 1,)` where runs of one triangle start, and the end.
        room: Working room.
        strip: The colours.
    """
    before, first = np.int64(-1), np.int64(0)
    for run in range(len(starts) - 1):
        start, number = np.int64(starts[run]), np.int64(-1)
        triangle = seen[place.y, place.left + start]
        if triangle >= 0:
            number = np.int64(covers.numbers[triangles.labels[triangle, 0]])
        if number != before:
            if before >= 0:
                multiply_by_texels(covers.textures, before, (first, start), room, strip)
            before, first = number, start
        if number >= 0:
            plane, density = covers.planes[triangle], covers.textures.density[number]
            _find_places(plane, density, place, (start, np.int64(starts[run + 1])), room, strip)
    if before >= 0:
        multiply_by_texels(covers.textures, before, (first, np.int64(starts[-1])), room, strip)


@compiled
def _find_places(
    plane: NDArray[np.float32],
    density: NDArray[np.float32],
    place: Place,
    stretch: tuple[Index, Index],
    room: Room,
    strip: NDArray[np.float32],
) -> None:
    """Fill where pixels are on the picture [texels], which level they read, and how much not."""
    values, numbers = room
    across, along = density[0], density[1]
    row, left = np.float32(place.y), np.float32(place.left)
    u_step, u_below, u_start = plane[0], plane[1], plane[3]
    v_step, v_below, v_start = plane[4], plane[5], plane[7]
    u_first = u_step * left + u_below * row + plane[2]
    v_first = v_step * left + v_below * row + plane[6]
    right_slope, down_slope = plane[8], plane[9]
    for block in range(np.uint64(stretch[0]), np.uint64(stretch[1]), BLOCK):
        for lane in range(BLOCK):
            x = block + lane
            depth, column = strip[DEPTH + x], np.float32(np.int32(x))
            u_ray, v_ray = u_first + u_step * column, v_first + v_step * column
            # a step of one pixel changes both the ray and, by its slope, the surface's depth
            right, down = right_slope * depth, down_slope * depth
            u_right, u_down = (u_step - u_ray * right) * across, (u_below - u_ray * down) * across
            v_right, v_down = (v_step - v_ray * right) * along, (v_below - v_ray * down) * along
            to_right = u_right * u_right + v_right * v_right
            to_below = u_down * u_down + v_down * v_down
            square = max(to_right, to_below) * depth * depth
            # half of its logarithm to the base of two, rounded down: by its exponent
            exponent = (np.float32(square).view(np.int32) >> np.int32(23)) - np.int32(127)
            level = min(max(exponent >> np.int32(1), np.int32(0)), _COARSEST)
            scale = np.int32((np.int32(127) - level) << np.int32(23)).view(np.float32)
            numbers[LEVEL + x] = np.uint32(level)
            values[SHARE + x] = min(max(np.sqrt(square) * scale - _ONE, _ZERO), _ONE)
            values[U + x] = (u_start + depth * u_ray) * across * scale
            values[V + x] = (v_start + depth * v_ray) * along * scale
