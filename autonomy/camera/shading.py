"""Second pass: read the visibility buffer into images, each pixel once."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.grain import GRAIN_SIZE
from autonomy.camera.scene import Appearance
from autonomy.compiled import Index, compiled

_TEXELS_PER_METRE = np.float32(20.0)
# [m2] At this squared distance half of the grain's contrast is left; farther it would only flicker.
_GRAIN_FADES = np.float32(12.0**2)
_ONE = np.float32(1.0)

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
        planes: `(K, 3)` sunlight / depth per column, per row, and its constant.
        labels: `(K, 3)` material, class, instance.
        highest: The first row that shows more than the sky.
        rgb: `(H, W, 3)` receives the colours.
    """
    height, width = seen.shape
    row = np.empty((6, width), np.float32)
    texels, colors = np.empty(width, np.int32), np.empty((3, width), np.uint8)
    for y in range(highest):
        _fill_sky(sky, rays, y, np.int64(0), np.int64(width), row)
        row[_GRAININESS] = _ONE
        _write(sky, y, row, colors, rgb)
    for y in range(highest, height):
        _see_through_air(visibility * visibility, nearness, y, row)
        x = np.int64(0)
        while x < width:
            triangle = seen[y, x]
            stop = x + 1
            while stop < width and seen[y, stop] == triangle:
                stop += 1
            if triangle < 0:
                _fill_sky(sky, rays, y, x, stop, row)
            else:
                _fill_run(paint, planes, triangle, labels[triangle, 0], y, x, stop, row)
            x = stop
        _add_grain(rays, grain, y, row, texels)
        _write(sky, y, row, colors, rgb)


# The rows of `row`, one value a pixel: distance and colour of what is seen, and how much of it.
_DEPTH, _RED, _GREEN, _BLUE, _GRAININESS, _CLEAR = range(6)


@compiled
def _see_through_air(
    far: np.float32, nearness: NDArray[np.float32], y: int, row: NDArray[np.float32]
) -> None:
    """Fill depth, and what is left of a colour: half at the visibility, squared in `far`."""
    for x in range(np.uint64(row.shape[1])):
        near = max(nearness[y, x], _NEARLY_NOTHING)
        row[_DEPTH, x] = _ONE / near
        row[_CLEAR, x] = far * near * near / (far * near * near + _ONE)


@compiled
def _fill_sky(
    sky: NDArray[np.float32],
    rays: NDArray[np.float32],
    y: int,
    start: Index,
    stop: Index,
    row: NDArray[np.float32],
) -> None:
    """Let the zenith show through the air by twice the sine of a ray's elevation."""
    east, north, up = _along_row(rays, 0, y), _along_row(rays, 1, y), _along_row(rays, 2, y)
    east_step, north_step, up_step = rays[0, 0], rays[1, 0], rays[2, 0]
    red, green, blue = sky[1, 0], sky[1, 1], sky[1, 2]
    for x in range(np.uint64(start), np.uint64(stop)):
        i = np.float32(np.int32(x))
        a, b, c = east + east_step * i, north + north_step * i, up + up_step * i
        share = np.float32(2.0) * c / np.sqrt(a * a + b * b + c * c)
        row[_CLEAR, x] = min(max(share, np.float32(0.0)), _ONE)
        row[_RED, x] = red
        row[_GREEN, x] = green
        row[_BLUE, x] = blue
        row[_GRAININESS, x] = np.float32(0.0)


@compiled
def _along_row(rays: NDArray[np.float32], axis: int, y: int) -> np.float32:
    return rays[axis, 1] * np.float32(y) + rays[axis, 2]


@compiled
def _fill_run(
    paint: NDArray[np.float32],
    planes: NDArray[np.float32],
    triangle: int,
    material: int,
    y: int,
    start: Index,
    stop: Index,
    row: NDArray[np.float32],
) -> None:
    """Fill colour and graininess of pixels that see one triangle."""
    red, green, blue = paint[material, 0], paint[material, 1], paint[material, 2]
    red_sun, green_sun, blue_sun = paint[material, 3], paint[material, 4], paint[material, 5]
    graininess = paint[material, 6]
    light, step = planes[triangle, 1] * np.float32(y) + planes[triangle, 2], planes[triangle, 0]
    for x in range(np.uint64(start), np.uint64(stop)):
        sun = (light + step * np.float32(np.int32(x))) * row[_DEPTH, x]
        row[_RED, x] = red + red_sun * sun
        row[_GREEN, x] = green + green_sun * sun
        row[_BLUE, x] = blue + blue_sun * sun
        row[_GRAININESS, x] = graininess


