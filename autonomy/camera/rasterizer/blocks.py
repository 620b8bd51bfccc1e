"""Loops in whole blocks, so that compilers vectorise them to the last element.

Of a short loop whose length is not known, what does not fill a few vectors runs one element at a
time, and that is most of it. So short loops go on to the end of a block. Arrays that they fill have
room for one block more than is read from them; of others they read earlier elements as well, where
there are none after.
"""

import numpy as np

from autonomy.compiled import Index, compiled

BLOCK = np.uint64(32)  # with less, compilers unroll a block before they think of vectors


def with_room(length: int) -> int:
    """Length of an array of which `length` elements are worked on in blocks, from any of them."""
    return length + int(BLOCK)


@compiled
def whole_blocks(length: Index) -> np.uint64:
    """Round up to a multiple of `BLOCK`."""
    return (np.uint64(length) + BLOCK - np.uint64(1)) // BLOCK * BLOCK


@compiled
def first_of_blocks(first: Index, length: Index, end: Index) -> np.int32:
    """Return from where on to read `length` elements, so that it stays before `end`.

    That is from `first` on wherever it can be. Indices of vertices are of that type.
    """
    return np.int32(min(np.int64(first), np.int64(end) - np.int64(length)))
