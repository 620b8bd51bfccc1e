"""What every world with cameras does alike: draw, dress, aim, observe, judge, describe, state."""

import inspect
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autonomy.batched_world import BatchedWorld, Choices, Outcome
from autonomy.camera.library import MeshLibrary
from autonomy.camera.scene import Frames, Scene
from autonomy.errors import InputError, shown
from autonomy.options import CommonOptions
from autonomy.perception.in_world.loop import Perception, perception_metrics
from autonomy.policy import Observation
from autonomy.rewards import weighted_sum
from autonomy.shown_world import Drawn, Outlook
from autonomy.stage import Stage
from autonomy.task import Judgement, Mask, TaskError, check_judgement, endings
from autonomy.world import Info, ResetInfo, Trace
from autonomy.world_state import Bounds, State


class Task(Protocol):
    """What is asked for: it judges how a world is, as `Judgement` says.

    Attributes:
        weights: A frozen dataclass with one number for each reward term.
        success_terminates: Whether nothing is worth anything after success.
    """

    weights: Any
    success_terminates: bool

    def metrics(self, episodes: Sequence[Trace], control_rate: float) -> dict[str, float]:
        """Summarise episodes in the task's own figures, each named with its unit."""
        ...


Options = TypeVar("Options", bound=CommonOptions)
Setting = TypeVar("Setting", bound=Stage)
Asked = TypeVar("Asked", bound=Task)


class Episodes(NamedTuple):
    """How N episodes stand, whatever moves in them."""

    elapsed: NDArray[np.int64]  # (N,) control steps
    draws: NDArray[np.float64]  # (N, K) of the randomisation


