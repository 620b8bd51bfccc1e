"""What every batch of worlds does alike: seeds, episodes, resets, states and copies."""

import inspect
from abc import ABCMeta, abstractmethod
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, cast

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from autonomy.actions import checked_actions
from autonomy.errors import InputError
from autonomy.options import CommonOptions
from autonomy.policy import Observation, Policy
from autonomy.seed import seeds_of_rows
from autonomy.streams import RandomStreams
from autonomy.world import Info, ResetInfo, Trace, World
from autonomy.world_state import WORLD, Bounds, State, check_state

if TYPE_CHECKING:  # not needed by worlds that nobody watches
    from autonomy.watching.own_page import OwnPage

Choices = Mapping[str, NDArray[Any]]
"""What a user chose of episodes that begin in n rows: each entry `(n, ...)`."""

METADATA: dict[str, Any] = {"render_modes": ["human", "rgb_array"]}
"""What Gymnasium wants to know of a world before it makes one."""

_TAKEN_ALONG = ("spec", "action_space", "single_action_space")
"""Attributes that a copy takes over: Gymnasium's, and what draws samples of actions."""


@dataclass(frozen=True)
class Outcome:
    """What a step came to; each entry is `(N,)`, and `info` is as `Info` says."""

    reward: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    info: Info


class _Batch(ABCMeta):
    """Lets others, who say in a message what they were given, say what would be right too."""

    def __format__(cls, _: str) -> str:
        return f"{cls!r} (which Stable-Baselines3 takes as autonomy.agents.BatchedVecEnv(envs))"


