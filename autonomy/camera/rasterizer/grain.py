"""The grain of the ground: one tile of noise."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

GRAIN_SIZE = 128  # [texels] along each side; a power of two, so that a tile repeats by a mask


@cache
def grain_tile() -> NDArray[np.float32]:
    """A tile of noise in [-1, 1] that repeats without a seam: three octaves, row by row."""
    random = np.random.default_rng(0)
    tile = np.zeros((GRAIN_SIZE, GRAIN_SIZE))
    for width in (1, 3, 9):
        noise = random.standard_normal(tile.shape)
        wrapped = np.pad(noise, 2 * width, mode="wrap")
        smooth = cv2.GaussianBlur(wrapped, (0, 0), width / 2)[2 * width :, 2 * width :]
        smooth = smooth[:GRAIN_SIZE, :GRAIN_SIZE]
        tile += smooth / smooth.std()
    return np.clip(tile / 4.0, -1.0, 1.0).astype(np.float32).ravel()
