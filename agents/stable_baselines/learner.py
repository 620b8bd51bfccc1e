"""An algorithm of Stable-Baselines3 as a learner."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

from autonomy.agents.network_policy import ActorNetwork, NetworkPolicy
from autonomy.agents.recipe import Recipe
from autonomy.agents.stable_baselines.turns import InTurns
from autonomy.world_state import State

Model = TypeVar("Model", bound=InTurns)


class StableBaselinesLearner(ABC, Generic[Model]):
    """Drives a model in turns; see `autonomy.agents.learner.Learner`."""

    def __init__(self, model: Model, recipe: Recipe) -> None:
        model.prepare(recipe.total_steps)
        self.model = model

    @abstractmethod
    def actor(self) -> ActorNetwork:
        """Copy the network that acts."""

    def collect(self) -> None:
        """Step the environments, and keep what came of it."""
        self.model.collect()

    def update(self) -> Mapping[str, float]:
        """Learn from what was kept; return what the algorithm logged."""
        self.model.update()
        return self.model.take_metrics()

    @property
    def policy(self) -> NetworkPolicy:
        """What it would do now, without exploring."""
        return NetworkPolicy(self.actor(), self.model.device.type)

    def get_state(self) -> State:
        """Return all that changes, between an update and the next collecting."""
        return self.model.get_state()

    def set_state(self, state: State) -> None:
        """Go on from there."""
        self.model.set_state(state)
