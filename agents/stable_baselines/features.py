"""How networks read observations where Stable-Baselines3 asks for a features extractor."""

from collections.abc import Sequence
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn

from autonomy.agents.encoders import MakeEncoder, find_encoder
from autonomy.agents.observation_network import ObservationNetwork
from autonomy.agents.privileged import Prediction, Truth, without
from autonomy.agents.recipe import Recipe


def features_extractor(recipe: Recipe) -> dict[str, Any]:
    """Return the part of a policy's arguments that says how its actor reads observations."""
    encoder = find_encoder(recipe.encoder, recipe.encoder_options)
    if not recipe.privileged:
        return {
            "features_extractor_class": ObservationFeatures,
            "features_extractor_kwargs": {"encoder": encoder},
        }
    return {
        "features_extractor_class": PredictingFeatures,
        "features_extractor_kwargs": {
            "encoder": encoder,
            "privileged": recipe.privileged,
            "prediction_coefficient": recipe.prediction_coefficient,
        },
    }


class ObservationFeatures(BaseFeaturesExtractor):
    """Our observation network where Stable-Baselines3 expects a features extractor."""

    def __init__(self, observation_space: spaces.Dict, encoder: MakeEncoder) -> None:
        network = ObservationNetwork(observation_space, encoder)
        super().__init__(observation_space, features_dim=network.features)
        self.observation_space = observation_space
        self.network = network

    def forward(self, observations: dict[str, Tensor]) -> Tensor:
        """Map entries `(N, ...)` to features `(N, F)`."""
        return self.network(observations)


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
        encoder: MakeEncoder,
        privileged: Sequence[str],
        prediction_coefficient: float,
    ) -> None:
        super().__init__(without(observation_space, privileged), encoder)
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
