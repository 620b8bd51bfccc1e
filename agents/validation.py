"""Validation while training: episodes that are not trained on choose the policy that is kept."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from autonomy.agents.progress import Validation
from autonomy.agents.recipe import Recipe
from autonomy.agents.state_arrays import array_of, value_of
from autonomy.evaluation import Evaluation, evaluate
from autonomy.policies.folder import SavablePolicy
from autonomy.reporting.witness import Witness
from autonomy.world import World
from autonomy.world_state import State

VALIDATION_SEED = 0  # the same episodes every time, so that policies can be compared


@dataclass(frozen=True)
class Best:
    """The policy to keep: how many environment steps it had learned from, and how well it did."""

    steps: int
    result: Evaluation


class Validator:
    """Evaluates policies at intervals, and remembers how well the best one did.

    The best is the latest that is not clearly worse than the best before: a few episodes cannot
    tell good policies apart, and the one that has learned longer is the better guess.
    """

    def __init__(self, envs: World, recipe: Recipe) -> None:
        """Prepare to validate in a world of the validation split, which never resets itself."""
        self._envs = Witness(envs)
        self._recipe = recipe
        self._last_steps = 0
        self.best: Best | None = None

    def is_due(self, steps: int) -> bool:
        """Tell whether a validation is due after `steps` environment steps: at the end, one is."""
        passed = steps - self._last_steps
        return passed >= self._recipe.validation_interval or steps >= self._recipe.total_steps

    def validate(self, policy: SavablePolicy, steps: int) -> Validation:
        """Evaluate a policy that has learned for `steps` environment steps."""
        self._last_steps = steps
        episodes = self._recipe.validation_episodes
        watched = self._envs
        result = evaluate(watched, policy, episodes, VALIDATION_SEED, watched.attend)
        is_best = self.best is None or not _is_clearly_worse(result, self.best.result)
        if is_best:
            self.best = Best(steps, result)
        seen = watched.take(VALIDATION_SEED, result.episodes)
        return Validation(policy, result, is_best, seen)

    def get_state(self) -> State:
        """Return what is remembered."""
        best = None if self.best is None else asdict(self.best)
        return {"history": array_of({"last_steps": self._last_steps, "best": best})}

    def set_state(self, state: State) -> None:
        """Remember what `get_state` returned."""
        history = value_of(state["history"])
        self._last_steps, best = history["last_steps"], history["best"]
        self.best = None if best is None else Best(best["steps"], _evaluation(best["result"]))


def _is_clearly_worse(one: Evaluation, other: Evaluation) -> bool:
    """Tell whether the 95 % intervals of their success rates lie apart."""
    return one.success_rate_ci95[1] < other.success_rate_ci95[0]


def _evaluation(saved: dict[str, Any]) -> Evaluation:
    interval: Any = tuple(saved["success_rate_ci95"])
    return replace(Evaluation(**saved), success_rate_ci95=interval)
