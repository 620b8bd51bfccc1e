"""Validation while training: episodes that are not trained on choose the policy that is kept."""

from autonomy.agents.progress import Validation
from autonomy.agents.recipe import Recipe
from autonomy.evaluation import Evaluation, evaluate
from autonomy.policies.folder import SavablePolicy
from autonomy.world import World

VALIDATION_SEED = 0  # the same episodes every time, so that policies can be compared


class Validator:
    """Evaluates policies at intervals, and remembers how well the best one did.

    The best is the latest that is not clearly worse than the best before: a few episodes cannot
    tell good policies apart, and the one that has learned longer is the better guess.
    """

    def __init__(self, envs: World, recipe: Recipe) -> None:
        """Prepare to validate in a world of the validation split, which never resets itself."""
        self._envs = envs
        self._recipe = recipe
        self._last_steps = 0
        self._best: Evaluation | None = None

    def is_due(self, steps: int) -> bool:
        """Tell whether a validation is due after `steps` environment steps: at the end, one is."""
        passed = steps - self._last_steps
        return passed >= self._recipe.validation_interval or steps >= self._recipe.total_steps

    def validate(self, policy: SavablePolicy, steps: int) -> Validation:
        """Evaluate a policy that has learned for `steps` environment steps."""
        self._last_steps = steps
        episodes = self._recipe.validation_episodes
        result = evaluate(self._envs, policy, episodes, VALIDATION_SEED)
        is_best = self._best is None or not _is_clearly_worse(result, self._best)
        if is_best:
            self._best = result
        return Validation(policy, result, is_best)


def _is_clearly_worse(one: Evaluation, other: Evaluation) -> bool:
    """Tell whether the 95 % intervals of their success rates lie apart."""
    return one.success_rate_ci95[1] < other.success_rate_ci95[0]
