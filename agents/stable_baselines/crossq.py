"""CrossQ of Stable-Baselines3's contributors, on images as they are."""

from typing import Any

from sb3_contrib import CrossQ
from sb3_contrib.crossq import policies as crossq
from torch import nn

from autonomy.agents.recipes import CrossQRecipe
from autonomy.agents.stable_baselines.demonstrations import Demonstrated
from autonomy.agents.stable_baselines.hindsight import Patient
from autonomy.agents.stable_baselines.image_actor_critic import ImageActorCritics
from autonomy.agents.stable_baselines.joined_replay import JoinedHindsightReplay, JoinedReplay
from autonomy.agents.stable_baselines.maximum_entropy import MaximumEntropyLearner, arguments
from autonomy.agents.stable_baselines.untouched import UntouchedObservations
from autonomy.agents.vec_env import batched
from autonomy.world import World


class ImageCrossQ(Demonstrated, Patient, CrossQ):
    """CrossQ that leaves the environment's images alone."""


class CrossQActor(crossq.Actor, UntouchedObservations):
    """Actor that reads observations as they are."""


class CrossQCritic(crossq.CrossQCritic, UntouchedObservations):
    """Critics that read observations as they are."""


class CrossQPolicy(ImageActorCritics, crossq.CrossQPolicy):
    """Actor and critics of CrossQ."""

    actor_class = CrossQActor
    critic_class = CrossQCritic
    critic_activation = nn.ReLU


class CrossQLearner(MaximumEntropyLearner[ImageCrossQ]):
    """CrossQ; see `autonomy.agents.learner.Learner`."""

    def __init__(self, envs: World, recipe: CrossQRecipe, seed: int, device: str) -> None:
        """Make it.

        Raises:
            InputError: The recipe asks for what the world has not.
        """
        given = _arguments(envs, recipe)
        model = ImageCrossQ(CrossQPolicy, batched(envs), **given, seed=seed, device=device)
        super().__init__(model, envs, recipe)


def _arguments(envs: World, recipe: CrossQRecipe) -> dict[str, Any]:
    """Return what the algorithm is made with besides its networks and its world."""
    shared = arguments(envs, recipe)
    return {
        **shared,
        "policy_delay": recipe.policy_delay,
        "replay_buffer_class": JoinedHindsightReplay if recipe.hindsight_goals else JoinedReplay,
        "policy_kwargs": {
            **shared["policy_kwargs"],
            "batch_norm_momentum": recipe.batch_norm_momentum,
            "net_arch": {"pi": list(recipe.layers), "qf": list(recipe.critic_layers)},
            "optimizer_kwargs": {"fused": True, "betas": (0.5, 0.999)},  # as in the paper
        },
    }
