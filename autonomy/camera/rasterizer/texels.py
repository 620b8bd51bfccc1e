"""The texels of a strip's pixels: which they are, and what they come to.

Each step is a loop of its own, so that all but the one which reads the texels are vectorised.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.blocks import BLOCK
from autonomy.camera.rasterizer.strip import BLUE, GREEN, RED, ROOM
from autonomy.camera.texture import TextureArrays
from autonomy.compiled import Index, compiled

_HALF, _ONE = np.float32(0.5), np.float32(1.0)
_PER_BYTE = np.float32(1.0 / 255.0)
_BYTE, _ODD_BITS = np.uint32(255), np.uint32(0x55555555)

# Places in two flat arrays, each with one value for each pixel of a strip: where pixels are on the
# finer of two levels [texels], the share of the coarser, where they are between four texels, and
# the colours that these come to; which level the finer is, and which texels, and then their bytes.
U, V, SHARE, _RIGHT, _DOWN, _RED, _GREEN, _BLUE = (np.uint64(kind * ROOM) for kind in range(8))
LEVEL, _A, _B, _C, _D = (np.uint64(kind * ROOM) for kind in range(5))


class Room(NamedTuple):
    """Working room for the pixels of a strip."""

    values: NDArray[np.float32]
    numbers: NDArray[np.uint32]


@compiled
def new_room() -> Room:
    """Make room for one strip."""
    return Room(np.empty(8 * ROOM, np.float32), np.empty(5 * ROOM, np.uint32))


@compiled
def multiply_by_texels(
    textures: TextureArrays,
    number: Index,
    stretch: tuple[Index, Index],
    room: Room,
    strip: NDArray[np.float32],
) -> None:
    """Multiply the colours of pixels by a texture at the places and levels that `room` says."""
    first, size = np.uint32(textures.first[number]), np.uint32(textures.size[number])
    for x in range(np.uint64(stretch[0]), np.uint64(stretch[1])):
        room.values[_RED + x] = room.values[_GREEN + x] = room.values[_BLUE + x] = np.float32(0.0)
    for coarser in range(2):
        _find_texels(size, first, coarser, stretch, room)
        _read_texels(textures.texels, stretch, room)
        _add_colors(coarser, stretch, room)
    for x in range(np.uint64(stretch[0]), np.uint64(stretch[1])):
        strip[RED + x] *= room.values[_RED + x] * _PER_BYTE
        strip[GREEN + x] *= room.values[_GREEN + x] * _PER_BYTE
        strip[BLUE + x] *= room.values[_BLUE + x] * _PER_BYTE


@compiled
def _find_texels(
    size: np.uint32, first: np.uint32, coarser: Index, stretch: tuple[Index, Index], room: Room
) -> None:
    """Fill which four texels are nearest, and where pixels are between them."""
    values, numbers = room
    scale = _HALF if coarser else _ONE
    more = np.uint32(coarser)
    whole = np.uint32(1) << np.uint32(2 * size + 2)
    for block in range(np.uint64(stretch[0]), np.uint64(stretch[1]), BLOCK):
        for lane in range(BLOCK):
            x = block + lane
            level = np.uint32(min(np.uint32(numbers[LEVEL + x] + more), size))
            width = np.uint32(np.uint32(1) << np.uint32(size - level))
            start = np.uint32(first + (_ODD_BITS & np.uint32(whole - np.uint32(4) * width * width)))
            u, v = values[U + x] * scale - _HALF, -values[V + x] * scale - _HALF
            column, row = np.floor(u), np.floor(v)
            values[_RIGHT + x], values[_DOWN + x] = u - column, v - row
            mask = np.uint32(width - np.uint32(1))
            i, j = np.uint32(np.int32(column)), np.uint32(np.int32(row))
            west, east = i & mask, np.uint32(i + np.uint32(1)) & mask
            north, south = (j & mask) * width, (np.uint32(j + np.uint32(1)) & mask) * width
            numbers[_A + x] = start + north + west
            numbers[_B + x] = start + north + east
            numbers[_C + x] = start + south + west
            numbers[_D + x] = start + south + east


@compiled
def _read_texels(texels: NDArray[np.uint32], stretch: tuple[Index, Index], room: Room) -> None:
    """Read the texels where their numbers are."""
    numbers = room.numbers
    for x in range(np.uint64(stretch[0]), np.uint64(stretch[1])):
        numbers[_A + x] = texels[np.uint64(numbers[_A + x])]
        numbers[_B + x] = texels[np.uint64(numbers[_B + x])]
        numbers[_C + x] = texels[np.uint64(numbers[_C + x])]
        numbers[_D + x] = texels[np.uint64(numbers[_D + x])]


@compiled
def _add_colors(coarser: Index, stretch: tuple[Index, Index], room: Room) -> None:
    """Add what a level gives to the colours of pixels."""
    values, numbers = room
    for block in range(np.uint64(stretch[0]), np.uint64(stretch[1]), BLOCK):
        for lane in range(BLOCK):
            x = block + lane
            a, b, c, d = numbers[_A + x], numbers[_B + x], numbers[_C + x], numbers[_D + x]
            right, down, share = values[_RIGHT + x], values[_DOWN + x], values[SHARE + x]
            weight = share if coarser else _ONE - share
            for channel in range(3):
                byte = np.uint32(8 * channel)
                value = _between(a >> byte, b >> byte, c >> byte, d >> byte, right, down)
                values[_RED + np.uint64(channel * ROOM) + x] += weight * value


@compiled
def _between(
    a: np.uint32, b: np.uint32, c: np.uint32, d: np.uint32, right: np.float32, down: np.float32
) -> np.float32:
    """Return what the lowest bytes of two texels above and two below come to."""
    one, two = np.float32(np.int32(a & _BYTE)), np.float32(np.int32(b & _BYTE))
    three, four = np.float32(np.int32(c & _BYTE)), np.float32(np.int32(d & _BYTE))
    above, below = one + right * (two - one), three + right * (four - three)
    return above + down * (below - above)
