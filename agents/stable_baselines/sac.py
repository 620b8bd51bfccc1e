"""SAC of Stable-Baselines3, and TQC of its contributors, on images as they are."""

from typing import Any, ClassVar

from sb3_contrib import TQC
from sb3_contrib.tqc import policies as tqc
from stable_baselines3 import SAC
from stable_baselines3.common.policies import ContinuousCritic
from stable_baselines3.sac import policies as sac

from autonomy.agents.recipes import SACRecipe
from autonomy.agents.stable_baselines.demonstrations import Demonstrated
from autonomy.agents.stable_baselines.hindsight import Patient
from autonomy.agents.stable_baselines.image_actor_critic import ImageActorCritics
from autonomy.agents.stable_baselines.maximum_entropy import MaximumEntropyLearner, arguments
from autonomy.agents.stable_baselines.untouched import UntouchedObservations
from autonomy.agents.vec_env import batched
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


class SACLearner(MaximumEntropyLearner[ImageSAC | ImageTQC]):
    """Soft actor-critic; see `autonomy.agents.learner.Learner`."""

    _algorithm: ClassVar[Any] = ImageSAC
    _networks: ClassVar[Any] = SACPolicy

    def __init__(self, envs: World, recipe: SACRecipe, seed: int, device: str) -> None:
        """Make it.

        Raises:
            InputError: The recipe asks for what the world has not.
        """
        given = {**arguments(envs, recipe), "tau": recipe.tau}
        model = self._algorithm(self._networks, batched(envs), **given, seed=seed, device=device)
        super().__init__(model, envs, recipe)


class TQCLearner(SACLearner):
    """Truncated quantile critics; see `autonomy.agents.learner.Learner`."""

    _algorithm = ImageTQC
    _networks = TQCPolicy
