"""Algorithms of Stable-Baselines3 that collect and learn when they are told to.

Their own `learn` does both in one call. What it does between the two stands here, so that a
training drives them like any learner.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.save_util import recursive_getattr
from stable_baselines3.common.type_aliases import TrainFreq
from torch import nn

from autonomy.agents.stable_baselines.replay_state import load_replay, replay_arrays
from autonomy.agents.stable_baselines.untouched import UntouchedImages
from autonomy.agents.state_arrays import (
    check_parts,
    copied,
    load_module,
    load_optimizer,
    load_random,
    load_space,
    module_arrays,
    optimizer_arrays,
    part,
    random_arrays,
    space_arrays,
    within,
)
from autonomy.agents.vec_env import BatchedVecEnv
from autonomy.world_state import State


class InTurns(UntouchedImages):
    """Part of an algorithm: it is driven in turns, and tells its state between them."""

    _callback: BaseCallback | None = None

    def prepare(self, total_steps: int) -> None:
        """Get ready to learn from `total_steps` environment steps; nothing is stepped yet."""
        self._planned_steps = total_steps
        self.set_logger(Logger(None, []))

    @abstractmethod
    def collect(self) -> None:
        """Collect as much as an update learns from."""

    @abstractmethod
    def update(self) -> None:
        """Learn from what was collected."""

    def take_metrics(self) -> Mapping[str, float]:
        """Return what was logged since the last time, by name."""
        logged = self.logger.name_to_value
        metrics = {name.removeprefix("train/"): float(value) for name, value in logged.items()}
        self.logger.dump()  # nowhere: it forgets
        return metrics

    def get_state(self) -> State:
        """Return, between turns, all that changes."""
        self._begun()
        steps = [self.num_timesteps, self._episode_num, self._n_updates]
        assert isinstance(self.env, BatchedVecEnv)
        assert isinstance(self._last_obs, dict)
        return {
            "steps": np.array(steps),
            "episode_starts": np.array(self._last_episode_starts),
            **within("observation", copied(self._last_obs)),
            **within("envs", self.env.get_counts()),
            **within("random", random_arrays(self.device.type)),
            **within("actions", space_arrays(self.action_space)),
            **self._learned(),
        }

    def set_state(self, state: State) -> None:
        """Go on from a state of the same algorithm.

        Raises:
            InputError: It lacks something, or is of another network.
        """
        check_parts(state, ("steps", "episode_starts", "observation", "envs", "random", "actions"))
        self._set_learned(state)
        self.num_timesteps, self._episode_num, self._n_updates = state["steps"].tolist()
        self._last_obs = copied(part("observation", state))
        self._last_episode_starts = state["episode_starts"].copy()
        assert isinstance(self.env, BatchedVecEnv)
        self.env.set_counts(part("envs", state))
        load_random(part("random", state), self.device.type)
        load_space(self.action_space, part("actions", state))

    def _begun(self) -> BaseCallback:
        """Begin: the world is reset, unless it goes on with a state."""
        if self._callback is None:
            left = self._planned_steps - self.num_timesteps
            self._callback = self._setup_learn(left, reset_num_timesteps=False)[1]
        return self._callback

    def _learned(self) -> State:
        names, tensors = self._get_torch_save_params()
        state: State = {}
        for name in names:
            own = recursive_getattr(self, name)
            is_module = isinstance(own, nn.Module)
            state |= within(name, module_arrays(own) if is_module else optimizer_arrays(own))
        for name in tensors:
            state[name] = recursive_getattr(self, name).detach().cpu().numpy().copy()
        return state

    def _set_learned(self, state: State) -> None:
        names, tensors = self._get_torch_save_params()
        check_parts(state, ("policy", *tensors))
        for name in names:
            own = recursive_getattr(self, name)
            load: Any = load_module if isinstance(own, nn.Module) else load_optimizer
            load(own, part(name, state))
        for name in tensors:
            with torch.no_grad():
                recursive_getattr(self, name).copy_(torch.from_numpy(state[name]))


class OnPolicyTurns(InTurns, OnPolicyAlgorithm):
    """Turns of an algorithm that learns from what it has just collected, and from that alone."""

    def collect(self) -> None:
        """Collect `n_steps` steps of each environment."""
        assert self.env is not None
        callback = self._begun()
        self.collect_rollouts(self.env, callback, self.rollout_buffer, self.n_steps)

    def update(self) -> None:
        """Learn from what was collected."""
        self._update_current_progress_remaining(self.num_timesteps, self._total_timesteps)
        self.train()


class OffPolicyTurns(InTurns, OffPolicyAlgorithm):
    """Turns of an algorithm that remembers what it has collected."""

    def collect(self) -> None:
        """Collect a step of each environment."""
        assert self.env is not None
        assert self.replay_buffer is not None
        callback = self._begun()
        self.collect_rollouts(
            self.env,
            callback,
            cast(TrainFreq, self.train_freq),
            self.replay_buffer,
            learning_starts=self.learning_starts,
        )

    def update(self) -> None:
        """Learn from what is remembered, if that is enough yet."""
        if self.num_timesteps > self.learning_starts:
            self.train(self.gradient_steps, self.batch_size)

    def _learned(self) -> State:
        return {**super()._learned(), **within("replay", replay_arrays(self.replay_buffer))}

    def _set_learned(self, state: State) -> None:
        check_parts(state, ("replay",))
        super()._set_learned(state)
        load_replay(self.replay_buffer, part("replay", state))
