"""A learner's state is whole: another learner goes on from it to the same last bit."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from goal_world import Point
from numpy.testing import assert_array_equal
from toy_recipes import RECIPES
from toy_world import Steer

from autonomy.agents.learner import make_learner
from autonomy.agents.recipe import Recipe
from autonomy.agents.recipes import CrossQRecipe, RecurrentPPORecipe, SACRecipe, TQCRecipe
from autonomy.errors import InputError

_SMALL: dict[str, Any] = {"num_envs": 8, "layers": (16,), "batch_size": 32}
_GOALS: dict[str, Any] = {
    **_SMALL,
    "observations": ("achieved_goal", "desired_goal"),
    "learning_starts": 64,
    "replay_size": 240,  # 30 rows, which are filled more than once
    "hindsight_goals": 4,
    "demonstrations": 12,
    "imitation_coefficient": 1.0,
}
CASES: dict[str, Recipe] = {
    "ppo": replace(RECIPES["ppo_privileged"], **_SMALL, n_steps=8),
    "recurrent_ppo": replace(RECIPES["recurrent_ppo_privileged"], **_SMALL, n_steps=8, lstm=8),
    "recurrent_ppo_numbers": RecurrentPPORecipe(
        **_SMALL, observations=("proprioception",), n_steps=8, lstm=8
    ),
    "sac": replace(RECIPES["sac_privileged"], **_SMALL, learning_starts=64, replay_size=240),
    "sac_goals": SACRecipe(**_GOALS),
    "tqc_goals": TQCRecipe(**_GOALS),
    "crossq": replace(RECIPES["crossq_privileged"], **_SMALL, learning_starts=64, replay_size=240),
    "crossq_goals": CrossQRecipe(**_GOALS, critic_layers=(24,)),
    "dagger": replace(RECIPES["dagger"], **_SMALL, privileged=("state",), replay_size=240),
}


def world_of(recipe: Recipe) -> Any:
    kind: Any = Point if "desired_goal" in recipe.observations else Steer
    return kind(recipe.num_envs, observations=recipe.observations + recipe.privileged)


def go_on(learner: Any, rounds: int) -> None:
    for _ in range(rounds):
        learner.collect()
        learner.update()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("rounds", [1, 40])
def test_another_learner_goes_on_from_a_state(name: str, rounds: int) -> None:
    recipe = CASES[name]
    rounds = min(rounds, 6) if "replay_size" not in vars(recipe) or name == "dagger" else rounds
    world = world_of(recipe)
    learner = make_learner(world, recipe, 0, "cpu")
    go_on(learner, rounds)
    told, same_world = learner.get_state(), deepcopy(world)
    state = deepcopy(told)
    go_on(learner, 5)
    expected = learner.get_state()
    for key, values in state.items():
        if "/" not in key or key.split("/")[0] not in ("replay", "data", "shown"):
            assert_array_equal(told[key], values, key)  # all but memories are copies

    torch.manual_seed(7)
    np.random.seed(7)
    other = make_learner(same_world, recipe, 5, "cpu")
    other.set_state(state)
    go_on(other, 5)
    found = other.get_state()
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert_array_equal(found[key], values, key)
    weights, others = learner.policy.tensors(), other.policy.tensors()
    assert all(torch.equal(values, others[key]) for key, values in weights.items())


@pytest.mark.parametrize("name", CASES)
def test_a_state_is_plain_arrays(name: str) -> None:
    learner = make_learner(world_of(CASES[name]), CASES[name], 0, "cpu")
    go_on(learner, 2)
    for key, values in learner.get_state().items():
        assert isinstance(values, np.ndarray), key
        assert values.dtype != np.object_, key


@pytest.mark.parametrize("name", CASES)
def test_a_state_that_lacks_something_or_is_of_another_network_is_refused(name: str) -> None:
    recipe = CASES[name]
    learner = make_learner(world_of(recipe), recipe, 0, "cpu")
    go_on(learner, 1)
    state = learner.get_state()
    lacking = {key: values for key, values in state.items() if not key.startswith("random/")}
    with pytest.raises(InputError, match="a learner's state must have random, got only"):
        learner.set_state(lacking)
    wider = make_learner(world_of(recipe), replace(recipe, layers=(24,)), 0, "cpu")
    with pytest.raises(InputError, match="the state is of another network"):
        wider.set_state(state)
