"""Second pass: colour each pixel once, from the triangle that it sees."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.blocks import BLOCK, whole_blocks
from autonomy.camera.rasterizer.covering import Covers, cover_strip
from autonomy.camera.rasterizer.grain import GRAIN_SIZE
from autonomy.camera.rasterizer.light import FrameLight
from autonomy.camera.rasterizer.strip import (
    BLUE,
    DEPTH,
    GREEN,
    RED,
    ROOM,
    ROUGHNESS,
    STRIP,
    Place,
    new_strip,
)
from autonomy.camera.rasterizer.texels import new_room
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.rasterizer.visibility import VisibilityBuffer
from autonomy.compiled import Index, compiled

_TEXELS_PER_METRE = np.float32(20.0)
# [m2] At this squared distance half of the grain's contrast is left; farther it would only flicker.
_GRAIN_FADES = np.float32(12.0**2)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)

# Beyond [m] everything is lost to the air, and 1 / 0 is avoided.
_NEARLY_NOTHING = np.float32(1e-4)


@compiled
def shade(
    light: FrameLight,
    grain: NDArray[np.float32],
    covers: Covers,
    triangles: Triangles,
    buffer: VisibilityBuffer,
    highest: Index,
    rgb: NDArray[np.uint8],
) -> None:
    """Colour one frame, run by run of pixels that see the same triangle.

    Args:
        light: Its light.
        grain: `(GRAIN_SIZE * GRAIN_SIZE,)` in [-1, 1], a tile row by row.
        covers: What its surfaces are covered by.
        triangles: What can be seen.
        buffer: What is seen where.
        highest: The first row that shows more than the sky.
        rgb: `(H, W, 3)` receives the colours.
    """
    height, width = rgb.shape[0], rgb.shape[1]
    strip = new_strip()
    values = rgb.reshape(-1)
    texels, starts = np.empty(ROOM, np.int32), np.empty(ROOM, np.int32)
    room = new_room()
    for y in range(height):
        for left in range(0, width, STRIP):
            place = Place(y, left, min(width - left, STRIP))
            if y < highest:
                _fill_sky(light, place, (0, place.length), strip)
            else:
                _fill_depth(buffer.nearness, place, strip)
                runs = _find_runs(buffer.seen, place, starts)
                rough = False
                for run in range(runs):
                    stretch = starts[run], starts[run + 1]
                    triangle = buffer.seen[y, left + stretch[0]]
                    if triangle < 0:
                        _fill_sky(light, place, stretch, strip)
                    else:
                        paint = light.paint[triangles.labels[triangle, 0]]
                        sunlight = _sunlight(triangles.planes, triangle, place)
                        _fill_run(paint, sunlight, stretch, strip)
                        rough |= paint[6] > _ZERO
                if covers.numbers.size:
                    runs_start = starts[: runs + 1]
                    cover_strip(covers, triangles, buffer.seen, place, runs_start, room, strip)
                if rough:
                    _add_grain(light.rays, grain, place, strip, texels)
                _see_through_air(light, buffer.nearness, place, strip)
            _write(strip, y * width + left, place.length, values)


@compiled
def _fill_depth(nearness: NDArray[np.float32], place: Place, strip: NDArray[np.float32]) -> None:
    """Fill the depth [m] of all pixels, the sky's included."""
    y, left = place.y, np.uint64(place.left)
    for x in range(whole_blocks(place.length)):
        strip[DEPTH + x] = _ONE / max(nearness[y, left + x], _NEARLY_NOTHING)


@compiled
def _find_runs(seen: NDArray[np.int32], place: Place, starts: NDArray[np.int32]) -> Index:
    """Fill where runs of one triangle start, and the end; return their number.

    Without a branch: where a run ends is a guess that processors get wrong.
    """
    runs, before = np.uint64(0), np.int32(-2)
    y, left = place.y, np.uint64(place.left)
    for x in range(np.uint64(place.length)):
        triangle = seen[y, left + x]
        starts[runs] = np.int32(x)
        runs += np.uint64(triangle != before)
        before = triangle
    starts[runs] = np.int32(place.length)
    return np.int64(runs)


@compiled
def _see_through_air(
    light: FrameLight,
    nearness: NDArray[np.float32],
    place: Place,
    strip: NDArray[np.float32],
) -> None:
    """Blend with the horizon's colour: half of it at the visibility, by squared distance."""
    far = light.visibility * light.visibility
    red, green, blue = light.sky[0, 0], light.sky[0, 1], light.sky[0, 2]
    y, left = place.y, np.uint64(place.left)
    for x in range(whole_blocks(place.length)):
        depth = strip[DEPTH + x]
        clear = far / (far + depth * depth)
        clear = clear if nearness[y, left + x] > _ZERO else _ONE
        grain = _ONE + strip[ROUGHNESS + x]
        strip[RED + x] = red + (strip[RED + x] * grain - red) * clear
        strip[GREEN + x] = green + (strip[GREEN + x] * grain - green) * clear
        strip[BLUE + x] = blue + (strip[BLUE + x] * grain - blue) * clear


