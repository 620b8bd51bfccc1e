"""The working room of shading: a few values for each pixel of a strip of one row.

It is one flat array, in which each kind of value has its place. As the places are known when the
kernels are compiled, so is that none overlaps another, and loops over them are vectorised.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.blocks import BLOCK
from autonomy.compiled import compiled

STRIP = 128  # [px]
ROOM = STRIP + int(BLOCK)
_KINDS = 5
DEPTH, RED, GREEN, BLUE, ROUGHNESS = (np.uint64(kind * ROOM) for kind in range(_KINDS))


class Place(NamedTuple):
    """Which pixels of the image a strip holds."""

    y: int  # row [px]
    left: int  # first column [px]
    length: int


@compiled
def new_strip() -> NDArray[np.float32]:
    """Make room for depth [m], colour in [0, 255], and roughness: the share that grain adds."""
    return np.empty(_KINDS * ROOM, np.float32)
