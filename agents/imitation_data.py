"""What was seen, and what a teacher would have done then."""

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor

from autonomy.policy import Observation


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

    def add(self, observation: Observation, actions: NDArray[np.float32]) -> None:
        """Add entries `(N, ...)` and actions `(N, A)`; the oldest make way."""
        places = torch.arange(self._added, self._added + len(actions)) % self._capacity
        for name, values in self._observations.items():
            values[places] = torch.from_numpy(observation[name])
        self._actions[places] = torch.from_numpy(actions)
        self._added += len(actions)

    def sample(self, count: int, device: torch.device) -> tuple[dict[str, Tensor], Tensor]:
        """Draw entries `(count, ...)` and actions `(count, A)`, each pair as likely as another."""
        places = torch.randint(len(self), (count,))
        observation = {
            name: values[places].to(device) for name, values in self._observations.items()
        }
        return observation, self._actions[places].to(device)
