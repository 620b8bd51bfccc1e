"""Random numbers as a function of a key and a counter, without any state in between.

Philox 4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
"""

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_STEPS = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))  # of the key from round to round


@compiled
def philox(counter: Words, key: np.uint64) -> Words:
    """Return four random words of 32 bits for a counter of four such words and a key of 64 bits."""
    a, b, c, d = counter
    low, high = key & _LOW, key >> _WORD
    for _ in range(_ROUNDS):
        first, second = _MULTIPLIERS[0] * a, _MULTIPLIERS[1] * c
        a, b = (second >> _WORD) ^ b ^ low, second & _LOW
        c, d = (first >> _WORD) ^ d ^ high, first & _LOW
        low, high = (low + _STEPS[0]) & _LOW, (high + _STEPS[1]) & _LOW
    return a, b, c, d


@compiled
def uniform(
    keys: NDArray[np.uint64],
    stream: int,
    episodes: NDArray[np.int64],
    first: NDArray[np.int64],
    count: int,
) -> NDArray[np.float64]:
    """Return numbers in [0, 1) `(n, count)`, of 53 random bits each.

    Args:
        keys: `(n,)`.
        stream: Which of a key's streams.
        episodes: `(n,)` which part of the stream.
        first: `(n,)` which number of that part is a row's first.
        count: How many numbers follow one another in a row.
    """
    numbers = np.empty((len(keys), count))
    for n in range(len(keys)):
        part = np.uint64(episodes[n])
        for k in range(count):
            number = np.uint64(first[n]) + np.uint64(k)
            block = (number >> np.uint64(1), np.uint64(stream), part & _LOW, part >> _WORD)
            a, b, c, d = philox(block, keys[n])
            if number & np.uint64(1):
                a, b = c, d
            bits = ((a >> np.uint64(5)) << np.uint64(26)) | (b >> np.uint64(6))
            numbers[n, k] = np.float64(bits) * 2.0**-53
    return numbers