class BatchedWorld(VectorEnv[Observation, NDArray[np.float32], NDArray[Any]], metaclass=_Batch):
    """N copies of a world that step as arrays.

    A subclass says how episodes begin, how the world advances and what is observed; the rows of
    a batch never depend on each other.

    A copy (`copy.deepcopy`, `copy.copy`) or a pickle is a world of its own: one that is made anew,
    with the same options, and takes over the state.
    """

    metadata = METADATA
    options_class: ClassVar[type[Any]] = CommonOptions
    """The dataclass of its options; what is made of it with more options has one of its own."""

    _made_of: tuple[tuple[Any, ...], dict[str, Any]]
    """What it was made with."""

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        """Keep in mind what copies are to be made with."""
        world = super().__new__(cls)
        world._made_of = (arguments, options)
        return world

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
            raise InputError(
                f"render_mode must be None, 'human' or 'rgb_array', got {render_mode!r}"
            )
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
        self._ended = np.zeros(num_envs, np.bool_)  # which episodes are to begin before they go on
        self._begun = False
        self._page: OwnPage | None = None

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
    def _describe(self) -> ResetInfo:
        """Return what `info` tells of the episodes that run now, each entry `(N, ...)`."""

    @property
    @abstractmethod
    def _kind(self) -> str:
        """The world and its task, in words: what states are of."""

    @abstractmethod
    def _arrays(self) -> State:
        """Return the arrays that hold all that changes, themselves, but for random streams."""

    def _bounds(self) -> Bounds:
        """Return the bounds of those entries of a state that choose, aim or count something."""
        return {}

    _saved: tuple[str, ...] = ()
    """The entries of a state that are in no array of this process."""

    def _save(self) -> State:
        """Return the entries of `_saved`; what was lost meanwhile may begin anew."""
        return {}

    def _check(self, state: State) -> None:
        """Look at `_saved`, and at what goes together, in a state that is right otherwise.

        Raises:
            InputError: The state speaks of what this world has not.
        """

    @abstractmethod
    def _restore(self, state: State) -> None:
        """Bring what follows from the arrays to them, which have taken over a state."""

    @abstractmethod
    def _pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a picture for a person of each row."""

    @abstractmethod
    def _overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a small picture of where things are, of each row."""

    @abstractmethod
    def expert(self) -> Policy:
        """Return a scripted policy that reads this batch's true state."""

    @abstractmethod
    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Summarise episodes in the task's own figures, each named with its unit."""

    @property
    def autoreset_mode(self) -> AutoresetMode:
        """How it goes on where an episode ended; Gymnasium's own vector environments say so too."""
        return self.metadata["autoreset_mode"]

    @property
    def about(self) -> str:
        """What the world is, and what is asked for."""
        return inspect.getdoc(type(self)) or ""

    @property
    def reward_weights(self) -> Mapping[str, float]:
        """What each term of the reward counts, by name, where that is known."""
        return {}

    @property
    def episode_ends(self) -> Mapping[str, str]:
        """How episodes end, `terminated` or `truncated`, by reason, where that is known.

        Raises:
            InputError: The world is closed, or was never reset.
        """
        return {}

    def get_state(self) -> State:
        """Return the whole state as copies of plain arrays `(N, ...)`, random streams included.

        Raises:
            InputError: The world is closed, or was never reset.
        """
        self._check_running()
        saved = self._save()  # before the arrays, which it may change
        arrays = self._all_arrays()
        copies = {name: values.copy() for name, values in arrays.items()}
        return {WORLD: np.full(self.num_envs, self._kind), **copies, **saved}

    def set_state(self, state: State) -> None:
        """Go on, bit for bit, from what `get_state` returned; all of it is checked first.

        Raises:
            InputError: The world is closed; or the state lacks something, is of another world or
                task, or holds what cannot be.
        """
        self._check_open()
        arrays = self._all_arrays()
        expected = {WORLD: np.full(self.num_envs, self._kind), **arrays}
        check_state(state, expected, self._bounds(), self._saved)
        self._check(state)
        for name, values in arrays.items():
            values[:] = state[name]
        self._restore(state)
        self._begun = True

    def _all_arrays(self) -> State:
        return {**self.streams.arrays(), "ended": self._ended, **self._arrays()}

    def render(self) -> tuple[NDArray[np.uint8], ...] | None:
        """Return a picture `(720, 1280, 3)` of each row in the render mode `rgb_array`.

        With `human`, the first row is shown live in a browser after every reset and step.

        Raises:
            InputError: The world is closed, or was never reset.
        """
        self._check_running()
        return self._pictures() if self.render_mode == "rgb_array" else None

    def pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a picture `(720, 1280, 3)` of each row, whatever the render mode.

        Raises:
            InputError: The world is closed, or was never reset.
        """
        self._check_running()
        return self._pictures()

    def overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a picture `(200, 200, 3)` of each row: where things are.

        Raises:
            InputError: The world is closed, or was never reset.
        """
        self._check_running()
        return self._overview()

    # what is told is a dictionary whose entries are known
    def reset(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observation, ResetInfo]:
        """Begin episodes everywhere, or where `options["reset_mask"]` `(N,)` is true.

        Args:
            seed: One for each row, from 0 to 2^63 - 1; of a number s, row i takes s + i. A row
                without a seed goes on with the next episode of the seed that it had.
            options: `reset_mask`, if not all rows are to be reset, and what the world lets a user
                choose.

        Raises:
            InputError: The mask or the seeds do not fit the batch, a seed or an option cannot be,
                or the world is closed.
        """
        self._check_open()
        chosen = _checked_options(options)
        mask = self._reset_mask(chosen.pop("reset_mask", None))
        if not self._begun and not mask.all():
            raise InputError(f"the first reset must be of all rows, got reset_mask {mask}")
        rows = np.flatnonzero(mask)
        choices = self._choices(rows, chosen)
        seeds = seeds_of_rows(seed, self.num_envs)
        seeded = {row: own for row in rows.tolist() if (own := seeds[row]) is not None}
        self.streams.seed(np.array([*seeded], np.intp), [*seeded.values()])
        if rows.size:
            self._begin_next(rows, choices)
        observation = self._observe(self._every_row)
        if self.render_mode == "human" and mask[0]:
            self._opened_page().begin(observation)
        return observation, self._describe()

    # likewise
    def step(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, actions: ArrayLike
    ) -> tuple[Observation, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]:
        """Advance all rows by one control step; see `Info` for what it tells.

        Where an episode ends, the autoreset mode says what comes next:

        - `SAME_STEP`: the next episode begins in the same step, and its first observation is
          returned; `info["final_obs"]` `(N,)` holds the last one of the episode that ended, as a
          single environment would return it, and None elsewhere.
        - `NEXT_STEP`: it begins with the next step, which ignores the row's action and returns the
          first observation, reward 0 and no ending.
        - `DISABLED`: the caller begins it, by `reset`.

        Raises:
            InputError: The actions have another shape than `(N, A)`, or one is not finite; the
                world is closed, or was never reset; an episode that ended was not reset.
        """
        self._check_running()
        mode, over = self.metadata["autoreset_mode"], self._ended.copy()
        some_are_over = bool(over.any())
        if some_are_over and mode is not AutoresetMode.NEXT_STEP:
            self._refuse_ended(over)
        outcome = self._advance(checked_actions(actions, self.num_envs, self.single_action_space))
        if some_are_over:
            outcome = self._begin_late(over, outcome)
        info, ended = outcome.info, outcome.terminated | outcome.truncated
        if mode is AutoresetMode.SAME_STEP:
            info = self._begin_anew(ended, info) if ended.any() else info
        else:
            self._ended |= ended
        observation = self._observe(self._every_row)
        if self.render_mode == "human":
            action = checked_actions(actions, self.num_envs, self.single_action_space)
            self._opened_page().take(action, observation, info)
        return observation, outcome.reward, outcome.terminated, outcome.truncated, info

    def _opened_page(self) -> "OwnPage":
        """Return the page of a world that is shown live, which opens when it is first wanted."""
        if self._page is None:
            from autonomy.watching.own_page import OwnPage

            self._page = OwnPage(cast(World, self))
        return self._page

    def close_extras(self, **kwargs: Any) -> None:
        """Close the page, if there is one."""
        page = vars(self).get("_page")  # Gymnasium 1.2 also closes what was refused half-made
        if page is not None:
            page.close()

    def _refuse_ended(self, over: NDArray[np.bool_]) -> NoReturn:
        rows = ", ".join(map(str, np.flatnonzero(over)))
        raise InputError(
            f"episodes that ended must be reset before the next step, got those of rows {rows}"
        )

    def _begin_late(self, over: NDArray[np.bool_], outcome: Outcome) -> Outcome:
        """Begin episodes where others were `over` `(N,)` before the step, which is none there."""
        self._begin_next(np.flatnonzero(over), {})
        info = outcome.info
        told: Info = {
            **self._describe(),
            "success": info["success"] & ~over,
            "episode_end": np.where(over, "", info["episode_end"]),
            "reward_terms": _without(over, info["reward_terms"]),
            "measurements": _without(over, info["measurements"]),
        }
        reward = np.where(over, 0.0, outcome.reward)
        return Outcome(reward, outcome.terminated & ~over, outcome.truncated & ~over, told)

    def _begin_anew(self, ended: NDArray[np.bool_], final_info: Info) -> Info:
        """Begin episodes where others `ended` `(N,)`; return the info of both."""
        rows = np.flatnonzero(ended)
        last = self._observe(rows)
        final = np.empty(self.num_envs, np.object_)
        for k, row in enumerate(rows):
            final[row] = {name: values[k] for name, values in last.items()}
        self._begin_next(rows, {})
        return {
            **final_info,
            **self._describe(),
            "final_obs": final,
            "_final_obs": ended,
            "final_info": final_info,
            "_final_info": ended,
        }

    def _begin_next(self, rows: NDArray[np.intp], choices: Choices) -> None:
        self.streams.begin(rows)
        self._begin(rows, choices)
        self._ended[rows] = False
        self._begun = True

    def _check_open(self) -> None:
        if self.closed:
            raise InputError(f"this {type(self).__name__} is closed; make another one")

    def _check_running(self) -> None:
        self._check_open()
        if not self._begun:
            raise InputError("a world must be reset before anything else is done with it")

    def __reduce__(self) -> tuple[Any, ...]:
        self._check_open()
        state = self.get_state() if self._begun else None
        attributes = {name: vars(self)[name] for name in _TAKEN_ALONG if name in vars(self)}
        return _made_again, (type(self), *self._made_of, state), attributes

    def __copy__(self) -> Self:
        return deepcopy(self)  # a shallow copy would share what draws samples of actions

    def _reset_mask(self, mask: Any) -> NDArray[np.bool_]:
        if mask is None:
            return np.ones(self.num_envs, np.bool_)
        if not isinstance(mask, np.ndarray) or mask.shape != (self.num_envs,) or mask.dtype != bool:
            raise InputError(
                f"reset_mask must be a boolean array of shape ({self.num_envs},), got {mask!r}"
            )
        return mask


def _made_again(
    kind: type[BatchedWorld],
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    state: State | None,
) -> BatchedWorld:
    world = kind(*arguments, **options)
    if state is not None:
        world.set_state(state)
    return world


def _without(rows: NDArray[np.bool_], named: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return named values `(N,)` with 0 in some rows, as Gymnasium fills what is not told."""
    return {name: np.where(rows, values.dtype.type(0), values) for name, values in named.items()}


def _checked_options(options: Any) -> dict[str, Any]:
    if not isinstance(options, dict | None):
        raise InputError(f"a reset's options must be a dict, got {options!r}")
    return dict(options or {})


def _supported(mode: AutoresetMode | str) -> AutoresetMode:
    if mode not in [name for one in AutoresetMode for name in (one, one.value)]:
        names = ", ".join(one.name for one in AutoresetMode)
        raise InputError(f"autoreset_mode must be one of {names}, got {mode!r}")
    return AutoresetMode(mode)
