"""Named random streams per sub-environment, whose state is integers and no object."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autonomy import philox
from autonomy.world_state import State

STREAMS = ("scene", "body", "sensor", "task", "policy")
"""One stream a purpose: a draw from one never changes the next draw of another."""


class RandomStreams:
    """For each of N sub-environments, a stream a purpose, which begins anew with each episode.

    What is drawn is a function of the sub-environment's own seed, of how many episodes began with
    it, of the purpose, and of how many numbers the episode took for it. So a sub-environment lives
    the same life in a batch of any size, and no episode depends on what those before it drew.
    """

    def __init__(self, num_envs: int) -> None:
        """Begin with seeds that nobody knows."""
        self.num_envs = num_envs
        entropy = np.random.SeedSequence().generate_state(num_envs, np.uint64)
        self._seeds: NDArray[np.uint64] = np.array(entropy, np.uint64)
        self._episodes = np.zeros(num_envs, np.int64)
        self._used = np.zeros((num_envs, len(STREAMS)), np.int64)

    def seed(self, rows: NDArray[np.intp], seeds: ArrayLike) -> None:
        """Start the streams of n rows anew with seeds `(n,)`."""
        self._seeds[rows] = np.asarray(seeds, np.uint64)
        self._episodes[rows] = self._used[rows] = 0

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Go on to the next episode of some rows."""
        self._episodes[rows] += 1
        self._used[rows] = 0

    def uniform(self, rows: NDArray[np.intp], stream: str, count: int) -> NDArray[np.float64]:
        """Draw `(n, count)` numbers in [0, 1), those of each row from its own stream."""
        place = STREAMS.index(stream)
        used = self._used[rows, place]
        self._used[rows, place] = used + count
        return philox.uniform(self._seeds[rows], place, self._episodes[rows], used, count)

    def arrays(self) -> State:
        """Return what changes: seeds and episodes `(N,)`, and numbers used `(N, streams)`."""
        return {
            "stream_seed": self._seeds,
            "stream_episode": self._episodes,
            "stream_used": self._used,
        }
