"""SAC of Stable-Baselines3 on images as they are."""

from collections.abc import Sequence
from typing import Any

from gymnasium import spaces
from stable_baselines3 import SAC, HerReplayBuffer
from stable_baselines3.common.policies import ContinuousCritic
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.sac.policies import Actor, MultiInputPolicy
from torch import nn

from agents.gradient_norm import limit_gradients
from agents.hindsight import Patient
from agents.network_policy import ActorNetwork, Architecture
from agents.observation_network import VECTOR_FEATURES
from agents.privileged import CriticFeatures, features_extractor
from agents.recipes import SACRecipe
from agents.stable_baselines import ObservationFeatures, UntouchedObservations, copy_weights
from autonomy.errors import InputError


class ImageSAC(Patient, SAC):
    """SAC that leaves the environment's images alone."""

    @staticmethod
    def _wrap_env(env: Any, verbose: int = 0, monitor_wrapper: bool = True) -> VecEnv:
        return env


class ImageActor(Actor, UntouchedObservations):
    """Actor that reads observations as they are."""


class ImageCritic(ContinuousCritic, UntouchedObservations):
    """Critic that reads observations as they are."""


class ImageSACPolicy(MultiInputPolicy):
    """Actor and critics that read observations as they are.

    Each has its own encoder, unless the critics have privileged entries to judge by.
    """

    def __init__(self, *args: Any, privileged: Sequence[str], **kwargs: Any) -> None:
        self._privileged = privileged  # before the base, which builds
        super().__init__(*args, **kwargs)

    def make_actor(self, features_extractor: BaseFeaturesExtractor | None = None) -> Actor:
        """Make the actor."""
        kwargs = self._update_features_extractor(self.actor_kwargs, features_extractor)
        return ImageActor(**kwargs).to(self.device)

    def make_critic(
        self, features_extractor: BaseFeaturesExtractor | None = None
    ) -> ContinuousCritic:
        """Make the pair of critics."""
        if self._privileged:
            assert isinstance(self.observation_space, spaces.Dict)
            features_extractor = CriticFeatures(
                self.observation_space, self._privileged, VECTOR_FEATURES
            )
        kwargs = self._update_features_extractor(self.critic_kwargs, features_extractor)
        return ImageCritic(**kwargs).to(self.device)


def _replay(envs: VecEnv, recipe: SACRecipe) -> dict[str, Any]:
    """Return what says how transitions are remembered."""
    if not recipe.hindsight_goals:
        return {}
    space = envs.observation_space
    missing = {"achieved_goal", "desired_goal"} - set(getattr(space, "spaces", ()))
    if missing:
        raise InputError(
            f"hindsight_goals needs {' and '.join(sorted(missing))} among the observations, got "
            f"{', '.join(getattr(space, 'spaces', ()))}"
        )
    return {
        "replay_buffer_class": HerReplayBuffer,
        "replay_buffer_kwargs": {"n_sampled_goal": recipe.hindsight_goals},
    }


def make_sac(envs: VecEnv, recipe: SACRecipe, seed: int, device: str) -> ImageSAC:
    """Make the learner that `recipe` describes."""
    model = ImageSAC(
        ImageSACPolicy,
        envs,
        learning_rate=recipe.learning_rate_at,
        buffer_size=recipe.replay_size,
        learning_starts=recipe.learning_starts,
        batch_size=recipe.batch_size,
        tau=recipe.tau,
        gamma=recipe.gamma,
        train_freq=1,
        gradient_steps=recipe.gradient_steps,
        **_replay(envs, recipe),
        policy_kwargs={
            **features_extractor(recipe),
            "privileged": recipe.privileged,
            "net_arch": list(recipe.layers),
            "activation_fn": nn.ReLU,
        },
        seed=seed,
        device=device,
    )
    for name, part in (("actor", model.actor), ("critic", model.critic)):
        limit_gradients(model, f"{name}_gradient_norm", part.optimizer, recipe.max_gradient_norm)
    return model


def sac_actor(model: ImageSAC, recipe: SACRecipe) -> ActorNetwork:
    """Copy the actor out of the learner."""
    actor = model.actor
    features = actor.features_extractor
    assert isinstance(features, ObservationFeatures)
    assert isinstance(actor.action_space, spaces.Box)
    architecture = Architecture(recipe.encoder, recipe.layers, activation="relu", squash="tanh")
    network = ActorNetwork(features.observation_space, actor.action_space, architecture)
    copy_weights(features.network, network.observation)
    copy_weights(actor.latent_pi, network.hidden)
    copy_weights(actor.mu, network.action)
    return network
