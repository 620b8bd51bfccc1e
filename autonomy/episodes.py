"""Steps of a rollout, cut into episodes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autonomy.rollouts import Step
from autonomy.world import Trace


@dataclass(frozen=True)
class Episode:
    """How one episode of T steps went."""

    seed: int
    success: bool
    end: str  # why it ended, in the world's words
    rewards: NDArray[np.float64]  # (T,)
    measurements: Trace  # (T,) each


def episodes_of(steps: Iterable[Step]) -> Iterator[Episode]:
    """Yield the episodes of a rollout as they end."""
    rewards: list[NDArray[np.float64]] = []
    measurements: list[Trace] = []
    began: dict[int, int] = {}
    for now, step in enumerate(steps):
        rewards.append(step.reward)
        measurements.append(step.info["measurements"])
        for slot in map(int, np.flatnonzero(step.ended)):
            lived = slice(began.get(slot, 0), None)
            began[slot] = now + 1
            yield Episode(
                seed=int(step.seed[slot]),
                success=bool(step.info["success"][slot]),
                end=str(step.info["episode_end"][slot]),
                rewards=np.array([reward[slot] for reward in rewards[lived]]),
                measurements=_column(measurements[lived], slot),
            )


def _column(measurements: list[Trace], slot: int) -> Trace:
    return {
        name: np.array([values[name][slot] for values in measurements], np.float32)
        for name in measurements[0]
    }
