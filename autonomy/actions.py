"""What every world may expect of the actions it is given."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.errors import InputError


def checked_actions(
    actions: object, num_envs: int, single_action_space: spaces.Space[Any]
) -> NDArray[np.float32]:
    """Return `actions` as a float32 array `(N, *action shape)`.

    Raises:
        InputError: If they are no numbers, have another shape, or one is NaN or infinite.
    """
    shape = (num_envs, *(single_action_space.shape or ()))
    try:
        array = np.asarray(actions, dtype=np.float32)
    except (TypeError, ValueError):
        raise InputError(
            f"actions must be numbers of shape {shape}, got {type(actions).__name__}"
        ) from None
    if array.shape != shape:
        raise InputError(f"actions must have shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        first = np.argwhere(~np.isfinite(array))[0]
        raise InputError(
            f"actions must be finite, got {array[tuple(first)]} for environment {first[0]}"
        )
    return array
