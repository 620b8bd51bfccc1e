"""What the visibility buffer says besides colour: labels and depth."""

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled


@compiled
def read_labels(
    column: int,
    empty: int,
    seen: NDArray[np.int32],
    labels: NDArray[np.int32],
    image: NDArray[np.generic],
) -> None:
    """Fill `image` `(H, W)` with one column of `labels`, or `empty` where nothing is seen."""
    height, width = image.shape
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
            image[y, x] = np.float32(1.0) / nearness[y, x]
