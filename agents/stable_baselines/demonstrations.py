"""What an expert shows an off-policy learner: episodes to remember, and actions to imitate."""

import random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.noise import ActionNoise
from torch import Tensor, nn

from autonomy.agents.stable_baselines.turns import OffPolicyTurns
from autonomy.agents.state_arrays import check_parts, part, within
from autonomy.agents.vec_env import BatchedVecEnv
from autonomy.doing import doing
from autonomy.policy import Observation, Policy
from autonomy.world_state import State


class Demonstrated(OffPolicyTurns):
    """Part of an algorithm with an actor: in the first episodes an expert may act in its stead."""

    actor: Any
    critic: Any
    policy: Any
    _expert: Policy | None = None
    _demonstrations = 0

    def watch(self, expert: Policy, episodes: int, imitation: float) -> None:
        """Let an expert act until so many episodes have ended, and the actor imitate it.

        The loss of imitation, of weight `imitation`, is the squared distance between the actor's
        and the expert's actions in what the expert saw (Nair et al., "Overcoming exploration in
        reinforcement learning with demonstrations", 2018). Stable-Baselines3 computes its own loss
        out of our reach, so the gradients meet where the optimizer takes them.
        """
        self._expert, self._demonstrations = expert, episodes
        self._shown: list[tuple[Observation, NDArray[np.float32]]] = []
        self._random = random.Random(self.seed)

        def imitate(_optimizer: torch.optim.Optimizer, _args: object, _kwargs: object) -> None:
            observations, actions = self._sample_shown()
            loss = nn.functional.mse_loss(self.actor(observations, deterministic=True), actions)
            self.logger.record_mean("train/imitation_loss", loss.item())
            (imitation * loss).backward()

        if imitation:
            self.actor.optimizer.register_step_pre_hook(imitate)

    def collect(self) -> None:
        """Collect a step of each environment."""
        with doing("learning" if self._acting_expert is None else "demonstrations"):
            super().collect()

    @property
    def _acting_expert(self) -> Policy | None:
        return self._expert if self._episode_num < self._demonstrations else None

    def _sample_action(
        self, learning_starts: int, action_noise: ActionNoise | None = None, n_envs: int = 1
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        expert = self._acting_expert
        if expert is None:
            return super()._sample_action(learning_starts, action_noise, n_envs)
        assert isinstance(self.env, BatchedVecEnv)
        assert isinstance(self._last_obs, dict)
        expert.reset(self.env.begins)
        action = expert.act(self._last_obs)
        self._shown.append((self._last_obs, action))
        return action, action

    def _sample_shown(self) -> tuple[dict[str, Tensor], Tensor]:
        """Draw a batch of what the expert saw and did."""
        steps = self._random.choices(self._shown, k=max(self.batch_size // self.n_envs, 1))
        observations = {
            name: self._joined([seen[name] for seen, _ in steps]) for name in steps[0][0]
        }
        return observations, self._joined([action for _, action in steps])

    def _joined(self, batches: list[NDArray[Any]]) -> Tensor:
        return torch.from_numpy(np.concatenate(batches)).to(self.device)

    def _learned(self) -> State:
        state = super()._learned()
        if self._expert is None:
            return state
        names = self._shown[0][0] if self._shown else ()
        seen = {name: np.stack([seen[name] for seen, _ in self._shown]) for name in names}
        actions = np.array([action for _, action in self._shown])
        version, numbers, _ = self._random.getstate()
        draws = np.array([version, *numbers], np.int64)
        return {**state, "draws": draws, "shown_actions": actions, **within("shown", seen)}

    def _set_learned(self, state: State) -> None:
        super()._set_learned(state)
        if self._expert is None:
            return
        check_parts(state, ("draws", "shown_actions"))
        seen = part("shown", state)
        self._shown = [
            ({name: values[k].copy() for name, values in seen.items()}, action.copy())
            for k, action in enumerate(state["shown_actions"])
        ]
        version, *numbers = state["draws"].tolist()
        self._random.setstate((version, tuple(numbers), None))
