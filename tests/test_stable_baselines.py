"""Worlds given to Stable-Baselines3 as its own documents say."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecExtractDictObs, VecFrameStack, VecNormalize
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


REACH = "autonomy/ArmReach-v0"


def bridge(env_id: str = LANE, **options: Any) -> BatchedVecEnv:
    return BatchedVecEnv(make(env_id, 2, **options))


def test_episodes_are_counted_as_by_a_monitor() -> None:
    """Stable-Baselines3 warns where nobody counts them, and warnings are errors."""
    envs = bridge(max_episode_steps=5, observations=("state",))
    model = PPO("MultiInputPolicy", envs, n_steps=8, batch_size=8)
    returns, lengths = evaluate_policy(model, envs, 3, return_episode_rewards=True)
    assert len(returns) == 3
    assert max(lengths) <= 5


def test_wrappers_of_stable_baselines_go_around_the_bridge() -> None:
    frames = VecFrameStack(VecExtractDictObs(bridge(max_episode_steps=5), "camera"), 2)
    assert frames.reset().shape == (2, 24, 32, 6)
    scaled = VecNormalize(bridge(max_episode_steps=5, observations=("state",)))
    scaled.reset()
    for envs in (frames, scaled):
        for _ in range(6):  # longer than an episode
            infos = envs.step(np.zeros((2, 2), np.float32))[3]
        envs.close()
    assert len(infos) == 2


def test_pictures_are_tiled() -> None:
    envs = bridge(render_mode="rgb_array")
    envs.reset()
    picture = envs.render()
    np.testing.assert_array_equal(picture, np.concatenate(envs.envs.render()))


def test_options_reach_the_next_reset_and_no_other() -> None:
    envs = bridge(REACH)
    goal = np.array([0.1, -0.2, 0.3], np.float32)
    envs.set_options({"goal": goal})
    np.testing.assert_allclose(envs.reset()["desired_goal"], [goal, goal], atol=1e-6)
    assert np.abs(envs.reset()["desired_goal"] - goal).max() > 0.01
    with pytest.raises(InputError, match="reset with one dict of options, got a list"):
        envs.set_options([{}, {}])


def test_what_wrappers_hide_is_found() -> None:
    envs = BatchedVecEnv(RecordEpisodeStatistics(make(REACH, 2)))
    goals = np.zeros((3, 3))
    (rewards, *_) = envs.env_method("compute_reward", goals, goals, {}, indices=[0])
    assert rewards.shape == (3,)


def test_gymnasium_s_own_batches_pass_the_bridge_too() -> None:
    singles = [lambda: gym.make(LANE, max_episode_steps=3, **SHORT)] * 2
    envs = BatchedVecEnv(SyncVectorEnv(singles, autoreset_mode=AutoresetMode.SAME_STEP))
    envs.reset()
    for _ in range(3):
        _, _, ended, infos = envs.step(np.zeros((2, 2), np.float32))
    assert ended.all()
    assert [info["episode"]["l"] for info in infos] == [3, 3]
    assert infos[0]["is_success"] is False
    assert infos[0]["terminal_observation"]["camera"].shape == (40, 40, 3)
