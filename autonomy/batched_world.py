"""What every batch of worlds does alike: seeds, episodes, automatic and partial resets."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from autonomy.actions import checked_actions
from autonomy.errors import InputError
from autonomy.policy import Observation
from autonomy.streams import RandomStreams
from autonomy.world import Info

State = dict[str, NDArray[Any]]
"""A world's whole state: each entry `(N, ...)`."""

Choices = Mapping[str, NDArray[Any]]
"""What a user chose of episodes that begin in n rows: each entry `(n, ...)`."""

METADATA: dict[str, Any] = {"render_modes": ["rgb_array"]}
"""What Gymnasium wants to know of a world before it makes one."""

_AUTORESET_MODES = (AutoresetMode.SAME_STEP, AutoresetMode.DISABLED)


@dataclass(frozen=True)
class Outcome:
    """What a step came to; each entry is `(N,)`, and `info` is as `World` says."""

    reward: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    info: Info


class BatchedWorld(VectorEnv[Observation, NDArray[np.float32], NDArray[Any]], ABC):
    """N copies of a world that step as arrays.

    A subclass says how episodes begin, how the world advances and what is observed; the rows of
    a batch never depend on each other.
    """

    metadata = METADATA

    def __init__(
        self,
        num_envs: int,
        render_mode: str | None,
        autoreset_mode: AutoresetMode | str,
        observation_space: spaces.Dict,
        action_space: spaces.Box,
        render_fps: float,
    ) -> None:
        """Set what Gymnasium asks of a vector environment.

        Raises:
            InputError: There are no rows, or the render mode or the autoreset mode is not
                supported.
        """
        if num_envs < 1:
            raise InputError(f"the number of environments must be positive, got {num_envs}")
        if render_mode not in (None, *METADATA["render_modes"]):
            raise InputError(f"render_mode must be None or 'rgb_array', got {render_mode!r}")
        mode = _supported(autoreset_mode)
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.metadata = {**METADATA, "render_fps": render_fps, "autoreset_mode": mode}
        self.single_observation_space = observation_space
        self.observation_space = batch_space(observation_space, num_envs)
        self.single_action_space = action_space
        self.action_space = batch_space(action_space, num_envs)
        self.streams = RandomStreams(num_envs)
        self._every_row = np.arange(num_envs)

    @abstractmethod
    def _begin(self, rows: NDArray[np.intp], choices: Choices) -> None:
        """Begin new episodes in some rows, from their random streams and what a user chose."""

    def _choices(self, rows: NDArray[np.intp], options: dict[str, Any]) -> Choices:
        """Return what a reset's options, besides the mask, choose of episodes in some rows.

        Raises:
            InputError: A choice cannot be; a world that does not say otherwise leaves none.
        """
        for name in options:
            raise InputError(f"reset must get no option but reset_mask, got {name!r}")
        return {}

    @abstractmethod
    def _advance(self, actions: NDArray[np.float32]) -> Outcome:
        """Advance all rows by one control step."""

    @abstractmethod
    def _observe(self, rows: NDArray[np.intp]) -> Observation:
        """Return what some rows observe, in new arrays."""

    @abstractmethod
    def _describe(self) -> Info:
        """Return what `info` tells of the episodes that run now, each entry `(N, ...)`."""

    @abstractmethod
    def get_state(self) -> State:
        """Return the whole state as copies of plain arrays, random streams included."""

    @abstractmethod
    def set_state(self, state: State) -> None:
        """Go on, bit for bit, from what `get_state` returned."""

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observation, Info]:
        """Begin episodes everywhere, or where `options["reset_mask"]` `(N,)` is true.

        Args:
            seed: One for each row; of a number s, row i takes s + i. A row without a seed goes on
                with its random streams.
            options: `reset_mask`, if not all rows are to be reset, and what the world lets a user
                choose.

        Raises:
            InputError: The mask or the seeds do not fit the batch, or an option cannot be.
        """
        chosen = dict(options or {})
        rows = np.flatnonzero(self._reset_mask(chosen.pop("reset_mask", None)))
        choices = self._choices(rows, chosen)
        seeds = [seed + i for i in range(self.num_envs)] if isinstance(seed, int) else seed
        if seeds is not None and len(seeds) != self.num_envs:
            raise InputError(f"seeds must be {self.num_envs}, one a row, got {len(seeds)}")
        for row in rows:
            own = seeds[row] if seeds else None
            if own is not None:
                self.streams.seed(int(row), own)
        if rows.size:
            self._begin(rows, choices)
        return self._observe(self._every_row), self._describe()

    def step(
        self, actions: NDArray[np.float32]
    ) -> tuple[Observation, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]:
        """Advance all rows by one control step; see `World` for what `info` holds.

        Where episodes end and reset themselves, `info["final_obs"]` `(N,)` holds their last
        observation, as a single environment would return it, and None elsewhere.

        Raises:
            InputError: The actions have another shape than `(N, A)`, or one is not finite.
        """
        outcome = self._advance(checked_actions(actions, self.num_envs, self.single_action_space))
        info, ended = outcome.info, outcome.terminated | outcome.truncated
        if self.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP and ended.any():
            info = self._begin_anew(ended, info)
        observation = self._observe(self._every_row)
        return observation, outcome.reward, outcome.terminated, outcome.truncated, info

    def _begin_anew(self, ended: NDArray[np.bool_], final_info: Info) -> Info:
        """Begin episodes where others `ended` `(N,)`; return the info of both."""
        rows = np.flatnonzero(ended)
        last = self._observe(rows)
        final = np.empty(self.num_envs, np.object_)
        for k, row in enumerate(rows):
            final[row] = {name: values[k] for name, values in last.items()}
        self._begin(rows, {})
        return {
            **final_info,
            **self._describe(),
            "final_obs": final,
            "_final_obs": ended,
            "final_info": final_info,
            "_final_info": ended,
        }

    def _reset_mask(self, mask: Any) -> NDArray[np.bool_]:
        if mask is None:
            return np.ones(self.num_envs, np.bool_)
        if not isinstance(mask, np.ndarray) or mask.shape != (self.num_envs,) or mask.dtype != bool:
            raise InputError(
                f"reset_mask must be a boolean array of shape ({self.num_envs},), got {mask!r}"
            )
        return mask


def _supported(mode: AutoresetMode | str) -> AutoresetMode:
    if mode not in [name for one in _AUTORESET_MODES for name in (one, one.value)]:
        names = " or ".join(one.name for one in _AUTORESET_MODES)
        raise InputError(f"autoreset_mode must be {names}, got {mode!r}")
    return AutoresetMode(mode)
