"""Replay for CrossQ, whose critics judge observations and the next ones in one batch."""

from typing import Any, Self

import torch
from stable_baselines3 import HerReplayBuffer
from stable_baselines3.common.buffers import DictReplayBuffer
from stable_baselines3.common.type_aliases import DictReplayBufferSamples
from torch import Tensor


class Joinable(dict[str, Tensor]):
    """Entries `(N, ...)` of observations that `torch.cat` joins one by one, as CrossQ calls it."""

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Self:
        """Join batches of entries; torch calls this where it is given some."""
        if function is not torch.cat:
            return NotImplemented
        batches, *more = args
        return cls(
            {
                name: torch.cat([batch[name] for batch in batches], *more, **(kwargs or {}))
                for name in batches[0]
            }
        )


class JoinedReplay(DictReplayBuffer):
    """Replay whose observations can be joined."""

    def sample(self, *args: Any, **kwargs: Any) -> DictReplayBufferSamples:
        """Draw transitions."""
        samples = super().sample(*args, **kwargs)
        return samples._replace(
            observations=Joinable(samples.observations),
            next_observations=Joinable(samples.next_observations),
        )


class JoinedHindsightReplay(JoinedReplay, HerReplayBuffer):
    """The same with hindsight."""