class CameraWorld(BatchedWorld, Generic[Options, Setting, Asked]):
    """Joins a stage, a task and perception with time and seeds.

    A subclass sets these four after `BatchedWorld.__init__`, and says what moves and how.
    """

    _options: Options
    _stage: Setting
    _task: Asked
    _perception: Perception
    _knows_task = False
    _step_limit: int
    """Control steps after which an episode is truncated."""

    @abstractmethod
    def _place(self, rows: NDArray[np.intp], choices: Choices) -> None:
        """Draw what lies where when episodes begin in some rows, and put it there."""

    @abstractmethod
    def _move(self, actions: NDArray[np.float32]) -> Mask:
        """Let a control step pass everywhere; return `(N,)` where the physics was lost."""

    @abstractmethod
    def _judge(self) -> Judgement:
        """Return what the task makes of how it is after a control step."""

    @abstractmethod
    def _vectors(self) -> Mapping[str, Callable[[], NDArray[Any]]]:
        """Return what is observed besides images, by name: each returns `(N, K)`."""

    @cached_property
    def _observed_vectors(self) -> Mapping[str, Callable[[], NDArray[Any]]]:
        chosen = self._options.observations
        return {name: own for name, own in self._vectors().items() if name in chosen}

    @abstractmethod
    def _placed(self) -> Mapping[str, NDArray[Any]]:
        """Return what `info` tells of where episodes began, each entry `(N, ...)`."""

    @abstractmethod
    def _moving(self) -> State:
        """Return the arrays of all that moves, and of what was drawn for it, themselves."""

    @abstractmethod
    def _put_back(self, state: State) -> None:
        """Bring what follows from `_moving` to it, after it has taken over a state."""

    def _make_room(self) -> None:
        """Make room for what is drawn and counted."""
        draws = np.zeros((self.num_envs, self._stage.sampler.size))
        self._episodes = Episodes(np.zeros(self.num_envs, np.int64), draws)

    def _begin(self, rows: NDArray[np.intp], choices: Choices) -> None:
        streams, sampler, rig = self.streams, self._stage.sampler, self._stage.rig
        self._episodes.draws[rows] = sampler.sample(streams.uniform(rows, "scene", sampler.size))
        self._episodes.elapsed[rows] = 0
        if rig.sensor_draws:
            rig.draw_sensors(rows, streams.uniform(rows, "sensor", rig.sensor_draws))
        self._perception.begin(rows)
        self._place(rows, choices)
        self._dress(rows)
        self._see(rows)

    def _dress(self, rows: NDArray[np.intp]) -> None:
        self._stage.dress(rows, self._episodes.draws[rows])

    def _aim(self, rows: NDArray[np.intp]) -> None:
        self._stage.aim(rows, self._episodes.elapsed[rows])

    def _see(self, rows: NDArray[np.intp]) -> None:
        """Bring the cameras of some rows to where they are, and perceive what they see."""
        self._aim(rows)
        perception = self._perception
        if perception.cameras:
            perception.update(rows, self._stage.frames(rows, perception.origin))

    def _advance(self, actions: NDArray[np.float32]) -> Outcome:
        lost = self._move(actions)
        elapsed, task = self._episodes.elapsed, self._task
        elapsed += 1
        self._see(self._every_row)
        judged = self._judge()
        if not self._knows_task:  # which does not change its ways from step to step
            check_judgement(judged, task.weights, self.num_envs)
            self._knows_task = True
        ended = endings(judged, task.success_terminates, elapsed >= self._step_limit, lost)
        info: Info = {
            "success": ended.success,
            "episode_end": ended.reason,
            "reward_terms": judged.terms,
            "measurements": {**_measured(judged), **self._perception.errors()},
            **self._stage.describe(),
        }
        reward = weighted_sum(judged.terms, task.weights)
        return Outcome(reward, ended.terminated, ended.truncated, info)

    def _observe(self, rows: NDArray[np.intp]) -> Observation:
        observation = self._stage.observe(rows) if self._options.images else {}
        for name, values in self._observed_vectors.items():
            observation[name] = values()[rows]
        return observation

    def _describe(self) -> ResetInfo:
        rig, looks = self._stage.rig, self._stage.sampler.named(self._episodes.draws.copy())
        placed = {name: values.copy() for name, values in self._placed().items()}
        return {"randomization": {**looks, **rig.drawn(), **placed}, **self._stage.describe()}

    def _pictures(self) -> tuple[NDArray[np.uint8], ...]:
        return self._stage.pictures()

    def _overview(self) -> tuple[NDArray[np.uint8], ...]:
        return self._stage.overview()

    def surroundings(self) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and all that is there; see `ShownWorld`."""
        self._check_running()
        return self._stage.surroundings()

    def outlook(self) -> Outlook:
        """Return from where a person first looks; see `ShownWorld`."""
        self._check_running()
        return self._stage.outlook()

    @property
    def camera_names(self) -> tuple[str, ...]:
        """Names of the cameras through which policies see."""
        return self._stage.camera_names if self._options.images else ()

    def close_up(self, camera: str, row: int, height: int, channels: Sequence[str]) -> Frames:
        """Return what a row's camera sees, in larger frames; see `ShownWorld`."""
        self._check_running()
        return self._stage.close_up(camera, row, height, channels)

    def perceived(self, row: int, height: int) -> dict[str, NDArray[np.uint8]]:
        """Return what perception sees and reports; see `ShownWorld`."""
        self._check_running()
        perception = self._perception
        if not perception.cameras:
            return {}
        frames = self._stage.frames(np.array([row]), perception.origin)
        larger = {name: _enlarged(frames[name][0], height) for name in perception.cameras}
        perception.draw(frames, larger)
        return larger

    def drawn(self, row: int) -> dict[str, Drawn]:
        """Return what was drawn for a row's looks; see `ShownWorld`."""
        self._check_running()
        sampler = self._stage.sampler
        bounds = (*(own.copy() for own in sampler.bounds),)
        low, high = (sampler.named(bound[np.newaxis]) for bound in bounds)
        now = sampler.named(self._episodes.draws[row : row + 1].copy())
        return {
            name: Drawn(now[name][0], low[name][0], high[name][0], name in sampler.choices)
            for name in now
        }

    def redraw(self, row: int, name: str, value: ArrayLike) -> None:
        """Change what was drawn for a row's looks; see `ShownWorld`."""
        known = self.drawn(row)
        if name not in known:
            raise InputError(f"what is drawn here is {', '.join(known)}, got {name!r}")
        own, drawn = np.asarray(value, np.float64), known[name]
        fits = own.shape == drawn.value.shape and bool(
            ((own >= drawn.low) & (own <= drawn.high)).all()
        )
        if not fits:
            raise InputError(f"{name} must be from {drawn.low} to {drawn.high}, got {shown(value)}")
        rows = np.array([row])
        self._stage.sampler.records(self._episodes.draws[row : row + 1])[name] = own
        self._dress(rows)
        self._aim(rows)

    @property
    def about(self) -> str:
        """What is asked for, and in which world."""
        return "\n\n".join(inspect.getdoc(type(own)) or "" for own in (self._task, self))

    @property
    def reward_weights(self) -> Mapping[str, float]:
        """What each term of the reward counts."""
        return asdict(self._task.weights)

    @property
    def error(self) -> TaskError | None:
        """By which measurement one sees how far from perfect an episode was, if the task says."""
        return getattr(self._task, "error", None)

    @property
    def episode_ends(self) -> Mapping[str, str]:
        """How episodes end, by reason; see `BatchedWorld`."""
        self._check_running()
        failures = dict.fromkeys(self._judge().failures, "terminated")
        success = "terminated" if self._task.success_terminates else "truncated"
        return {**failures, "success": success, "time_limit": "truncated"}

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Summarise episodes in the task's own figures, and how well they were perceived."""
        own = self._task.metrics(episodes, self._options.control_rate)
        return {**own, **perception_metrics(episodes)}

    def _arrays(self) -> State:
        return {
            **self._episodes._asdict(),
            **self._moving(),
            **self._stage.rig.arrays(),
            **self._perception.arrays(),
        }

    def _bounds(self) -> Bounds:
        return {
            "draws": self._stage.sampler.bounds,
            **self._stage.rig.bounds(),
        }

    def _restore(self, state: State) -> None:
        self._put_back(state)
        self._dress(self._every_row)
        self._aim(self._every_row)


def _enlarged(frame: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    """Return a frame `(H, W, 3)` in pixels that are squares, at least `height` [px] high."""
    times = -(-height // len(frame))
    return frame.repeat(times, axis=0).repeat(times, axis=1)


def _measured(judged: Judgement) -> dict[str, NDArray[np.float32]]:
    return {name: np.asarray(own, np.float32) for name, own in judged.measurements.items()}
