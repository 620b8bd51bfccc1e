"""Gymnasium's own wrappers and batches around the worlds, warnings being errors."""

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import wrappers
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import vector
from world_cases import LANE, SIZE, make

WORLDS = pytest.mark.parametrize("env_id", [LANE, "autonomy/ArmReach-v0"])
STEPS = 7  # longer than an episode
SHORT = {"image_size": SIZE, "max_episode_steps": 5}
ZERO, ONE = np.float32(0.0), np.float32(1.0)


def frames(env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:
    assert isinstance(env.observation_space, gym.spaces.Dict)
    return wrappers.TransformObservation(
        env, lambda seen: seen["camera"], env.observation_space["camera"]
    )


SINGLE: dict[str, Callable[[Any], Any]] = {
    "delay": lambda env: wrappers.DelayObservation(env, 2),
    "dtype": lambda env: wrappers.DtypeObservation(frames(env), np.float32),
    "filter": lambda env: wrappers.FilterObservation(env, ["camera"]),
    "flatten": wrappers.FlattenObservation,
    "stack of entries": lambda env: wrappers.FrameStackObservation(env, 3),
    "stack of frames": lambda env: wrappers.FrameStackObservation(frames(env), 3),
    "grey": lambda env: wrappers.GrayscaleObservation(frames(env)),
    "skip": lambda env: wrappers.MaxAndSkipObservation(frames(env), 2),
    "normalize": lambda env: wrappers.NormalizeObservation(wrappers.FlattenObservation(env)),
    "render": lambda env: wrappers.AddRenderObservation(env),
    "resize": lambda env: wrappers.ResizeObservation(frames(env), (20, 20)),
    "rescale": lambda env: wrappers.RescaleObservation(frames(env), ZERO, ONE),
    "time": wrappers.TimeAwareObservation,
    "clip actions": wrappers.ClipAction,
    "rescale actions": lambda env: wrappers.RescaleAction(env, ZERO, ONE),
    "sticky actions": lambda env: wrappers.StickyAction(env, 0.3),
    "discrete actions": lambda env: wrappers.DiscretizeAction(env, 3, multidiscrete=True),
    "clip rewards": lambda env: wrappers.ClipReward(env, -1.0, 1.0),
    "normalize rewards": wrappers.NormalizeReward,
    "time limit": lambda env: wrappers.TimeLimit(env, 3),
    "statistics": wrappers.RecordEpisodeStatistics,
    "checks": wrappers.PassiveEnvChecker,
    "film": wrappers.RenderCollection,
    "noise": lambda env: wrappers.AddWhiteNoise(env, 0.2),
}


@WORLDS
def test_single_environments_pass_every_wrapper(env_id: str) -> None:
    plain = gym.make(env_id, render_mode="rgb_array", **SHORT)
    for name, wrap in SINGLE.items():
        env = wrap(plain)
        env.action_space.seed(0)
        seen, _ = env.reset(seed=0)
        for _ in range(STEPS):
            assert env.observation_space.contains(seen), name
            seen, _, terminated, truncated, _ = env.step(env.action_space.sample())
            if terminated or truncated:
                seen, _ = env.reset()
    plain.close()


BATCH: dict[str, Callable[[Any], Any]] = {
    "clip actions": vector.ClipAction,
    "rescale actions": lambda envs: vector.RescaleAction(envs, ZERO, ONE),
    "clip rewards": lambda envs: vector.ClipReward(envs, -1.0, 1.0),
    "normalize rewards": vector.NormalizeReward,
    "statistics": vector.RecordEpisodeStatistics,
    "list of info": vector.DictInfoToList,
}
SEEING: dict[str, Callable[[Any], Any]] = {
    "filter": lambda envs: vector.FilterObservation(envs, ["camera"]),
    "normalize": lambda envs: vector.NormalizeObservation(vector.FlattenObservation(envs)),
}
"""Those that change observations, which refuse `SameStep`."""


@WORLDS
@pytest.mark.parametrize("mode", ["SameStep", "NextStep"])
def test_batches_pass_every_wrapper(env_id: str, mode: str) -> None:
    plain = make(env_id, 2, max_episode_steps=5, autoreset_mode=mode)
    refused = {} if mode == "NextStep" else SEEING
    taken = {**BATCH, **({} if refused else SEEING)}
    wrapped = [wrap(plain) for wrap in taken.values()]  # kept: a wrapper that goes may close
    for envs in wrapped:
        envs.action_space.seed(0)
        envs.reset(seed=0)
        for _ in range(STEPS):
            envs.step(envs.action_space.sample())
    for wrap in refused.values():
        with pytest.raises(ValueError, match=r"Expected .*autoreset_mode.* NEXT_STEP"):
            wrap(plain)
    plain.close()


def clean() -> gym.Env[Any, Any]:
    """As CleanRL's scripts make theirs for continuous actions."""
    env = wrappers.FlattenObservation(gym.make(LANE, **SHORT))
    env = wrappers.ClipAction(wrappers.RecordEpisodeStatistics(env))
    env = wrappers.NormalizeObservation(env)
    env = wrappers.TransformObservation(
        env, lambda seen: np.clip(seen, -10.0, 10.0), env.observation_space
    )
    env = wrappers.NormalizeReward(env, gamma=0.99)
    return wrappers.TransformReward(env, lambda reward: float(np.clip(reward, -10.0, 10.0)))


@pytest.mark.parametrize("kind", [SyncVectorEnv, AsyncVectorEnv])
def test_gymnasium_s_batches_of_single_environments_tell_how_episodes_ended(kind: Any) -> None:
    envs = kind([clean] * 2, autoreset_mode=AutoresetMode.SAME_STEP)
    envs.reset(seed=0)
    for _ in range(5):
        _, _, terminated, truncated, info = envs.step(np.zeros((2, 2), np.float32))
    assert (terminated | truncated).all()
    assert info["final_info"]["episode"]["l"].tolist() == [5, 5]
    envs.close()
