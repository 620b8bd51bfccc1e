"""How N episodes stand beyond where the bodies are."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Episodes(NamedTuple):
    """N episodes."""

    goal: NDArray[np.float64]  # (N, G)
    elapsed: NDArray[np.int64]  # (N,) control steps
    draws: NDArray[np.float64]  # (N, K) of the randomisation


def empty_episodes(num_envs: int, goal_size: int, draws: int) -> Episodes:
    """Return room for N episodes."""
    return Episodes(
        np.zeros((num_envs, goal_size)), np.zeros(num_envs, np.int64), np.zeros((num_envs, draws))
    )
