"""A policy of Stable-Baselines3 that acts."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from stable_baselines3.common.policies import BasePolicy

from autonomy.policy import Observation
from autonomy.row_blocks import RowBlocks
from autonomy.world_state import State


class StableBaselinesPolicy:
    """Acts as a model of Stable-Baselines3 does, without exploring."""

    def __init__(self, policy: BasePolicy, names: tuple[str, ...]) -> None:
        """Act as `policy`, which reads those entries of an observation."""
        self._policy, self._names = policy, names
        self._memory_shape: tuple[int, ...] = (0,)
        if isinstance(policy, RecurrentActorCriticPolicy):
            layers, _, width = policy.lstm_hidden_state_shape
            self._memory_shape = (2, layers, width)  # of hidden and cell states
        self._memory = np.zeros((0, *self._memory_shape), np.float32)  # (N, ...)
        self._actions_and_memory = RowBlocks(self._compute)

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Forget what was where `mask` `(N,)` is true."""
        if len(self._memory) != len(mask):
            self._memory = np.zeros((len(mask), *self._memory_shape), np.float32)
        self._memory[mask] = 0.0

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return actions `(N, A)` in [-1, 1]; entries beyond the model's own are ignored.

        They do not depend on how many rows there are.
        """
        seen = [observation[name] for name in self._names]
        if len(self._memory) != len(seen[0]):
            self.reset(np.ones(len(seen[0]), np.bool_))
        made = self._actions_and_memory([*seen, self._memory])
        size = made.shape[1] - int(np.prod(self._memory_shape))
        self._memory = made[:, size:].reshape(self._memory.shape)
        return made[:, :size]

    def get_state(self) -> State:
        """Return what is remembered of the episodes that run."""
        return {"memory": self._memory.copy()} if self._memory.size else {}

    def set_state(self, state: State) -> None:
        """Go on from what `get_state` returned."""
        self._memory = state.get("memory", self._memory[:0]).copy()

    def _compute(self, rows: list[NDArray[Any]]) -> NDArray[np.float32]:
        """Return actions and the memory after them `(n, A + M)`."""
        *seen, memory = rows
        is_named = isinstance(self._policy.observation_space, spaces.Dict)
        shown = dict(zip(self._names, seen, strict=True)) if is_named else seen[0]
        # (n, 2, layers, width) here, two of (layers, n, width) there
        before = tuple(np.moveaxis(memory, 0, 2)) if memory.size else None
        actions, after = self._policy.predict(shown, before, deterministic=True)
        if after is not None:
            memory = np.moveaxis(np.stack(after), 2, 0)
        kept = memory.reshape(len(actions), -1)
        return np.concatenate([actions, kept], axis=1).astype(np.float32)
