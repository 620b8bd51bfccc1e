"""What only training sees: a simulator knows more than its cameras show.

The critic judges by the truth and learns within a few updates what a situation is worth (Pinto et
al., "Asymmetric actor critic for image-based robot learning", 2018). The actor's features are
trained to predict the same truth beside the algorithm's own loss, so that the encoder knows early
what to look for (Jaderberg et al., "Reinforcement learning with unsupervised auxiliary tasks",
2017). What acts afterwards takes none of it as input.
"""

from collections.abc import Sequence

import torch
from gymnasium import spaces
from torch import Tensor, nn

from autonomy.errors import InputError


class Truth(nn.Module):
    """Joins vectors of an observation, each number standardised by its running mean and spread."""

    def __init__(self, observation_space: spaces.Dict, names: Sequence[str]) -> None:
        """Prepare to join the entries `names`.

        Raises:
            InputError: An entry is not a vector.
        """
        super().__init__()
        self.size = 0
        for name in names:
            space = observation_space[name]
            if not isinstance(space, spaces.Box) or len(space.shape) != 1:
                raise InputError(f"privileged observation {name} must be a vector, got {space}")
            self.size += space.shape[0]
        self._names = tuple(names)
        self._standardize = nn.BatchNorm1d(self.size, affine=False)

    def forward(self, observations: dict[str, Tensor]) -> Tensor:
        """Map entries `(N, ...)` to `(N, size)`."""
        return self._standardize(torch.cat([observations[name] for name in self._names], dim=1))


class Prediction(nn.Module):
    """What a linear function of features makes of the truth."""

    def __init__(
        self, observation_space: spaces.Dict, privileged: Sequence[str], features: int
    ) -> None:
        """Prepare to predict the entries `privileged` from so many features.

        Raises:
            InputError: An entry is not a vector.
        """
        super().__init__()
        self.truth = Truth(observation_space, privileged)
        self.predict = nn.Linear(features, self.truth.size)

    def forward(self, features: Tensor, observations: dict[str, Tensor]) -> Tensor:
        """Return the mean squared error for features `(N, F)` of entries `(N, ...)`."""
        return nn.functional.mse_loss(self.predict(features), self.truth(observations))


def without(observation_space: spaces.Dict, privileged: Sequence[str]) -> spaces.Dict:
    """Return the entries that a policy may read, of those that its training observes."""
    kept = {name: space for name, space in observation_space.items() if name not in privileged}
    return spaces.Dict(kept)
