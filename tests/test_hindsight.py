"""Learning goals by hindsight: what it needs, and when it begins."""

from dataclasses import replace
from pathlib import Path

import pytest
from gymnasium.vector import AutoresetMode
from rich.console import Console

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.agents.recipes import SACRecipe
from autonomy.agents.run_folder import train
from autonomy.agents.stable_baselines.sac import SACLearner
from autonomy.agents.tuned_recipes import RECIPES
from autonomy.errors import InputError
from autonomy.make import make_world

REACH = "autonomy/ArmReach-v0"
RECIPE = RECIPES[REACH, "sac"]
assert isinstance(RECIPE, SACRecipe)


def test_hindsight_without_goals_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    recipe = replace(RECIPE, num_envs=1, observations=("proprioception", "desired_goal"))
    message = "needs achieved_goal among the observations, got desired_goal, proprioception"
    with pytest.raises(InputError, match=message):
        train(REACH, recipe, 0, tmp_path / "run", "cpu", Console(quiet=True))
    assert not (tmp_path / "run").exists()


def test_hindsight_waits_for_the_first_complete_episode() -> None:
    world = make_world(
        REACH,
        2,
        autoreset_mode=AutoresetMode.SAME_STEP,
        observations=RECIPE.observations,
        max_episode_steps=10,
    )
    recipe = replace(RECIPE, num_envs=2, learning_starts=0, gradient_steps=1, batch_size=8)
    learner = SACLearner(world, recipe, 0, "cpu")
    updates: list[int] = []
    for _ in range(11):
        learner.collect()
        learner.update()
        updates.append(learner.model._n_updates)
    assert updates[8:] == [0, 1, 2]  # after nine, ten and eleven steps of each
    world.close()
