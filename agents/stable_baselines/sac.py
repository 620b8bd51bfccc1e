"""SAC of Stable-Baselines3, and TQC of its contributors, on images as they are."""

import math
from typing import Any, ClassVar

from gymnasium import spaces
from sb3_contrib import TQC
from sb3_contrib.tqc import policies as tqc
from stable_baselines3 import SAC, HerReplayBuffer
from stable_baselines3.common.policies import ContinuousCritic
from stable_baselines3.sac import policies as sac
from torch import nn

from autonomy.agents.network_policy import ActorNetwork, Architecture
from autonomy.agents.recipes import SACRecipe
from autonomy.agents.stable_baselines.demonstrations import Demonstrated
from autonomy.agents.stable_baselines.features import ObservationFeatures, features_extractor
from autonomy.agents.stable_baselines.gradient_norm import limit_gradients
from autonomy.agents.stable_baselines.hindsight import Patient
from autonomy.agents.stable_baselines.image_actor_critic import ImageActorCritics
from autonomy.agents.stable_baselines.learner import StableBaselinesLearner
from autonomy.agents.stable_baselines.untouched import UntouchedObservations, copy_weights
from autonomy.agents.vec_env import batched
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


class SACLearner(StableBaselinesLearner[ImageSAC | ImageTQC]):
    """Soft actor-critic; see `autonomy.agents.learner.Learner`."""

    _algorithm: ClassVar[Any] = ImageSAC
    _networks: ClassVar[Any] = SACPolicy

    def __init__(self, envs: World, recipe: SACRecipe, seed: int, device: str) -> None:
        """Make it.

        Raises:
            InputError: The recipe asks for what the world has not.
        """
        model: ImageSAC | ImageTQC = self._algorithm(
            self._networks, batched(envs), **_arguments(envs, recipe), seed=seed, device=device
        )
        if recipe.demonstrations:
            model.watch(envs.expert(), recipe.demonstrations, recipe.imitation_coefficient)
        for name, part in (("actor", model.actor), ("critic", model.critic)):
            curve = f"{name}_gradient_norm"
            limit_gradients(model, curve, part.optimizer, recipe.max_gradient_norm)
        super().__init__(model, recipe)
        self._recipe = recipe

    def actor(self) -> ActorNetwork:
        """Copy the network that acts."""
        actor = self.model.actor
        features = actor.features_extractor
        assert isinstance(features, ObservationFeatures)
        assert isinstance(actor.action_space, spaces.Box)
        architecture = Architecture.of(self._recipe, activation="relu", squash="tanh")
        network = ActorNetwork(features.observation_space, actor.action_space, architecture)
        copy_weights(features.network, network.observation)
        copy_weights(actor.latent_pi, network.hidden)
        copy_weights(actor.mu, network.action)
        return network


class TQCLearner(SACLearner):
    """Truncated quantile critics; see `autonomy.agents.learner.Learner`."""

    _algorithm = ImageTQC
    _networks = TQCPolicy


def _arguments(envs: World, recipe: SACRecipe) -> dict[str, Any]:
    """Return what an algorithm is made with besides its networks and its world."""
    return {
        "learning_rate": recipe.learning_rate_at,
        "buffer_size": recipe.replay_size,
        "learning_starts": recipe.learning_starts,
        "batch_size": recipe.batch_size,
        "tau": recipe.tau,
        "gamma": recipe.gamma,
        "train_freq": 1,
        "gradient_steps": recipe.gradient_steps,
        "ent_coef": f"auto_{recipe.entropy_coefficient}",
        "target_entropy": recipe.entropy_target * math.prod(envs.single_action_space.shape or ()),
        **_replay(envs, recipe),
        "policy_kwargs": {
            **features_extractor(recipe),
            "privileged": recipe.privileged,
            "net_arch": list(recipe.layers),
            "activation_fn": nn.ReLU,
            # fused is one call instead of one a parameter
            "optimizer_kwargs": {"fused": True},
        },
    }


def _replay(envs: World, recipe: SACRecipe) -> dict[str, Any]:
    """Return what says how transitions are remembered."""
    if not recipe.hindsight_goals:
        return {}
    observed = getattr(envs.single_observation_space, "spaces", {})
    missing = {"achieved_goal", "desired_goal"} - set(observed)
    if missing:
        raise InputError(
            f"hindsight_goals needs {' and '.join(sorted(missing))} among the observations, got "
            f"{', '.join(observed)}"
        )
    return {
        "replay_buffer_class": HerReplayBuffer,
        "replay_buffer_kwargs": {"n_sampled_goal": recipe.hindsight_goals},
    }
