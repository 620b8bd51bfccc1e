"""What acts: the protocol that experts, networks and a user's own class share."""

from typing import Any, Protocol

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

Observation = dict[str, NDArray[Any]]
"""Batched observation: each entry is `(N, ...)`, as the environment's `Dict` space says."""


class Policy(Protocol):
    """Maps observations to actions, for N environments at once."""

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Begin new episodes where `mask` `(N,)` is true."""
        ...

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return actions `(N, A)` in [-1, 1] for the observation `(N, ...)`."""
        ...


class RandomPolicy:
    """Uniform actions, drawn from a seeded generator."""

    def __init__(self, action_space: spaces.Box, seed: int = 0) -> None:
        self._space = action_space
        self._random = np.random.default_rng(seed)

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Do nothing: a random policy remembers nothing."""

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return uniform actions `(N, A)` within the action space's bounds."""
        num_envs = len(next(iter(observation.values())))
        low, high = self._space.low, self._space.high
        return self._random.uniform(low, high, (num_envs, *low.shape)).astype(np.float32)
