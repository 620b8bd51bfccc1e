"""The one bridge from Gymnasium's batches to Stable-Baselines3's."""

import time
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv

from autonomy.errors import InputError
from autonomy.policy import Observation
from autonomy.world import World
from autonomy.world_state import State


class BatchedVecEnv(VecEnv):
    """Shows a batched world to Stable-Baselines3, arrays untouched.

    `info` is the world's own info of the last step: arrays over the batch, which callbacks read.
    The list of dicts that Stable-Baselines3 expects is filled for ended episodes only, so a step
    costs no Python per environment. `begins` `(N,)` says which episodes have just begun.
    """

    def __init__(self, envs: VectorEnv[Any, Any, Any]) -> None:
        """Take over `envs`, which must reset ended episodes in the same step.

        That is what `gym.make_vec` makes of this project's worlds unless told otherwise.

        Raises:
            InputError: Another autoreset mode.
        """
        mode = envs.metadata.get("autoreset_mode")
        if mode is not AutoresetMode.SAME_STEP:
            raise InputError(f"training needs the autoreset mode SAME_STEP, got {mode}")
        self.envs = envs
        self.info: dict[str, Any] = {}
        self.begins: NDArray[np.bool_] = np.ones(envs.num_envs, np.bool_)
        self._seed: int | None = None
        self._actions: NDArray[np.float32] = np.zeros((0,), np.float32)
        self._returns = np.zeros(envs.num_envs)
        self._lengths = np.zeros(envs.num_envs, np.int64)
        self._born = time.monotonic()
        super().__init__(envs.num_envs, envs.single_observation_space, envs.single_action_space)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed the next reset; environment i gets `seed + i`."""
        self._seed = seed
        return [None if seed is None else seed + i for i in range(self.num_envs)]

    def set_options(self, options: list[dict[str, Any]] | dict[str, Any] | None = None) -> None:
        """Choose of the next reset what the world lets a user choose, such as goals `(N, G)`.

        Raises:
            InputError: They are given for each environment by itself.
        """
        if isinstance(options, list):
            raise InputError(
                "the environments of a batch are reset with one dict of options, got a list"
            )
        super().set_options(options)

    # narrower than the base, whose observations may be bare arrays or tuples
    def reset(self) -> Observation:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Begin all episodes and return their first observation `(N, ...)`."""
        options = self._options[0] or None
        observation, self.info = self.envs.reset(seed=self._seed, options=options)
        self._seed = None
        self._reset_options()
        self._returns[:] = 0.0
        self._lengths[:] = 0
        self.begins = np.ones(self.num_envs, np.bool_)
        return observation

    def step_async(self, actions: NDArray[np.float32]) -> None:
        """Keep the actions `(N, A)` for `step_wait`."""
        self._actions = actions

    # narrower likewise
    def step_wait(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
    ) -> tuple[Observation, NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Step all environments; ended ones already show their next episode's beginning."""
        observation, rewards, terminated, truncated, self.info = self.envs.step(self._actions)
        self._returns += rewards
        self._lengths += 1
        ended = terminated | truncated
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        places: list[int] = np.flatnonzero(ended).tolist()
        for i in places:
            infos[i] = self._ending(i, bool(truncated[i] and not terminated[i]))
        self._returns[ended] = 0.0
        self._lengths[ended] = 0
        self.begins = ended
        return observation, rewards.astype(np.float32), ended, infos

    def get_counts(self) -> State:
        """Return copies of what is counted of the episodes that run, each `(N,)`."""
        counts = {"returns": self._returns, "lengths": self._lengths, "begins": self.begins}
        return {name: values.copy() for name, values in counts.items()}

    def set_counts(self, counts: State) -> None:
        """Count on from there, instead of from a reset."""
        self._returns, self._lengths = counts["returns"].copy(), counts["lengths"].copy()
        self.begins = counts["begins"].copy()

    def close(self) -> None:
        """Close the world."""
        self.envs.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return the world's attribute once per environment asked for."""
        return [self._shared(attr_name)] * self._count(indices)

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse: the environments of a batch share their attributes."""
        raise InputError(
            f"the environments of a batch share their attributes, got {attr_name} to set for some"
        )

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call the batch's method, which the environments share; return it once per environment."""
        result = self._shared(method_name)(*method_args, **method_kwargs)
        return [result] * self._count(indices)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Say that each is wrapped in a `Monitor`, whose account of ended episodes is given."""
        return [wrapper_class is Monitor] * self._count(indices)

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        """Return a picture `(H, W, 3)` of each environment, which `render` tiles."""
        pictures: Any = self.envs.render()  # Gymnasium leaves open what a picture is
        return pictures or [None] * self.num_envs

    def _shared(self, name: str) -> Any:
        """Return an attribute of the batch, which Gymnasium's wrappers may hide."""
        return getattr(self.envs if hasattr(self.envs, name) else self.envs.unwrapped, name)

    def _count(self, indices: Any) -> int:
        return len(list(self._get_indices(indices)))

    def _ending(self, i: int, time_limit: bool) -> dict[str, Any]:
        last = self.info.get("final_info", self.info)  # where Gymnasium's own batches tell of it
        return {
            "terminal_observation": self.info["final_obs"][i],
            "TimeLimit.truncated": time_limit,
            "is_success": bool(last["success"][i]),
            "episode": {
                "r": float(self._returns[i]),
                "l": int(self._lengths[i]),
                "t": time.monotonic() - self._born,
            },
        }


def batched(envs: World) -> BatchedVecEnv:
    """Show a world to Stable-Baselines3; see `BatchedVecEnv`."""
    return BatchedVecEnv(cast(VectorEnv[Any, Any, Any], envs))