@compiled
def _fill_sky(
    light: FrameLight, place: Place, stretch: tuple[int, int], strip: NDArray[np.float32]
) -> None:
    """Let the zenith show through the air by twice the sine of a ray's elevation."""
    rays, sky = light.rays, light.sky
    east, north, up = (
        _row_start(rays, 0, place),
        _row_start(rays, 1, place),
        _row_start(rays, 2, place),
    )
    east_step, north_step, up_step = rays[0, 0], rays[1, 0], rays[2, 0]
    red, green, blue = sky[0, 0], sky[0, 1], sky[0, 2]
    to_red, to_green, to_blue = sky[1, 0] - red, sky[1, 1] - green, sky[1, 2] - blue
    for first in range(np.uint64(stretch[0]), np.uint64(stretch[1]), BLOCK):
        for lane in range(BLOCK):
            x = first + lane
            i = np.float32(np.int32(x))
            a, b, c = east + east_step * i, north + north_step * i, up + up_step * i
            share = np.float32(2.0) * c / np.sqrt(a * a + b * b + c * c)
            share = min(max(share, _ZERO), _ONE)
            strip[RED + x] = red + to_red * share
            strip[GREEN + x] = green + to_green * share
            strip[BLUE + x] = blue + to_blue * share
            strip[ROUGHNESS + x] = _ZERO


@compiled
def _row_start(rays: NDArray[np.float32], axis: int, place: Place) -> np.float32:
    """One world axis of the ray of a strip's first pixel."""
    across, down = rays[axis, 0] * np.float32(place.left), rays[axis, 1] * np.float32(place.y)
    return across + down + rays[axis, 2]


@compiled
def _sunlight(
    planes: NDArray[np.float32], triangle: int, place: Place
) -> tuple[np.float32, np.float32]:
    """Sunlight / depth of a triangle at a strip's first pixel, and its change per column."""
    across, down = (
        planes[0, triangle] * np.float32(place.left),
        planes[1, triangle] * np.float32(place.y),
    )
    return across + down + planes[2, triangle], planes[0, triangle]


@compiled
def _fill_run(
    paint: NDArray[np.float32],
    sunlight: tuple[np.float32, np.float32],
    stretch: tuple[int, int],
    strip: NDArray[np.float32],
) -> None:
    """Fill colour and roughness of pixels that see one triangle, of one paint `(7,)`."""
    red, green, blue = paint[0], paint[1], paint[2]
    red_sun, green_sun, blue_sun = paint[3], paint[4], paint[5]
    roughness = paint[6]
    light, step = sunlight
    for first in range(np.uint64(stretch[0]), np.uint64(stretch[1]), BLOCK):
        for lane in range(BLOCK):
            x = first + lane
            sun = (light + step * np.float32(np.int32(x))) * strip[DEPTH + x]
            strip[RED + x] = red + red_sun * sun
            strip[GREEN + x] = green + green_sun * sun
            strip[BLUE + x] = blue + blue_sun * sun
            strip[ROUGHNESS + x] = roughness


@compiled
def _add_grain(
    rays: NDArray[np.float32],
    grain: NDArray[np.float32],
    place: Place,
    strip: NDArray[np.float32],
    texels: NDArray[np.int32],
) -> None:
    """Multiply roughness by the grain that a pixel sees on the world's ground.

    Two loops, because only the first one is vectorised.
    """
    east, east_step, east_origin = _row_start(rays, 0, place), rays[0, 0], rays[0, 3]
    north, north_step, north_origin = _row_start(rays, 1, place), rays[1, 0], rays[1, 3]
    for x in range(whole_blocks(place.length)):
        depth, column = strip[DEPTH + x], np.float32(np.int32(x))
        i = _texel(east_origin + depth * (east + east_step * column))
        j = _texel(north_origin + depth * (north + north_step * column))
        texels[x] = i * np.int32(GRAIN_SIZE) + j
        strip[ROUGHNESS + x] *= _GRAIN_FADES / (_GRAIN_FADES + depth * depth)
    for x in range(np.uint64(place.length)):
        strip[ROUGHNESS + x] *= grain[np.uint32(texels[x])]


@compiled
def _texel(metres: np.float32) -> np.int32:
    return np.int32(np.floor(metres * _TEXELS_PER_METRE)) & np.int32(GRAIN_SIZE - 1)


@compiled
def _write(strip: NDArray[np.float32], first: int, count: int, values: NDArray[np.uint8]) -> None:
    """Store colours from pixel `first` of the image on, of which `values` are the bytes."""
    # the stride of three has to be seen at compile time for the bytes to be stored together
    three, one, two = np.uint64(3), np.uint64(1), np.uint64(2)
    for x in range(np.uint64(count)):
        i = three * (np.uint64(first) + x)
        values[i] = _byte(strip[RED + x])
        values[i + one] = _byte(strip[GREEN + x])
        values[i + two] = _byte(strip[BLUE + x])


@compiled
def _byte(value: np.float32) -> np.uint8:
    return np.uint8(np.int32(min(max(value, _ZERO), np.float32(255.0))))
