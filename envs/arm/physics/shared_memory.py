"""The arrays of N worlds, laid one after the other over memory that processes share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.arm_state import Shared, Sizes, allocate

_ALIGNMENT = 64  # [bytes] where arrays may begin


def bytes_needed(num_envs: int, sizes: Sizes) -> int:
    """Return how much memory the arrays of N worlds take."""
    total = 0

    def count(shape: tuple[int, ...], dtype: type[Any]) -> NDArray[Any]:
        nonlocal total
        total += _padded(shape, dtype)
        return np.empty(0, dtype)

    allocate(num_envs, sizes, count)
    return total


def laid_over(memory: Any, num_envs: int, sizes: Sizes) -> Shared:
    """Return the arrays of N worlds; they are what `memory` holds."""
    start = 0

    def lay(shape: tuple[int, ...], dtype: type[Any]) -> NDArray[Any]:
        nonlocal start
        array = np.frombuffer(memory, dtype, int(np.prod(shape)), start).reshape(shape)
        start += _padded(shape, dtype)
        return array

    return allocate(num_envs, sizes, lay)


def _padded(shape: tuple[int, ...], dtype: type[Any]) -> int:
    """Bytes of an array, and on to where the next one may begin."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return -(-size // _ALIGNMENT) * _ALIGNMENT
