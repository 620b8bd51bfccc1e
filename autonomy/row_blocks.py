"""Batches cut into blocks of one size, so that what a network makes of a row does not depend on N.

Matrix products and convolutions are computed by other kernels for other numbers of rows, and
these differ in the last bits. In blocks of one size, each row goes through the same ones.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK_ROWS = 16
"""Rows of a block: fewer cost more calls for a large batch, more cost a single row more."""


def row_blocks(arrays: Sequence[NDArray[Any]]) -> Iterator[tuple[slice, list[NDArray[Any]]]]:
    """Cut arrays `(N, ...)` into blocks `(BLOCK_ROWS, ...)`; the last row fills up the last block.

    Yields which rows of the arrays a block begins with, and that block of each array.
    """
    count = len(arrays[0])
    for first in range(0, count, BLOCK_ROWS):
        rows = np.minimum(np.arange(first, first + BLOCK_ROWS), count - 1)
        yield slice(first, min(first + BLOCK_ROWS, count)), [own[rows] for own in arrays]
