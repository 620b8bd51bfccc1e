"""What was seen, and what a teacher would have done then."""

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor

from autonomy.agents.state_arrays import part, within
from autonomy.policy import Observation
from autonomy.world_state import State


class ImitationData:
    """The latest pairs of observation and action, as they are: images stay bytes."""

    def __init__(
        self, observation_space: spaces.Dict, action_space: spaces.Box, capacity: int
    ) -> None:
        """Make room for `capacity` pairs of one environment's spaces."""
        self._observations = {
            name: torch.from_numpy(np.empty((capacity, *(space.shape or ())), space.dtype))
            for name, space in observation_space.items()
        }
        self._actions = torch.empty(capacity, *action_space.shape)
        self._capacity = capacity
        self._added = 0

    def __len__(self) -> int:
        """Return how many there are."""
        return min(self._added, self._capacity)

    def arrays(self) -> State:
        """Return the pairs that there are, `(n, ...)`, themselves, and how many were added."""
        kept = {**self._observations, "action": self._actions}
        filled = {name: values[: len(self)].numpy() for name, values in kept.items()}
        return {**within("pairs", filled), "added": np.array(self._added)}

    def fill(self, state: State) -> None:
        """Keep what `arrays` returned instead."""
        kept = {**self._observations, "action": self._actions}
        for name, values in part("pairs", state).items():
            kept[name][: len(values)] = torch.from_numpy(values)
        self._added = int(state["added"])

    def add(self, observation: Observation, actions: NDArray[np.float32]) -> None:
        """Add entries `(N, ...)` and actions `(N, A)`; the oldest make way."""
        places = torch.arange(self._added, self._added + len(actions)) % self._capacity
        for name, values in self._observations.items():
            values[places] = torch.from_numpy(observation[name])
        self._actions[places] = torch.from_numpy(actions)
        self._added += len(actions)

    def sample(self, count: int, device: str) -> tuple[dict[str, Tensor], Tensor]:
        """Draw entries `(count, ...)` and actions `(count, A)`, each pair as likely as another."""
        places = torch.randint(len(self), (count,))
        observation = {
            name: values[places].to(device) for name, values in self._observations.items()
        }
        return observation, self._actions[places].to(device)