@compiled
def _add_grain(
    rays: NDArray[np.float32],
    grain: NDArray[np.float32],
    y: int,
    row: NDArray[np.float32],
    texels: NDArray[np.int32],
) -> None:
    """Turn graininess into the factor of the grain that a pixel sees on the world's ground.

    Two loops, because only the first one is vectorised.
    """
    east, east_step, east_origin = _along_row(rays, 0, y), rays[0, 0], rays[0, 3]
    north, north_step, north_origin = _along_row(rays, 1, y), rays[1, 0], rays[1, 3]
    for x in range(np.uint64(row.shape[1])):
        depth, column = row[_DEPTH, x], np.float32(np.int32(x))
        i = _texel(east_origin + depth * (east + east_step * column))
        j = _texel(north_origin + depth * (north + north_step * column))
        texels[x] = i * np.int32(GRAIN_SIZE) + j
        row[_GRAININESS, x] *= _GRAIN_FADES / (_GRAIN_FADES + depth * depth)
    for x in range(np.uint64(row.shape[1])):
        row[_GRAININESS, x] = _ONE + row[_GRAININESS, x] * grain[np.uint32(texels[x])]


@compiled
def _texel(metres: np.float32) -> np.int32:
    return np.int32(np.floor(metres * _TEXELS_PER_METRE)) & np.int32(GRAIN_SIZE - 1)


@compiled
def _write(
    sky: NDArray[np.float32],
    y: int,
    row: NDArray[np.float32],
    planes: NDArray[np.uint8],
    rgb: NDArray[np.uint8],
) -> None:
    """Blend with the horizon's colour; colour by colour, because that is vectorised."""
    for channel in range(3):
        air = sky[0, channel]
        for x in range(np.uint64(row.shape[1])):
            lit = row[_RED + channel, x] * row[_GRAININESS, x]
            value = air + (lit - air) * row[_CLEAR, x]
            whole = np.int32(min(max(value, np.float32(0.0)), np.float32(255.0)))
            planes[channel, x] = np.uint8(whole)
    # the stride of three has to be seen at compile time for the bytes to be stored together
    line, three, one, two = rgb[y].reshape(-1), np.uint64(3), np.uint64(1), np.uint64(2)
    for x in range(np.uint64(row.shape[1])):
        line[three * x] = planes[0, x]
        line[three * x + one] = planes[1, x]
        line[three * x + two] = planes[2, x]


@compiled
def world_rays(
    lens: NDArray[np.float64], camera_from_world: NDArray[np.float64]
) -> NDArray[np.float32]:
    """`(3, 4)`: per world axis, a ray's change per column, per row, its constant; the origin.

    The ray has length 1 along the optical axis, so origin + depth * ray is what a pixel sees.
    """
    rays = np.empty((3, 4), np.float32)
    p = camera_from_world
    for i in range(3):
        across, down = p[0, i] / lens[0], p[1, i] / lens[1]
        rays[i, 0] = across
        rays[i, 1] = down
        rays[i, 2] = p[2, i] - across * lens[2] - down * lens[3]
        rays[i, 3] = -(p[0, i] * p[0, 3] + p[1, i] * p[1, 3] + p[2, i] * p[2, 3])
    return rays


@compiled
def lit_paint(frame: Index, look: Appearance) -> NDArray[np.float32]:
    """`(M, 7)` per material: its colour in ambient light and in the sun, and its graininess."""
    count = look.palette.shape[1]
    paint = np.empty((count, 7), np.float32)
    for material in range(count):
        for channel in range(3):
            color = look.palette[frame, material, channel]
            paint[material, channel] = color * look.ambient[frame, channel]
            paint[material, 3 + channel] = color * look.sun[frame, channel]
        paint[material, 6] = look.palette[frame, material, 3]
    return paint


@compiled
def sky_colors(frame: Index, look: Appearance) -> NDArray[np.float32]:
    """`(2, 3)` colours of the horizon and the zenith."""
    colors = np.empty((2, 3), np.float32)
    for channel in range(3):
        colors[0, channel] = look.horizon[frame, channel]
        colors[1, channel] = look.zenith[frame, channel]
    return colors


@compiled
def read_labels(
    column: int,
    empty: int,
    seen: NDArray[np.int32],
    labels: NDArray[np.int32],
    image: NDArray[np.generic],
) -> None:
    """Fill `image` `(H, W)` with one column of `labels`, or `empty` where nothing is seen."""
    height, width = seen.shape
    for y in range(height):
        for x in range(np.uint64(width)):
            row = seen[y, x]
            image[y, x] = labels[row, column] if row >= 0 else empty


@compiled
def read_depth(nearness: NDArray[np.float32], image: NDArray[np.float32]) -> None:
    """Fill `image` `(H, W)` with depth [m]; where nothing is seen, 1 / 0 gives its infinity."""
    height, width = image.shape
    for y in range(height):
        for x in range(np.uint64(width)):
            image[y, x] = _ONE / nearness[y, x]
