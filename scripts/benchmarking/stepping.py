"""Environments of every kind, stepped alike; only `step` (and its resets) is on the clock."""

import os
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.make import make_world
from autonomy.perception.samples import SampleSource
from autonomy.policy import Observation
from autonomy.scripts.benchmarking.contestants import Contestant
from autonomy.scripts.sample_sources import make_source

_DRAWN = 128  # batches of random actions, drawn beforehand and used in turn


@dataclass(frozen=True)
class Sample:
    """What one repetition took."""

    env_steps: int
    resets: int
    seconds: float
    cpu_seconds: float  # of all threads of the process


class Stepper(Protocol):
    """An environment, or a batch of them, with what drives it."""

    def reset(self) -> None:
        """Begin all episodes anew."""
        ...

    def decide(self) -> None:
        """Choose the next actions."""
        ...

    def step(self) -> int:
        """Take the chosen actions, begin anew what ended, and return how many did."""
        ...


def make_stepper(contestant: Contestant, seed: int) -> Stepper:
    """Make a contestant's environments, seed them and begin their episodes.

    Raises:
        InputError: One of our worlds refuses its options.
    """
    if contestant.peer:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # else pygame looks for a display
        os.environ.setdefault("MUJOCO_GL", "egl")  # and MuJoCo
        warnings.simplefilter("ignore")  # of the peers' own
    makers: dict[str, Callable[[Contestant, int], Stepper]] = {
        "world": _world,
        "gymnasium": _single,
        "vectors": _single,
        "rendered": _rendered,
        "envpool": _envpool,
        "frames": _frames,
        "tiny": _tiny,
        "labels": _labels,
    }
    return makers[contestant.kind](contestant, seed)


def run_for(stepper: Stepper, num_envs: int, seconds: float) -> Sample:
    """Step until the clock has counted `seconds` [s]."""
    steps = resets = 0
    wall = cpu = 0.0
    while wall < seconds:
        stepper.decide()
        wall_before, cpu_before = time.perf_counter(), time.process_time()
        resets += stepper.step()
        cpu += time.process_time() - cpu_before
        wall += time.perf_counter() - wall_before
        steps += num_envs
    return Sample(steps, resets, wall, cpu)


class _Batch:
    def __init__(self, batch: Any, choose: Callable[[Observation], Any], seed: int | None) -> None:
        self._envs, self._choose = batch, choose
        self._observation = batch.reset(seed=seed)[0] if seed is not None else batch.reset()[0]
        self.decide()

    def reset(self) -> None:
        self._observation = self._envs.reset()[0]

    def decide(self) -> None:
        self._actions = self._choose(self._observation)

    def step(self) -> int:
        self._observation, _, terminated, truncated, _ = self._envs.step(self._actions)
        return int(np.count_nonzero(terminated | truncated))


class _Single:
    def __init__(self, env: gym.Env[Any, Any], actions: Iterator[Any], seed: int) -> None:
        self._env, self._drawn = env, actions
        env.reset(seed=seed)
        self.decide()

    def reset(self) -> None:
        self._env.reset()

    def decide(self) -> None:
        self._action = next(self._drawn)

    def step(self) -> int:
        _, _, terminated, truncated, _ = self._env.step(self._action)
        if not (terminated or truncated):
            return 0
        self._env.reset()
        return 1


class _Rendered(_Single):
    def step(self) -> int:
        ended = super().step()
        self._env.render()
        return ended


class _Labels:
    """Frames at new poses, with segments, boxes and quantities."""

    def __init__(self, source: SampleSource, count: int) -> None:
        self._source, self._count, self._batch = source, count, 0
        self.reset()

    def reset(self) -> None:
        self.decide()
        self.step()

    def decide(self) -> None:
        self._batch += 1

    def step(self) -> int:
        self._source.draw(self._batch, self._count, ("segments", "boxes", "quantities"))
        return 0


def _world(contestant: Contestant, seed: int) -> Stepper:
    world = make_world(
        contestant.env_id,
        contestant.num_envs,
        autoreset_mode=AutoresetMode.SAME_STEP,
        **contestant.options,
    )
    if contestant.actions == "expert":
        return _Batch(world, world.expert().act, seed)
    actions = _random_actions(world.single_action_space, (contestant.num_envs,), seed)
    return _Batch(world, lambda _: next(actions), seed)


def _single(contestant: Contestant, seed: int) -> Stepper:
    env: gym.Env[Any, Any] = gym.make(contestant.env_id, **contestant.options)
    return _Single(env, _random_actions(env.action_space, (), seed), seed)


def _rendered(contestant: Contestant, seed: int) -> Stepper:
    env: gym.Env[Any, Any] = gym.make(contestant.env_id, **contestant.options)
    return _Rendered(env, _random_actions(env.action_space, (), seed), seed)


def _envpool(contestant: Contestant, seed: int) -> Stepper:
    import envpool  # pyright: ignore[reportMissingImports] - only where the extra is installed

    batch = envpool.make_gymnasium(
        contestant.env_id, num_envs=contestant.num_envs, seed=seed, **contestant.options
    )
    actions = _random_actions(batch.action_space, (contestant.num_envs,), seed)
    return _Batch(batch, lambda _: next(actions), None)  # seeded when it was made


def _frames(contestant: Contestant, seed: int) -> Stepper:
    from autonomy.scripts.benchmarking.arm_frames import (
        OurFrames,  # needs PyBullet, as the arm worlds do
    )

    return OurFrames(contestant.num_envs, **contestant.options, seed=seed)


def _tiny(contestant: Contestant, seed: int) -> Stepper:
    from autonomy.scripts.benchmarking.arm_frames import TinyFrames  # likewise

    return TinyFrames(**contestant.options, seed=seed)


def _labels(contestant: Contestant, seed: int) -> Stepper:
    return _Labels(make_source(**contestant.options, seed=seed), contestant.num_envs)


def _random_actions(
    space: spaces.Space[Any], batch: tuple[int, ...], seed: int
) -> Iterator[NDArray[np.float32]]:
    assert isinstance(space, spaces.Box)
    random = np.random.default_rng(seed)
    drawn = random.uniform(space.low, space.high, (_DRAWN, *batch, *space.low.shape))
    return cycle(drawn.astype(np.float32))
