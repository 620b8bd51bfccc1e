"""Rollouts: the one loop in which a policy lives in a world."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.actions import checked_actions
from autonomy.errors import InputError
from autonomy.policy import Observation, Policy
from autonomy.seed import checked_seed
from autonomy.world import Info, World

IDLE = -1
"""Stands in `Step.seed` where an environment lives no episode of the rollout."""


@dataclass(frozen=True)
class Step:
    """One control step of all N environments. Each array is `(N, ...)`."""

    seed: NDArray[np.int64]  # (N,) which episode it belongs to, or IDLE: to be ignored
    observation: Observation  # what the policy saw
    action: NDArray[np.float32]  # (N, A) what it did
    reward: NDArray[np.float64]  # (N,)
    next_observation: Observation  # what came of it, the last frame of an episode included
    terminated: NDArray[np.bool_]  # (N,)
    truncated: NDArray[np.bool_]  # (N,)
    info: Info

    @property
    def ended(self) -> NDArray[np.bool_]:
        """`(N,)`: the episodes of the rollout that ended with this step."""
        return (self.terminated | self.truncated) & (self.seed != IDLE)


def rollout(envs: World, policy: Policy, seeds: Iterable[int]) -> Iterator[Step]:
    """Live one episode per seed, each to its end, and yield the steps of all environments.

    An episode is the life of an environment that was reset with exactly its seed, so it is the
    same in a batch of any size. An environment whose episode ended takes the next seed.
    `seeds` may be endless.

    Raises:
        InputError: If the world resets itself, a seed cannot be, or the policy's actions cannot be
            used.
    """
    _refuse_autoreset(envs)
    waiting = iter(seeds)
    seed = np.full(envs.num_envs, IDLE)
    observation: Observation = {}
    begins = np.ones(envs.num_envs, np.bool_)
    while True:
        seed[begins] = [_checked(next(waiting, IDLE)) for _ in range(begins.sum())]
        if (seed == IDLE).all():
            return
        if begins.any():
            observation = _begin(envs, seed, begins)
            policy.reset(begins)
        action = checked_actions(policy.act(observation), envs.num_envs, envs.single_action_space)
        next_observation, reward, terminated, truncated, info = envs.step(action)
        yield Step(
            seed.copy(), observation, action, reward, next_observation, terminated, truncated, info
        )
        observation = next_observation
        begins = terminated | truncated


def _checked(seed: int) -> int:
    return seed if seed == IDLE else checked_seed(seed)


def _begin(envs: World, seed: NDArray[np.int64], begins: NDArray[np.bool_]) -> Observation:
    seeds = [
        int(own) if begin and own != IDLE else None for own, begin in zip(seed, begins, strict=True)
    ]
    observation, _ = envs.reset(seed=seeds, options={"reset_mask": begins})
    return observation


def _refuse_autoreset(envs: World) -> None:
    mode = envs.metadata.get("autoreset_mode")
    if mode is not AutoresetMode.DISABLED:
        raise InputError(
            f"a rollout resets the world itself, so autoreset_mode must be DISABLED, got {mode}"
        )
