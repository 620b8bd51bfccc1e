"""What a seed may be."""

import operator
from typing import Any

import numpy as np

from autonomy.errors import InputError

LARGEST = 2**63 - 1


def checked_seed(seed: Any, largest: int = LARGEST) -> int:
    """Return a seed, of whatever type of integers, as Python's.

    Raises:
        InputError: It is no whole number, negative or larger than `largest`.
    """
    try:
        number = -1 if isinstance(seed, bool) else operator.index(seed)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= largest:
        # Python writes no number of thousands of digits
        given = f"{seed!r}" if abs(number) <= 2**128 else f"one of {number.bit_length()} bits"
        raise InputError(f"the seed must be a whole number from 0 to {largest}, got {given}")
    return number


def seeds_of_rows(seed: Any, num_envs: int) -> list[int | None]:
    """Return a seed for each of N rows, None where a row goes on without one.

    Of one number s, row i takes s + i.

    Raises:
        InputError: It is neither a seed nor a list, tuple or array of N seeds or Nones, or one is
            too large.
    """
    if seed is None:
        return [None] * num_envs
    if not (isinstance(seed, list | tuple) or (isinstance(seed, np.ndarray) and seed.ndim)):
        first = checked_seed(seed)
        return [checked_seed(first + row) for row in range(num_envs)]
    if len(seed) != num_envs:
        raise InputError(f"seeds must be {num_envs}, one a row, got {len(seed)}")
    return [None if own is None else checked_seed(own) for own in seed]
