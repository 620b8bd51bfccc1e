"""The smallest world with goals: bring a point to a place in a square; the reward is sparse."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.batched_world import BatchedWorld, Choices, Outcome
from autonomy.errors import InputError
from autonomy.policy import Observation
from autonomy.world import Info, Trace
from autonomy.world_state import State

GOAL_ID = "toy/Point-v0"
STEP = 0.3  # moved by a full action in one step
NEAR = 0.2  # distance from the goal that is near enough
MAX_STEPS = 10


def register_goal_world() -> None:
    """Register `toy/Point-v0` with Gymnasium, once."""
    if GOAL_ID not in gym.registry:
        gym.register(GOAL_ID, vector_entry_point=Point)


class Point(BatchedWorld):
    """N points in [-1, 1]²; actions move them. The reward is -1 until they are near their goals."""

    def __init__(
        self,
        num_envs: int,
        render_mode: str | None = None,
        autoreset_mode: AutoresetMode = AutoresetMode.SAME_STEP,
        *,
        observations: Sequence[str] = ("achieved_goal", "desired_goal"),
        image_size: tuple[int, int] = (16, 16),
        split: str = "train",
        teaches: bool = True,
    ) -> None:
        square = spaces.Box(-1.0, 1.0, (2,), np.float32)
        super().__init__(
            num_envs,
            render_mode,
            autoreset_mode,
            spaces.Dict(dict.fromkeys(observations, square)),
            square,
            render_fps=10,
        )
        self._stream = {"train": "scene", "validation": "body", "test": "task"}[split]
        self._teaches = teaches
        self.place, self.goal = np.zeros((num_envs, 2)), np.zeros((num_envs, 2))
        self._elapsed = np.zeros(num_envs, np.int64)

    def expert(self) -> "PointExpert":
        """Return the policy that goes straight to the goal."""
        if not self._teaches:
            raise InputError("this point has no expert")
        return PointExpert(self)

    def compute_reward(self, achieved: NDArray[Any], desired: NDArray[Any], info: Any) -> Any:
        """Return rewards `(...)` of places `(..., 2)`."""
        return -(np.linalg.norm(achieved - desired, axis=-1) >= NEAR).astype(np.float64)

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Return the mean of the last distances."""
        return {"distance": float(np.mean([episode["distance"][-1] for episode in episodes]))}

    _kind = "Point"

    def _arrays(self) -> State:
        return {"place": self.place, "goal": self.goal, "elapsed": self._elapsed}

    def _restore(self, state: State) -> None:
        pass

    def _pictures(self) -> tuple[NDArray[np.uint8], ...]:
        return tuple(np.zeros((self.num_envs, 16, 16, 3), np.uint8))

    _overview = _pictures

    def _begin(self, rows: NDArray[np.intp], choices: Choices) -> None:
        numbers = 2.0 * self.streams.uniform(rows, self._stream, 4) - 1.0
        self.place[rows], self.goal[rows] = numbers[:, :2], numbers[:, 2:]
        self._elapsed[rows] = 0

    def _advance(self, actions: NDArray[np.float32]) -> Outcome:
        self.place = np.clip(self.place + STEP * np.clip(actions, -1.0, 1.0), -1.0, 1.0)
        self._elapsed += 1
        reward = self.compute_reward(self.place, self.goal, None)
        success = reward == 0.0
        truncated = (self._elapsed >= MAX_STEPS) & ~success
        info: Info = {
            "success": success,
            "episode_end": np.select([success, truncated], ["near", "time_limit"], ""),
            "reward_terms": {"goal": reward},
            "measurements": {
                "distance": np.linalg.norm(self.place - self.goal, axis=1).astype(np.float32)
            },
        }
        return Outcome(reward, success, truncated, info)

    def _observe(self, rows: NDArray[np.intp]) -> Observation:
        values = {"achieved_goal": self.place, "desired_goal": self.goal}
        names = self.single_observation_space.spaces
        return {name: values[name][rows].astype(np.float32) for name in names}

    def _describe(self) -> Info:
        return {"randomization": {"goal": self.goal.copy()}}


class PointExpert:
    """Goes straight to the goal."""

    def __init__(self, world: Point) -> None:
        self._world = world

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Do nothing: the expert remembers nothing."""

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return actions `(N, 2)`."""
        way = (self._world.goal - self._world.place) / STEP
        return np.clip(way, -1.0, 1.0).astype(np.float32)
