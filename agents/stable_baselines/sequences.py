"""What a recurrent policy learns from: sequences of steps, none of them filled up."""

from collections.abc import Generator
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sb3_contrib.common.recurrent.buffers import RecurrentDictRolloutBuffer
from sb3_contrib.common.recurrent.type_aliases import (
    RecurrentDictRolloutBufferSamples,
    RNNStates,
)
from torch import Tensor


class WholeSequences(RecurrentDictRolloutBuffer):
    """Gives batches of all steps of a few environments, other ones in every pass.

    The base cuts sequences where episodes begin, and fills them up to equal lengths with blank
    observations. These would be encoded for nothing, and what learns from features before the loss
    is masked, as running means and predictions of the truth do, would learn from them. Sequences
    that are whole need no filling up: the memory is cleared within them, where an episode begins.
    """

    @classmethod
    def like(cls, other: Any) -> Self:
        """Return an empty buffer of the same size as another recurrent one."""
        return cls(
            other.buffer_size,
            other.observation_space,
            other.action_space,
            other.hidden_state_shape,
            other.device,
            gamma=other.gamma,
            gae_lambda=other.gae_lambda,
            n_envs=other.n_envs,
        )

    def get(
        self, batch_size: int | None = None
    ) -> Generator[RecurrentDictRolloutBufferSamples, None, None]:
        """Yield batches of so many steps, a multiple of those of one environment."""
        assert self.full
        count = self.n_envs if batch_size is None else batch_size // self.buffer_size
        order = np.random.permutation(self.n_envs)
        for first in range(0, self.n_envs, count):
            yield self._steps_of(order[first : first + count])

    def _steps_of(self, envs: NDArray[np.int64]) -> RecurrentDictRolloutBufferSamples:
        """Return the steps of some environments, one after the other."""

        def joined(values: NDArray[Any]) -> Tensor:
            return self.to_torch(self.swap_and_flatten(values[:, envs]))  # (n * T, ...)

        def before(values: NDArray[np.float32]) -> Tensor:
            return self.to_torch(values[0][:, envs])  # (layers, n, units)

        return RecurrentDictRolloutBufferSamples(
            observations={name: joined(own) for name, own in self.observations.items()},
            actions=joined(self.actions),
            old_values=joined(self.values).flatten(),
            old_log_prob=joined(self.log_probs).flatten(),
            advantages=joined(self.advantages).flatten(),
            returns=joined(self.returns).flatten(),
            lstm_states=RNNStates(
                (before(self.hidden_states_pi), before(self.cell_states_pi)),
                (before(self.hidden_states_vf), before(self.cell_states_vf)),
            ),
            episode_starts=joined(self.episode_starts).flatten(),
            mask=joined(np.ones_like(self.returns)).flatten(),
        )
