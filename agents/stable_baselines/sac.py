"""SAC of Stable-Baselines3, and TQC of its contributors, on images as they are."""

import math
from typing import Any, cast

from gymnasium import spaces
from sb3_contrib import TQC
from sb3_contrib.tqc import policies as tqc
from stable_baselines3 import SAC, HerReplayBuffer
from stable_baselines3.common.policies import ContinuousCritic
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.sac import policies as sac
from torch import nn

from autonomy.agents.network_policy import ActorNetwork, Architecture
from autonomy.agents.privileged import features_extractor
from autonomy.agents.recipes import SACRecipe, TQCRecipe
from autonomy.agents.stable_baselines.demonstrations import Demonstrated
from autonomy.agents.stable_baselines.gradient_norm import limit_gradients
from autonomy.agents.stable_baselines.hindsight import Patient
from autonomy.agents.stable_baselines.image_actor_critic import ImageActorCritics
from autonomy.agents.stable_baselines.untouched import (
    ObservationFeatures,
    UntouchedObservations,
    copy_weights,
)
from autonomy.agents.vec_env import BatchedVecEnv
from autonomy.errors import InputError
from autonomy.world import World


class ImageSAC(Demonstrated, Patient, SAC):
    """SAC that leaves the environment's images alone."""


class ImageTQC(Demonstrated, Patient, TQC):
    """TQC that leaves the environment's images alone."""


class SACActor(sac.Actor, UntouchedObservations):
    """Actor that reads observations as they are."""


class TQCActor(tqc.Actor, UntouchedObservations):
    """Actor that reads observations as they are."""


class SACCritic(ContinuousCritic, UntouchedObservations):
    """Critic that reads observations as they are."""


class TQCCritic(tqc.Critic, UntouchedObservations):
    """Critic of quantiles that reads observations as they are."""


class SACPolicy(ImageActorCritics, sac.MultiInputPolicy):
    """Actor and critics of SAC."""

    actor_class = SACActor
    critic_class = SACCritic


class TQCPolicy(ImageActorCritics, tqc.MultiInputPolicy):
    """Actor and critics of TQC."""

    actor_class = TQCActor
    critic_class = TQCCritic


OffPolicy = ImageSAC | ImageTQC


def make_sac(envs: BatchedVecEnv, recipe: SACRecipe, seed: int, device: str) -> OffPolicy:
    """Make the learner that `recipe` describes.

    Raises:
        InputError: The recipe asks for what the world has not.
    """
    is_tqc = isinstance(recipe, TQCRecipe)
    policy: Any = TQCPolicy if is_tqc else SACPolicy
    model = (ImageTQC if is_tqc else ImageSAC)(
        policy,
        envs,
        learning_rate=recipe.learning_rate_at,
        buffer_size=recipe.replay_size,
        learning_starts=recipe.learning_starts,
        batch_size=recipe.batch_size,
        tau=recipe.tau,
        gamma=recipe.gamma,
        train_freq=1,
        gradient_steps=recipe.gradient_steps,
        ent_coef=f"auto_{recipe.entropy_coefficient}",
        target_entropy=cast(Any, recipe.entropy_target * math.prod(envs.action_space.shape or ())),
        **_replay(envs, recipe),
        policy_kwargs={
            **features_extractor(recipe),
            "privileged": recipe.privileged,
            "net_arch": list(recipe.layers),
            "activation_fn": nn.ReLU,
            # fused is one call instead of one a parameter
            "optimizer_kwargs": {"fused": True},
        },
        seed=seed,
        device=device,
    )
    if recipe.demonstrations:
        expert = cast(World, envs.envs).expert()
        model.watch(expert, recipe.demonstrations, recipe.imitation_coefficient)
    for name, part in (("actor", model.actor), ("critic", model.critic)):
        limit_gradients(model, f"{name}_gradient_norm", part.optimizer, recipe.max_gradient_norm)
    return model


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


def sac_actor(model: OffPolicy, recipe: SACRecipe) -> ActorNetwork:
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
