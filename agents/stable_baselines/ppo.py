"""PPO of Stable-Baselines3 on images as they are."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy, MultiInputActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from torch import nn

from autonomy.agents.network_policy import ActorNetwork, Architecture, load_network
from autonomy.agents.recipes import PPORecipe
from autonomy.agents.stable_baselines.features import (
    CriticFeatures,
    ObservationFeatures,
    features_extractor,
)
from autonomy.agents.stable_baselines.gradient_norm import limit_gradients
from autonomy.agents.stable_baselines.learner import StableBaselinesLearner
from autonomy.agents.stable_baselines.turns import OnPolicyTurns
from autonomy.agents.stable_baselines.untouched import UntouchedObservations, copy_weights
from autonomy.agents.vec_env import batched
from autonomy.errors import InputError
from autonomy.world import World


class ImagePPO(OnPolicyTurns, PPO):
    """PPO that leaves the environment's images alone."""


# The first base lets `extract_features` do without its second argument, the last one does not.
class PrivilegedCritic(  # pyright: ignore[reportIncompatibleMethodOverride]
    ActorCriticPolicy, UntouchedObservations
):
    """Part of a policy: actor and critic read observations as they are.

    They share their features, unless the critic has privileged entries to judge by.
    """

    def __init__(self, *args: Any, privileged: Sequence[str], **kwargs: Any) -> None:
        self._privileged = privileged  # before the base, which builds
        super().__init__(*args, **kwargs)

    def _build(self, lr_schedule: Schedule) -> None:
        if self._privileged:
            assert isinstance(self.observation_space, spaces.Dict)
            self.share_features_extractor = False
            self.vf_features_extractor = CriticFeatures(
                self.observation_space, self._privileged, self.features_dim
            )
        super()._build(lr_schedule)


class ImageActorCritic(PrivilegedCritic, MultiInputActorCriticPolicy):
    """Actor and critic of PPO."""


class PPOLearner(StableBaselinesLearner[OnPolicyTurns]):
    """Proximal policy optimisation; see `autonomy.agents.learner.Learner`."""

    _algorithm: ClassVar[Any] = ImagePPO
    _networks: ClassVar[Any] = ImageActorCritic

    def __init__(self, envs: World, recipe: PPORecipe, seed: int, device: str) -> None:
        """Make it.

        Raises:
            InputError: There is no network to start from, or it has another shape.
        """
        model: OnPolicyTurns = self._algorithm(
            self._networks, batched(envs), **self._arguments(recipe), seed=seed, device=device
        )
        limit_gradients(model, "gradient_norm", model.policy.optimizer, recipe.max_gradient_norm)
        super().__init__(model, recipe)
        self._recipe = recipe
        if recipe.start_from:
            self._start_from(load_network(recipe.start_from, device, recipe.modules))

    def actor(self) -> ActorNetwork:
        """Copy the network that acts."""
        features, action_space = self.model.policy.features_extractor, self.model.action_space
        assert isinstance(features, ObservationFeatures)
        assert isinstance(action_space, spaces.Box)
        network = ActorNetwork(features.observation_space, action_space, self._architecture())
        for learned, part in self._same_parts(network):
            copy_weights(learned, part)
        return network

    def _architecture(self) -> Architecture:
        return Architecture.of(self._recipe, activation="tanh", squash="clip")

    def _start_from(self, network: ActorNetwork) -> None:
        """Copy an actor of the same shape into the model; the critic begins as it is."""
        own = self.actor()
        for name in ("architecture", "observation_space", "action_space"):
            wanted, given = getattr(own, name), getattr(network, name)
            if wanted != given:
                raise InputError(
                    f"start_from must have the recipe's {name.replace('_', ' ')} {wanted}, "
                    f"got {given}"
                )
        for learned, part in self._same_parts(network):
            copy_weights(part, learned)

    def _same_parts(self, network: ActorNetwork) -> list[tuple[nn.Module, nn.Module]]:
        """Pair the parts of the model's actor with those of a network of the same shape."""
        policy = self.model.policy
        features = policy.features_extractor
        assert isinstance(features, ObservationFeatures)
        return [
            (features.network, network.observation),
            (policy.mlp_extractor.policy_net, network.hidden),
            (policy.action_net, network.action),
        ]

    def _arguments(self, recipe: PPORecipe) -> dict[str, Any]:
        """Return what the algorithm is made with besides its networks and its world."""
        return {
            "learning_rate": recipe.learning_rate_at,
            "n_steps": recipe.n_steps,
            "batch_size": recipe.batch_size,
            "n_epochs": recipe.epochs,
            "gamma": recipe.gamma,
            "gae_lambda": recipe.gae_lambda,
            "clip_range": recipe.clip_range,
            "ent_coef": recipe.entropy_coefficient,
            "vf_coef": recipe.value_coefficient,
            "max_grad_norm": math.inf,  # limit_gradients does it
            "policy_kwargs": {
                **features_extractor(recipe),
                "privileged": recipe.privileged,
                "net_arch": list(recipe.layers),
                "activation_fn": nn.Tanh,
                "log_std_init": recipe.log_std_init,
                # epsilon as Stable-Baselines3 has it; fused is one call instead of one a parameter
                "optimizer_kwargs": {"eps": 1e-5, "fused": True},
            },
        }
