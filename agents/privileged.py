"""What only training sees: a simulator knows more than its cameras show.

The critic judges by the truth and learns within a few updates what a situation is worth (Pinto et
al., "Asymmetric actor critic for image-based robot learning", 2018). The actor's features are
trained to predict the same truth beside the algorithm's own loss, so that the encoder knows early
what to look for (Jaderberg et al., "Reinforcement learning with unsupervised auxiliary tasks",
2017). What acts afterwards takes none of it as input.
"""

from collections.abc import Sequence
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn

from autonomy.agents.recipes import Recipe
from autonomy.agents.stable_baselines.untouched import ObservationFeatures
from autonomy.errors import InputError


def features_extractor(recipe: Recipe) -> dict[str, Any]:
    """Return the part of a policy's arguments that says how its actor reads observations."""
    if not recipe.privileged:
        return {
            "features_extractor_class": ObservationFeatures,
            "features_extractor_kwargs": {"encoder": recipe.encoder},
        }
    return {
        "features_extractor_class": PredictingFeatures,
        "features_extractor_kwargs": {
            "encoder": recipe.encoder,
            "privileged": recipe.privileged,
            "prediction_coefficient": recipe.prediction_coefficient,
        },
    }


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


class CriticFeatures(BaseFeaturesExtractor):
    """The truth, widened to as many features as Stable-Baselines3 expects."""

    def __init__(
        self, observation_space: spaces.Dict, privileged: Sequence[str], features_dim: int
    ) -> None:
        super().__init__(observation_space, features_dim)
        self.truth = Truth(observation_space, privileged)
        self.widen = nn.Sequential(nn.Linear(self.truth.size, features_dim), nn.Tanh())

    def forward(self, observations: dict[str, Tensor]) -> Tensor:
        """Map entries `(N, ...)` to features `(N, F)`."""
        return self.widen(self.truth(observations))


class PredictingFeatures(ObservationFeatures):
    """Features of the other entries, which learn to predict the truth while gradients flow."""

    def __init__(
        self,
        observation_space: spaces.Dict,
        encoder: str,
        privileged: Sequence[str],
        prediction_coefficient: float,
    ) -> None:
        own = {name: space for name, space in observation_space.items() if name not in privileged}
        super().__init__(spaces.Dict(own), encoder)
        self.prediction = Prediction(observation_space, privileged, self.features_dim)
        self._coefficient = prediction_coefficient

    def forward(self, observations: dict[str, Tensor]) -> Tensor:
        """Map entries `(N, ...)` to features `(N, F)`."""
        features = super().forward(observations)
        if not torch.is_grad_enabled():
            return features
        error = self.prediction(features, observations)
        return _WithLoss.apply(features, self._coefficient * error)


class _WithLoss(torch.autograd.Function):
    """Leaves features as they are, and adds a loss to whatever loss they go into.

    Stable-Baselines3 computes its losses out of our reach; this reaches them through the gradients.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor, loss: Tensor) -> Tensor:
        return features.view_as(features)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        return gradients[0], torch.ones_like(gradients[0][0, 0])
