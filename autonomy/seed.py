"""What a seed may be."""

import operator
from collections.abc import Sequence
from typing import Any

from autonomy.errors import InputError

LARGEST = 2**63 - 1


def checked_seed(seed: Any, largest: int = LARGEST) -> int:
    """Return a seed, of whatever type of integers, as Python's.

    Raises:
        InputError: It is no whole number, negative or larger than `largest`.
    """
    try:
        number = operator.index(seed)
    except TypeError:
        number = -1
    if isinstance(seed, bool) or not 0 <= number <= largest:
        raise InputError(f"the seed must be a whole number from 0 to {largest}, got {seed!r}")
    return number


def seeds_of_rows(seed: Any, num_envs: int) -> list[int | None]:
    """Return a seed for each of N rows, None where a row goes on without one.

    Of one number s, row i takes s + i.

    Raises:
        InputError: It is neither a seed nor a sequence of N seeds or Nones, or one is too large.
    """
    if seed is None:
        return [None] * num_envs
    is_sequence = isinstance(seed, Sequence) and not isinstance(seed, str | bytes)
    if not is_sequence and not getattr(seed, "ndim", 0):
        first = checked_seed(seed)
        return [checked_seed(first + row) for row in range(num_envs)]
    if len(seed) != num_envs:
        raise InputError(f"seeds must be {num_envs}, one a row, got {len(seed)}")
    return [None if own is None else checked_seed(own) for own in seed]
