"""What acts: the protocol that experts, networks and a user's own class share."""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.seed import checked_seed
from autonomy.streams import RandomStreams
from autonomy.world_state import State

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


@runtime_checkable
class RememberingPolicy(Policy, Protocol):
    """A policy that remembers something of its episodes, and can go on in the midst of them."""

    def get_state(self) -> State:
        """Return what it remembers, as plain arrays that do not change with it."""
        ...

    def set_state(self, state: State) -> None:
        """Go on from what `get_state` returned."""
        ...


class RandomPolicy:
    """Uniform actions, the same in each episode whatever lives beside it.

    The k-th episode that begins, from 0 on and row by row, gets its actions from the seed + k: in a
    rollout over the seeds from `seed` on, those of its own seed.
    """

    def __init__(self, action_space: spaces.Box, seed: int = 0) -> None:
        self._space = action_space
        self._next_seed = checked_seed(seed)
        self._streams = RandomStreams(0)

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Give episodes that begin where `mask` `(N,)` is true actions of their own."""
        if len(mask) != self._streams.num_envs:
            self._streams = RandomStreams(len(mask))
        rows = np.flatnonzero(mask)
        self._streams.seed(rows, self._next_seed + np.arange(len(rows), dtype=np.uint64))
        self._next_seed += len(rows)

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return uniform actions `(N, A)` within the action space's bounds."""
        rows = np.arange(len(next(iter(observation.values()))))
        if len(rows) != self._streams.num_envs:
            self.reset(np.ones(len(rows), np.bool_))
        low, high = self._space.low, self._space.high
        numbers = self._streams.uniform(rows, "policy", low.size).reshape(-1, *low.shape)
        return (low + (high - low) * numbers).astype(np.float32)
