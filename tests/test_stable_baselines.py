"""Worlds given to Stable-Baselines3 as its own documents say."""

from typing import Any

import gymnasium as gym
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from world_cases import LANE, make

from autonomy.agents import BatchedVecEnv
from autonomy.errors import InputError

SHORT = {"route_length": 50.0, "image_size": (40, 40)}


def learned(envs: Any) -> BaseAlgorithm:
    return PPO("MultiInputPolicy", envs, n_steps=8, batch_size=8, n_epochs=1).learn(16)


def test_a_single_environment_is_learned_in() -> None:
    assert learned(gym.make(LANE, **SHORT)).num_timesteps == 16


def test_a_batch_is_learned_in_behind_the_bridge() -> None:
    model = learned(BatchedVecEnv(gym.make_vec(LANE, 2, **SHORT)))
    assert (model.num_timesteps, model.n_envs) == (16, 2)


def test_a_bare_batch_is_refused_with_what_to_use() -> None:
    """In the words of Stable-Baselines3, which says what it was given."""
    with pytest.raises(ValueError, match=r"takes as autonomy\.agents\.BatchedVecEnv\(envs\)"):
        learned(gym.make_vec(LANE, 2, **SHORT))


@pytest.mark.parametrize("mode", ["NextStep", "Disabled"])
def test_the_bridge_takes_no_other_way_to_begin_anew(mode: str) -> None:
    with pytest.raises(InputError, match="training needs the autoreset mode SAME_STEP, got"):
        BatchedVecEnv(make(LANE, 2, autoreset_mode=mode))
