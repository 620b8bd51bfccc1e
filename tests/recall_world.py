"""A world that only memory solves: what is to be done is shown at the first step alone."""

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray
from toy_world import Steer

from autonomy.policy import Observation

RECALL_ID = "toy/Recall-v0"
BEGINNING = 0.6  # distance from the middle: three full actions


def register_recall() -> None:
    """Register `toy/Recall-v0` with Gymnasium, once."""
    if RECALL_ID not in gym.registry:
        gym.register(RECALL_ID, vector_entry_point=Recall, max_episode_steps=24)


class Recall(Steer):
    """The steering world without wind, which shows on which side it begins, and then is dark.

    To hold the column in the middle, one must remember the side. Who does not does the same on both
    sides from the second step on, and misses one of them.
    """

    def _begin(self, mask: NDArray[np.bool_]) -> None:
        super()._begin(mask)
        self.offset[mask] = BEGINNING * np.sign(self.offset[mask])
        self.drift[mask] = 0.0

    def _observe(self) -> Observation:
        seen = super()._observe()
        for values in seen.values():
            values[self._steps > 0] = 0
        return seen
