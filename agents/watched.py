"""A world that tells what happens in it while a learner acts there."""

from collections import defaultdict
from typing import Any, cast

import numpy as np
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from autonomy.agents.progress import EndedEpisode
from autonomy.agents.state_arrays import part, within
from autonomy.errors import DivergedError
from autonomy.policy import Observation
from autonomy.world import World
from autonomy.world_state import State
from autonomy.wrapped_world import WrappedWorld


class Watched(WrappedWorld):
    """Counts steps, rewards and episodes; in all else it is the world that it watches."""

    def __init__(self, world: World) -> None:
        super().__init__(cast(VectorEnv[Any, Any, Any], world))
        self.steps = 0  # of all environments together
        self._returns = np.zeros(self.num_envs)
        self._lengths = np.zeros(self.num_envs, np.int64)
        self._rewards: defaultdict[str, list[float]] = defaultdict(list)
        self._ended: list[EndedEpisode] = []

    def __getattr__(self, name: str) -> Any:
        """Return what wrappers lack, such as `compute_reward`."""
        return getattr(self.env, name)

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin all episodes."""
        self._returns[:], self._lengths[:] = 0.0, 0
        return self.env.reset(seed=seed, options=options)

    def step(
        self, actions: NDArray[np.float32]
    ) -> tuple[Observation, NDArray[Any], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Step, and keep what came of it."""
        observation, reward, terminated, truncated, info = self.env.step(actions)
        self.steps += self.num_envs
        self._check({**observation, "reward": reward})
        self._returns += reward
        self._lengths += 1
        for name, term in info["reward_terms"].items():
            self._rewards[name].append(float(np.mean(term)))
        ended = terminated | truncated
        self._ended += [self._ending(i, info) for i in np.flatnonzero(ended).tolist()]
        self._returns[ended], self._lengths[ended] = 0.0, 0
        return observation, reward, terminated, truncated, info

    def _check(self, vectors: Observation) -> None:
        for name, values in vectors.items():
            if values.dtype.kind == "f" and values.ndim <= 2 and not np.isfinite(values).all():
                raise DivergedError(f"the world's {name} was not finite after {self.steps} steps")

    def get_state(self) -> State:
        """Return the state of the world, and what is counted, once all was taken."""
        counts = {
            "steps": np.array(self.steps),
            "returns": self._returns.copy(),
            "lengths": self._lengths.copy(),
        }
        return {**within("world", super().get_state()), **within("counts", counts)}

    def set_state(self, state: State) -> None:
        """Go on from what `get_state` returned."""
        super().set_state(part("world", state))
        counts = part("counts", state)
        self.steps = int(counts["steps"])
        self._returns[:], self._lengths[:] = counts["returns"], counts["lengths"]

    def take_rewards(self) -> dict[str, float]:
        """Return the mean of each reward term since the last time."""
        means = {name: float(np.mean(values)) for name, values in self._rewards.items()}
        self._rewards.clear()
        return means

    def take_episodes(self) -> tuple[EndedEpisode, ...]:
        """Return the episodes that ended since the last time."""
        ended = tuple(self._ended)
        self._ended.clear()
        return ended

    def _ending(self, i: int, info: dict[str, Any]) -> EndedEpisode:
        end, success = str(info["episode_end"][i]), bool(info["success"][i])
        return EndedEpisode(end, success, float(self._returns[i]), int(self._lengths[i]))
