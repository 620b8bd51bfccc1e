"""The actor and critics of SAC's family, each with an encoder of its own for what it reads."""

from collections.abc import Sequence
from typing import Any, ClassVar

from gymnasium import spaces
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn

from autonomy.agents.observation_network import VECTOR_FEATURES
from autonomy.agents.stable_baselines.features import CriticFeatures


class NormalizedReLU(nn.Module):
    """A layer's outputs standardised over the layer, then rectified.

    Critics so built do not overestimate actions that were never tried (Ball et al., "Efficient
    online reinforcement learning with offline data", 2023).
    """

    def forward(self, outputs: Tensor) -> Tensor:
        """Map `(N, W)` to `(N, W)`."""
        return nn.functional.relu(nn.functional.layer_norm(outputs, outputs.shape[-1:]))


class ImageActorCritics(BasePolicy):
    """Part of a policy: actor and critics are classes that read observations as they are.

    Each has its own encoder, unless the critics have privileged entries to judge by.
    """

    actor_class: ClassVar[type[Any]]
    critic_class: ClassVar[type[Any]]
    critic_activation: ClassVar[type[nn.Module]] = NormalizedReLU
    actor_kwargs: dict[str, Any]
    critic_kwargs: dict[str, Any]

    def __init__(self, *args: Any, privileged: Sequence[str], **kwargs: Any) -> None:
        self._privileged = privileged  # before the base, which builds
        super().__init__(*args, **kwargs)

    def make_actor(self, features_extractor: BaseFeaturesExtractor | None = None) -> Any:
        """Make the actor."""
        kwargs = self._update_features_extractor(self.actor_kwargs, features_extractor)
        return self.actor_class(**kwargs).to(self.device)

    def make_critic(self, features_extractor: BaseFeaturesExtractor | None = None) -> Any:
        """Make the critics."""
        if self._privileged:
            assert isinstance(self.observation_space, spaces.Dict)
            features_extractor = CriticFeatures(
                self.observation_space, self._privileged, VECTOR_FEATURES
            )
        kwargs = self._update_features_extractor(self.critic_kwargs, features_extractor)
        kwargs["activation_fn"] = self.critic_activation
        return self.critic_class(**kwargs).to(self.device)
