"""The smallest complete world: keep a bright column in the middle of a 16 x 16 picture."""

import json
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from autonomy.policy import Observation
from autonomy.world import Info, Trace
from autonomy.world_state import State

TOY_ID = "toy/Steer-v0"

STEER = 0.2  # offset moved by a full action in one step
DRIFT = 0.08  # largest offset moved by the wind in one step
CENTRED = 0.15  # offset below which the column counts as held
HOLD_STEPS = 8  # steps in a row that make a success


def register_toy() -> None:
    """Register `toy/Steer-v0` with Gymnasium, once."""
    if TOY_ID not in gym.registry:
        gym.register(TOY_ID, vector_entry_point=Steer, max_episode_steps=24)


class Steer(VectorEnv[Observation, NDArray[np.float32], NDArray[Any]]):
    """A wind moves a column sideways; the action moves it back.

    Success: the column is held in the middle for eight steps. Terminated: `held` or `left`;
    truncated: `time_limit`. The offset is in [-1, 1], left edge to right edge.
    """

    def __init__(
        self,
        num_envs: int,
        *,
        observations: Sequence[str] = ("camera", "proprioception"),
        image_size: tuple[int, int] = (16, 16),
        split: str = "train",
        max_episode_steps: int = 24,
        autoreset_mode: AutoresetMode = AutoresetMode.SAME_STEP,
        render_mode: str | None = None,
    ) -> None:
        height, width = image_size
        every_space: dict[str, spaces.Space[Any]] = {
            "camera": spaces.Box(0, 255, (height, width, 3), np.uint8),
            "proprioception": spaces.Box(-1.0, 1.0, (1,), np.float32),
            "state": spaces.Box(-2.0, 2.0, (2,), np.float32),
        }
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.metadata = {
            "autoreset_mode": autoreset_mode,
            "render_modes": ["rgb_array"],
            "render_fps": 10,
        }
        self.single_observation_space = spaces.Dict(
            {name: every_space[name] for name in observations}
        )
        self.single_action_space = spaces.Box(-1.0, 1.0, (1,), np.float32)
        self.observation_space = gym.vector.utils.batch_space(
            self.single_observation_space, num_envs
        )
        self.action_space = gym.vector.utils.batch_space(self.single_action_space, num_envs)
        self._names = tuple(observations)
        self._width, self._height = width, height
        self._max_steps = max_episode_steps
        self._split_key = ("train", "validation", "test").index(split)
        self._randoms = [np.random.default_rng() for _ in range(num_envs)]
        self.offset = np.zeros(num_envs)  # (N,) in [-1, 1]
        self.drift = np.zeros(num_envs)  # (N,) offset per step
        self._last_action = np.zeros(num_envs)  # (N,) in [-1, 1]
        self._held = np.zeros(num_envs, np.int64)  # (N,) steps in a row in the middle
        self._steps = np.zeros(num_envs, np.int64)  # (N,) of the episode

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, Info]:
        """Begin episodes, in all environments or where `options["reset_mask"]` is true."""
        seeds = (
            [None if seed is None else seed + i for i in range(self.num_envs)]
            if not isinstance(seed, list)
            else seed
        )
        mask = (options or {}).get("reset_mask", np.ones(self.num_envs, bool))
        for i in np.flatnonzero(mask):
            if seeds[i] is not None:
                self._randoms[i] = np.random.default_rng([seeds[i], self._split_key])
        self._begin(mask)
        nothing = np.zeros(self.num_envs)
        return self._observe(), self._info(nothing, nothing > 0, np.full(self.num_envs, ""))

    def step(
        self, actions: NDArray[np.float32]
    ) -> tuple[Observation, NDArray[Any], NDArray[Any], NDArray[Any], Info]:
        """Move the columns by wind and action."""
        action = np.clip(actions[:, 0], -1.0, 1.0).astype(np.float64)
        self.offset = self.offset + STEER * action + self.drift
        self._last_action = action
        self._steps += 1
        self._held = np.where(np.abs(self.offset) < CENTRED, self._held + 1, 0)

        left = np.abs(self.offset) > 1.0
        self.offset = np.clip(self.offset, -1.0, 1.0)
        success = self._held >= HOLD_STEPS
        terminated = left | success
        truncated = (self._steps >= self._max_steps) & ~terminated
        ended = terminated | truncated
        reason = np.select([left, success, truncated], ["left", "held", "time_limit"], "")
        info = self._info(left * -1.0, success, reason)
        reward = info["reward_terms"]["offset"] + 10.0 * info["reward_terms"]["left"]
        observation = self._observe()
        if self.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP and ended.any():
            final = np.empty(self.num_envs, np.object_)
            for i in np.flatnonzero(ended):
                final[i] = {name: values[i] for name, values in observation.items()}
            info |= {"final_obs": final, "_final_obs": ended}
            self._begin(ended)
            observation = self._observe()
        return observation, reward, terminated, truncated, info

    def render(self) -> tuple[NDArray[np.uint8], ...]:
        """Return one `(128, 128, 3)` picture per environment."""
        return tuple(np.kron(_columns(self.offset, 16, 16), np.ones((1, 8, 8, 1), np.uint8)))

    def overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return one `(32, 32, 3)` picture per environment."""
        return tuple(_columns(self.offset, 32, 32))

    def expert(self) -> "SteerExpert":
        """Return the policy that steers against offset and wind."""
        return SteerExpert(self)

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Return the root mean square of the offset over all steps."""
        offset = np.concatenate([episode["offset"] for episode in episodes])
        return {"offset_rms": float(np.sqrt(np.mean(offset**2)))}

    def get_state(self) -> State:
        """Return all that changes."""
        randoms = [json.dumps(own.bit_generator.state) for own in self._randoms]
        arrays = {name: values.copy() for name, values in self._arrays().items()}
        return {**arrays, "randoms": np.array(randoms)}

    def set_state(self, state: State) -> None:
        """Go on from a state."""
        for own, saved in zip(self._randoms, state["randoms"].tolist(), strict=True):
            own.bit_generator.state = json.loads(saved)
        for name, values in self._arrays().items():
            values[:] = state[name]

    def _arrays(self) -> State:
        return {
            "offset": self.offset,
            "drift": self.drift,
            "last_action": self._last_action,
            "held": self._held,
            "steps": self._steps,
        }

    def _begin(self, mask: NDArray[np.bool_]) -> None:
        for i in np.flatnonzero(mask):
            self.offset[i] = self._randoms[i].choice([-1, 1]) * self._randoms[i].uniform(0.4, 0.8)
            self.drift[i] = self._randoms[i].uniform(-DRIFT, DRIFT)
        self._last_action[mask] = 0.0
        self._held[mask] = 0
        self._steps[mask] = 0

    def _observe(self) -> Observation:
        readings = {
            "proprioception": lambda: self._last_action[:, None].astype(np.float32),
            "state": lambda: np.stack([self.offset, self.drift], axis=1).astype(np.float32),
            "camera": lambda: _columns(self.offset, self._height, self._width),
        }
        return {name: readings[name]() for name in self._names}

    def _info(
        self, left: NDArray[Any], success: NDArray[np.bool_], reason: NDArray[np.str_]
    ) -> Info:
        return {
            "success": success,
            "episode_end": reason,
            "reward_terms": {"offset": -np.abs(self.offset), "left": left},
            "measurements": {"offset": self.offset.astype(np.float32)},
        }


class SteerExpert:
    """Steers against the true offset and wind."""

    def __init__(self, world: Steer) -> None:
        self._world = world

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Do nothing: the expert remembers nothing."""

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return actions `(N, 1)`."""
        action = -(self._world.offset + self._world.drift) / STEER
        return np.clip(action, -1.0, 1.0)[:, None].astype(np.float32)


def _columns(offset: NDArray[np.float64], height: int, width: int) -> NDArray[np.uint8]:
    """Draw `(N, height, width, 3)`: a soft bright column over a dark ground."""
    centre = (offset[:, None] + 1.0) / 2.0 * (width - 1)
    brightness = np.exp(-(((np.arange(width) - centre) / (0.08 * width)) ** 2))
    row = (40 + 200 * brightness).astype(np.uint8)
    return np.ascontiguousarray(
        np.broadcast_to(row[:, None, :, None], (len(offset), height, width, 3))
    )
