"""Second pass: colour each pixel once, from the triangle that it sees."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.blocks import BLOCK, whole_blocks
from autonomy.camera.grain import GRAIN_SIZE
from autonomy.camera.strip import BLUE, DEPTH, GREEN, RED, ROOM, ROUGHNESS, STRIP, new_strip
from autonomy.compiled import Index, compiled

_TEXELS_PER_METRE = np.float32(20.0)
# [m2] At this squared distance half of the grain's contrast is left; farther it would only flicker.
_GRAIN_FADES = np.float32(12.0**2)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)

# Beyond [m] everything is lost to the air, and 1 / 0 is avoided.
_NEARLY_NOTHING = np.float32(1e-4)


@compiled
def shade(
    paint: NDArray[np.float32],
    sky: NDArray[np.float32],
    visibility: np.float32,
    rays: NDArray[np.float32],
    grain: NDArray[np.float32],
    nearness: NDArray[np.float32],
    seen: NDArray[np.int32],
    planes: NDArray[np.float32],
    labels: NDArray[np.int32],
    highest: Index,
    rgb: NDArray[np.uint8],
) -> None:
    """Colour one frame, run by run of pixels that see the same triangle.

    Args:
        paint: `(M, 7)` of `lit_paint`.
        sky: `(2, 3)` colours of the horizon and the zenith.
        visibility: Distance [m] at which half of a colour is lost to the air.
        rays: `(3, 4)` of `world_rays`.
        grain: `(GRAIN_SIZE * GRAIN_SIZE,)` in [-1, 1], a tile row by row.
        nearness: `(H, W)` 1 / depth [1/m].
        seen: `(H, W)` triangle of each pixel, -1 for the sky.
        planes: `(3, K)` sunlight / depth per column, per row, and its constant.
        labels: `(K, 3)` material, class, instance.
        highest: The first row that shows more than the sky.
        rgb: `(H, W, 3)` receives the colours.
    """
    height, width = rgb.shape[0], rgb.shape[1]
    strip = new_strip()
    values = rgb.reshape(-1)
    texels, starts = np.empty(ROOM, np.int32), np.empty(ROOM, np.int32)
    for y in range(height):
        for left in range(0, width, STRIP):
            count = min(width - left, STRIP)
            if y < highest:
                _fill_sky(sky, rays, y, left, 0, count, strip)
            else:
                _fill_depth(nearness, y, left, count, strip)
                rough = False
                runs = _find_runs(seen, y, left, count, starts)
                for run in range(runs):
                    start, stop = starts[run], starts[run + 1]
                    triangle = seen[y, left + start]
                    if triangle < 0:
                        _fill_sky(sky, rays, y, left, start, stop, strip)
                    else:
                        material = labels[triangle, 0]
                        _fill_run(paint, planes, triangle, material, y, left, start, stop, strip)
                        rough |= paint[material, 6] > 0
                if rough:
                    _add_grain(rays, grain, y, left, count, strip, texels)
                _see_through_air(sky, visibility * visibility, nearness, y, left, count, strip)
            _write(strip, y * width + left, count, values)


@compiled
def _fill_depth(
    nearness: NDArray[np.float32], y: int, left: int, count: int, strip: NDArray[np.float32]
) -> None:
    for x in range(whole_blocks(count)):
        strip[DEPTH + x] = _ONE / max(nearness[y, np.uint64(left) + x], _NEARLY_NOTHING)


@compiled
def _find_runs(
    seen: NDArray[np.int32], y: int, left: int, count: int, starts: NDArray[np.int32]
) -> Index:
    """Fill where runs of one triangle start, and the end; return their number.

    Without a branch: where a run ends is a guess that processors get wrong.
    """
    runs, before = np.uint64(0), np.int32(-2)
    for x in range(np.uint64(count)):
        triangle = seen[y, np.uint64(left) + x]
        starts[runs] = np.int32(x)
        runs += np.uint64(triangle != before)
        before = triangle
    starts[runs] = np.int32(count)
    return np.int64(runs)


@compiled
def _see_through_air(
    sky: NDArray[np.float32],
    far: np.float32,
    nearness: NDArray[np.float32],
    y: int,
    left: int,
    count: int,
    strip: NDArray[np.float32],
) -> None:
    """Blend with the horizon's colour: half at the visibility, squared in `far`."""
    red, green, blue = sky[0, 0], sky[0, 1], sky[0, 2]
    for x in range(whole_blocks(count)):
        depth = strip[DEPTH + x]
        clear = far / (far + depth * depth)
        clear = clear if nearness[y, np.uint64(left) + x] > _ZERO else _ONE
        shade = _ONE + strip[ROUGHNESS + x]
        strip[RED + x] = red + (strip[RED + x] * shade - red) * clear
        strip[GREEN + x] = green + (strip[GREEN + x] * shade - green) * clear
        strip[BLUE + x] = blue + (strip[BLUE + x] * shade - blue) * clear


