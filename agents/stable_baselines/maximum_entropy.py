"""What the learners of SAC's family have in common."""

import math
from typing import Any, TypeVar

from gymnasium import spaces
from stable_baselines3 import HerReplayBuffer
from stable_baselines3.common.buffers import DictReplayBuffer
from torch import nn

from autonomy.agents.network_policy import ActorNetwork, Architecture
from autonomy.agents.recipes import MaximumEntropyRecipe
from autonomy.agents.stable_baselines.batch_renorm import copy_folded
from autonomy.agents.stable_baselines.demonstrations import Demonstrated
from autonomy.agents.stable_baselines.features import ObservationFeatures, features_extractor
from autonomy.agents.stable_baselines.gradient_norm import limit_gradients
from autonomy.agents.stable_baselines.learner import StableBaselinesLearner
from autonomy.agents.stable_baselines.untouched import copy_weights
from autonomy.errors import InputError
from autonomy.world import World

Model = TypeVar("Model", bound=Demonstrated)


class MaximumEntropyLearner(StableBaselinesLearner[Model]):
    """An actor and critics that learn from replay; see `autonomy.agents.learner.Learner`."""

    def __init__(self, model: Model, envs: World, recipe: MaximumEntropyRecipe) -> None:
        """Take over a model that was made with `arguments`.

        Raises:
            InputError: The recipe asks for demonstrations of a world that has no expert.
        """
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
        copy_folded([*actor.latent_pi, actor.mu], [*network.hidden, network.action])
        return network


def arguments(envs: World, recipe: MaximumEntropyRecipe) -> dict[str, Any]:
    """Return what every such algorithm is made with besides its networks and its world.

    Raises:
        InputError: The recipe asks for hindsight in a world without goals.
    """
    return {
        "learning_rate": recipe.learning_rate_at,
        "buffer_size": recipe.replay_size,
        "learning_starts": recipe.learning_starts,
        "batch_size": recipe.batch_size,
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


def _replay(envs: World, recipe: MaximumEntropyRecipe) -> dict[str, Any]:
    """Return what says how transitions are remembered."""
    if not recipe.hindsight_goals:
        return {"replay_buffer_class": DictReplayBuffer}
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
