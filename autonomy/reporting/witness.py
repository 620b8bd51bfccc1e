"""A world that remembers, for a report, what happened in it."""

from typing import Any, cast

import numpy as np
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from autonomy.episodes import Episode
from autonomy.policy import Observation
from autonomy.reporting.gallery import Gallery
from autonomy.reporting.recent_frames import RecentFrames
from autonomy.reporting.witnessed import Drawn, LivedEpisode, ShownEpisode, Witnessed
from autonomy.seed import seeds_of_rows
from autonomy.task import TaskError
from autonomy.world import Mapped, Trace, World
from autonomy.wrapped_world import WrappedWorld

MOST_FAILURES = 12


class Witness(WrappedWorld):
    """Keeps a little of each episode, and more of a few; in all else it is the world it watches.

    It takes no step and draws nothing, so that episodes are what they are without it. It is told of
    episodes as they end: `evaluate(witness, policy, episodes, seed, witness.attend)`.
    """

    def __init__(self, world: World) -> None:
        """Watch a world that never resets itself."""
        super().__init__(cast(VectorEnv[Any, Any, Any], world))
        own: Any = self.world
        self._mapped = own if isinstance(own, Mapped) else None
        self._error: TaskError | None = getattr(own, "error", None)
        rate = self.metadata.get("render_fps")
        self._step_s = 1.0 / float(rate) if rate else None
        self._forget()

    def _forget(self) -> None:
        self._frames, self._gallery = RecentFrames(self._step_s), Gallery()
        self._rows: dict[int, int] = {}  # in which each episode lives, by its seed
        self._now, self._began = 0, np.zeros(self.num_envs, np.int64)  # steps of all rows together
        self._places: list[NDArray[np.float64]] = []  # (N, 2) each, the last one of now
        self._episodes: list[LivedEpisode] = []
        self._drawn: list[tuple[list[int], dict[str, NDArray[Any]]]] = []

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin episodes, and note which."""
        observation, info = self.env.reset(seed=seed, options=options)
        mask = (options or {}).get("reset_mask", np.ones(self.num_envs, np.bool_))
        rows = np.flatnonzero(mask)
        self._note_drawn(rows, seeds_of_rows(seed, self.num_envs), info.get("randomization", {}))
        self._frames.replace(observation)
        self._began[rows] = self._now
        self._places = self._places[int(self._began.min()) - self._now - 1 : -1]
        self._note_places()
        return observation, info

    def step(
        self, actions: NDArray[np.float32]
    ) -> tuple[Observation, NDArray[Any], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Step, and look at what came of it."""
        told = self.env.step(actions)
        self._frames.add(told[0])
        self._now += 1
        self._note_places()
        return told

    def attend(self, episode: Episode) -> None:
        """Keep what a report shows of an episode that ended with the last step."""
        row = self._rows.pop(episode.seed)
        lived = LivedEpisode.of(episode, self._error)
        self._episodes.append(lived)
        self._gallery.offer(lived, lambda: self._shown(lived, row, episode.measurements))

    def take(self, first: int, count: int, most_failures: int = MOST_FAILURES) -> Witnessed:
        """Return what there is of the episodes `first`, `first + 1`, ..., and forget all.

        Args:
            first: Seed of the first one.
            count: How many.
            most_failures: How many failures are to be seen.
        """
        seeds = range(first, first + count)
        own = {episode.seed: episode for episode in self._episodes}
        shown = self._gallery.shown(most_failures)
        seen = Witnessed(
            self._error,
            self._step_s,
            tuple(own[seed] for seed in seeds),
            tuple(one for one in shown if one.lived.seed in seeds),
            self._randomization(seeds),
        )
        self._forget()
        return seen

    def _note_drawn(
        self, rows: NDArray[np.intp], seeds: list[int | None], drawn: dict[str, NDArray[Any]]
    ) -> None:
        seeded = [row for row in rows.tolist() if seeds[row] is not None]
        own = [cast(int, seeds[row]) for row in seeded]
        self._rows |= dict(zip(own, seeded, strict=True))
        self._drawn.append((own, {name: values[seeded] for name, values in drawn.items()}))

    def _note_places(self) -> None:
        if self._mapped is not None:
            self._places.append(self._mapped.map_places())

    def _shown(self, lived: LivedEpisode, row: int, trace: Trace) -> ShownEpisode:
        frames = self._frames.of(row, lived.steps)
        return ShownEpisode(lived, frames, self._way(row, trace))

    def _way(self, row: int, trace: Trace) -> Drawn | None:
        if self._mapped is None:
            return None
        first = int(self._began[row]) - self._now - 1
        path = np.array([places[row] for places in self._places[first:]])
        if not np.isfinite(path).all():
            return None
        error = None if self._error is None else trace.get(self._error.measurement)
        return Drawn(path, error, self._mapped.map_lines(row))

    def _randomization(self, seeds: range) -> dict[str, NDArray[Any]]:
        """Return what was drawn for episodes, in the order of their seeds."""
        order = np.argsort([seed for own, _ in self._drawn for seed in own])
        names = self._drawn[0][1] if self._drawn else ()
        return {
            name: np.concatenate([drawn[name] for _, drawn in self._drawn])[order][: len(seeds)]
            for name in names
        }
