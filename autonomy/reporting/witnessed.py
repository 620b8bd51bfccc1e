"""What a report knows of the episodes that were lived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.episodes import Episode
from autonomy.task import TaskError
from autonomy.world import MapLines, Trace


@dataclass(frozen=True)
class LivedEpisode:
    """How an episode went, in a few numbers."""

    seed: int
    success: bool
    end: str
    """Why it ended."""
    steps: int
    total_reward: float
    means: Mapping[str, float]
    """Over its steps, of each measurement."""
    error: float | None
    """How far from perfect it was, in the unit of the task's error; None where there is none."""

    @classmethod
    def of(cls, episode: Episode, error: TaskError | None) -> "LivedEpisode":
        """Return the numbers of an episode."""
        trace = episode.measurements
        return cls(
            episode.seed,
            episode.success,
            episode.end,
            len(episode.rewards),
            float(episode.rewards.sum()),
            {name: float(np.mean(own, dtype=np.float64)) for name, own in trace.items()},
            error_of(trace, error),
        )


class Frame(NamedTuple):
    """A picture that a policy saw, as a page holds it."""

    steps_before: int
    """How long before its episode's end."""
    uri: str
    width: int
    height: int


@dataclass(frozen=True)
class Drawn:
    """What a map shows of an episode of T steps."""

    path: NDArray[np.float64]
    """`(T + 1, 2)` where it was that acts [m]."""
    error: NDArray[np.float32] | None
    """`(T,)` how far from perfect it was on its way; None where no task says."""
    lines: MapLines


@dataclass(frozen=True)
class ShownEpisode:
    """An episode of which there is more to see."""

    lived: LivedEpisode
    frames: Mapping[str, tuple[Frame, ...]]
    """By the name of the observation, the last one last."""
    drawn: Drawn | None


@dataclass(frozen=True)
class Witnessed:
    """Episodes in the order of their seeds, and some of them to be seen."""

    error: TaskError | None = None
    step_s: float | None = None
    """How long a step takes, where the world says so."""
    episodes: tuple[LivedEpisode, ...] = ()
    shown: tuple[ShownEpisode, ...] = ()
    """Failures first."""
    randomization: Mapping[str, NDArray[Any]] = field(default_factory=dict[str, Any])
    """What was drawn for them, by name, each `(E, ...)`."""


def error_of(trace: Trace, error: TaskError | None) -> float | None:
    """Return how far from perfect an episode was; None where its task does not say."""
    if error is None or error.measurement not in trace:
        return None
    values = trace[error.measurement].astype(np.float64)
    return abs(float(values[-1])) if error.at_end else float(np.sqrt(np.mean(values**2)))