@compiled
def _fill_sky(
    sky: NDArray[np.float32],
    rays: NDArray[np.float32],
    y: int,
    left: int,
    start: int,
    stop: int,
    strip: NDArray[np.float32],
) -> None:
    """Let the zenith show through the air by twice the sine of a ray's elevation."""
    east, north, up = (
        _along_row(rays, 0, y, left),
        _along_row(rays, 1, y, left),
        _along_row(rays, 2, y, left),
    )
    east_step, north_step, up_step = rays[0, 0], rays[1, 0], rays[2, 0]
    red, green, blue = sky[0, 0], sky[0, 1], sky[0, 2]
    to_red, to_green, to_blue = sky[1, 0] - red, sky[1, 1] - green, sky[1, 2] - blue
    for first in range(np.uint64(start), np.uint64(stop), BLOCK):
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
def _along_row(rays: NDArray[np.float32], axis: int, y: int, left: int) -> np.float32:
    return rays[axis, 0] * np.float32(left) + rays[axis, 1] * np.float32(y) + rays[axis, 2]


@compiled
def _fill_run(
    paint: NDArray[np.float32],
    planes: NDArray[np.float32],
    triangle: int,
    material: int,
    y: int,
    left: int,
    start: int,
    stop: int,
    strip: NDArray[np.float32],
) -> None:
    """Fill colour and graininess of pixels that see one triangle."""
    red, green, blue = paint[material, 0], paint[material, 1], paint[material, 2]
    red_sun, green_sun, blue_sun = paint[material, 3], paint[material, 4], paint[material, 5]
    graininess = paint[material, 6]
    step = planes[0, triangle]
    light = step * np.float32(left) + planes[1, triangle] * np.float32(y) + planes[2, triangle]
    for first in range(np.uint64(start), np.uint64(stop), BLOCK):
        for lane in range(BLOCK):
            x = first + lane
            sun = (light + step * np.float32(np.int32(x))) * strip[DEPTH + x]
            strip[RED + x] = red + red_sun * sun
            strip[GREEN + x] = green + green_sun * sun
            strip[BLUE + x] = blue + blue_sun * sun
            strip[ROUGHNESS + x] = graininess


@compiled
def _add_grain(
    rays: NDArray[np.float32],
    grain: NDArray[np.float32],
    y: int,
    left: int,
    count: int,
    strip: NDArray[np.float32],
    texels: NDArray[np.int32],
) -> None:
    """Turn graininess into the factor of the grain that a pixel sees on the world's ground.

    Two loops, because only the first one is vectorised.
    """
    east, east_step, east_origin = _along_row(rays, 0, y, left), rays[0, 0], rays[0, 3]
    north, north_step, north_origin = _along_row(rays, 1, y, left), rays[1, 0], rays[1, 3]
    for x in range(whole_blocks(count)):
        depth, column = strip[DEPTH + x], np.float32(np.int32(x))
        i = _texel(east_origin + depth * (east + east_step * column))
        j = _texel(north_origin + depth * (north + north_step * column))
        texels[x] = i * np.int32(GRAIN_SIZE) + j
        strip[ROUGHNESS + x] *= _GRAIN_FADES / (_GRAIN_FADES + depth * depth)
    for x in range(np.uint64(count)):
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
