"""Validation while training: episodes that are not trained on choose the policy that is kept."""

from collections.abc import Callable

from stable_baselines3.common.callbacks import BaseCallback

from autonomy.agents.network_policy import NetworkPolicy
from autonomy.evaluation import Evaluation, evaluate
from autonomy.world import World

VALIDATION_SEED = 0  # the same episodes every time, so that policies can be compared


class Validation(BaseCallback):
    """Evaluates the policy at intervals and at the end, saves each, and remembers the best.

    The best is the latest that is not clearly worse than the best before: a few episodes cannot
    tell good policies apart, and the one that has learned longer is the better guess.
    """

    def __init__(
        self,
        envs: World,
        episodes: int,
        interval: int,
        current: Callable[[], NetworkPolicy],
        save: Callable[[NetworkPolicy, int], None],
    ) -> None:
        """Prepare.

        Args:
            envs: The world of the validation split; it does not reset itself.
            episodes: How many episodes to evaluate on.
            interval: Environment steps between two validations.
            current: Copies the policy out of the learner.
            save: Takes each validated policy with its number of steps.
        """
        super().__init__()
        self._envs = envs
        self._episodes = episodes
        self._interval = interval
        self._current = current
        self._save = save
        self._last_steps = 0
        self.best: tuple[Evaluation, NetworkPolicy] | None = None

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        # the learner has just learned from all that it collected
        if self.num_timesteps - self._last_steps >= self._interval:
            self._validate()

    def _on_training_end(self) -> None:
        self._validate()

    def _validate(self) -> None:
        self._last_steps = self.num_timesteps
        policy = self._current()
        result = evaluate(self._envs, policy, self._episodes, VALIDATION_SEED)
        self.logger.record("validation/success_rate", result.success_rate)
        self.logger.record("validation/return", result.mean_return)
        for name, value in result.metrics.items():
            self.logger.record(f"validation/{name}", value)
        if self.best is None or not _is_clearly_worse(result, self.best[0]):
            self.best = (result, policy)
        self._save(policy, self.num_timesteps)


def _is_clearly_worse(one: Evaluation, other: Evaluation) -> bool:
    """Tell whether the 95 % intervals of their success rates lie apart."""
    return one.success_rate_ci95[1] < other.success_rate_ci95[0]
