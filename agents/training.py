"""Training: a world, a recipe and a seed become a run folder with a policy in it."""

import copy
import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from rich.console import Console

from autonomy.agents.console import ProgressDisplay
from autonomy.agents.curves import Curves
from autonomy.agents.learner import Learner, make_learner
from autonomy.agents.preparation import conditions, prepare, refuse_existing
from autonomy.agents.progress import Progress, Validation
from autonomy.agents.recipe import Recipe
from autonomy.agents.validation import Validator
from autonomy.agents.watched import Watched
from autonomy.device import torch_device
from autonomy.errors import InputError
from autonomy.evaluation import Evaluation
from autonomy.files import make_folder, write_json
from autonomy.make import make_world
from autonomy.policies.folder import save_policy
from autonomy.world import World


@dataclass(frozen=True)
class Trained:
    """What came out of a training run."""

    run: Path
    """The run folder; the policy folder is `policy` inside it."""
    steps: int
    """Environment steps that were learned from."""
    seconds: float
    """Wall-clock time from making the worlds to the written policy."""
    validation: Evaluation
    """Of the policy that was kept."""


def train(
    env_id: str, recipe: Recipe, seed: int, run: Path, device: str, console: Console
) -> Trained:
    """Train a policy for `env_id` and leave it in the run folder `run`.

    Args:
        env_id: Gymnasium id of a registered world.
        recipe: How to learn; its class names the learner.
        seed: The same seed on the same machine gives the same weights.
        run: Folder to make.
        device: `auto`, `cpu` or `cuda`.
        console: Where the progress is shown.

    Raises:
        InputError: Something given cannot work; the run folder is not made then.
    """
    start = time.perf_counter()
    refuse_existing(run)
    rounds = training(env_id, recipe, seed, device)
    make_folder(run)
    write_json(run / "config.json", _config(env_id, recipe, seed, torch_device(device)))
    steps, best = 0, None
    with (
        closing(rounds),
        Curves(run / "curves", recipe.curve_interval) as curves,
        ProgressDisplay(recipe.total_steps, console) as display,
    ):
        for progress in rounds:
            curves.show(progress)
            display.show(progress)
            steps = progress.steps
            best = _saved(progress, run, env_id, recipe) or best
    assert best is not None, "training ends with a validation"
    save_policy(run / "policy", best.policy, env_id, recipe.env_options)
    return Trained(run, steps, time.perf_counter() - start, best.result)


def training(
    env_id: str, recipe: Recipe, seed: int = 0, device: str = "auto"
) -> Generator[Progress]:
    """Train in `env_id`, and yield after each round of collecting and learning how far it is.

    Nothing is written, and nothing is stepped before the first round is asked for.

    Args:
        env_id: Gymnasium id of a registered world.
        recipe: How to learn; its class names the learner.
        seed: The same seed on the same machine gives the same weights.
        device: `auto`, `cpu` or `cuda`.

    Raises:
        InputError: Something given cannot work; it is said here, not in the first round.
    """
    chosen = prepare(recipe, seed, device)
    with ExitStack() as opened:
        envs = opened.enter_context(closing(Watched(_training_world(env_id, recipe))))
        others = opened.enter_context(closing(_validation_world(env_id, recipe)))
        learner = make_learner(cast(World, envs), recipe, seed, chosen)
        return _rounds(learner, envs, Validator(others, recipe), recipe, opened.pop_all())


def _rounds(
    learner: Learner, envs: Watched, validator: Validator, recipe: Recipe, opened: ExitStack
) -> Generator[Progress]:
    with opened:
        while (before := envs.steps) < recipe.total_steps:
            learner.collect()
            if envs.steps == before:
                raise InputError(f"{type(learner).__name__}.collect must step its environments")
            learned = learner.update()
            yield Progress(
                envs.steps,
                _metrics(envs, learned),
                envs.take_episodes(),
                _validation(learner, validator, envs.steps),
            )


def _metrics(envs: Watched, learned: Any) -> dict[str, float]:
    rewards = {f"reward/{name}": value for name, value in envs.take_rewards().items()}
    return {**rewards, **{f"train/{name}": value for name, value in learned.items()}}


def _validation(learner: Learner, validator: Validator, steps: int) -> Validation | None:
    if not validator.is_due(steps):
        return None
    return validator.validate(copy.deepcopy(learner.policy), steps)


def _saved(progress: Progress, run: Path, env_id: str, recipe: Recipe) -> Validation | None:
    """Save a policy that was validated; return it if it is the one to keep."""
    validation = progress.validation
    if validation is None:
        return None
    folder = run / "checkpoints" / str(progress.steps)
    save_policy(folder, validation.policy, env_id, recipe.env_options)
    return validation if validation.is_best else None


def _training_world(env_id: str, recipe: Recipe) -> World:
    options = _options(recipe, "train")
    options["observations"] = recipe.observations + recipe.privileged
    options["autoreset_mode"] = AutoresetMode.SAME_STEP
    world = make_world(env_id, recipe.num_envs, **options)
    _check_actions(world.single_action_space)
    return world


def _validation_world(env_id: str, recipe: Recipe) -> World:
    num_envs = min(recipe.num_envs, recipe.validation_episodes)
    return make_world(env_id, num_envs, **_options(recipe, "validation"))


def _options(recipe: Recipe, split: str) -> dict[str, Any]:
    perceives = "perceived" in recipe.observations
    perception = {"perception": recipe.perception} if perceives else {}
    return {"split": split, **recipe.env_options, **perception, **recipe.world}


def _check_actions(space: spaces.Space[Any]) -> None:
    if not isinstance(space, spaces.Box) or (space.low != -1.0).any() or (space.high != 1.0).any():
        raise InputError(f"actions must be a Box from -1 to 1 to be learned, got {space}")


def _config(env_id: str, recipe: Recipe, seed: int, device: str) -> dict[str, Any]:
    return {
        "env_id": env_id,
        "algorithm": type(recipe).__name__,
        **conditions(recipe, seed, device),
    }
