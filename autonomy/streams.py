"""Named random streams per sub-environment, as plain arrays when asked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.seed import check_seed

STREAMS = ("scene", "body", "sensor", "task")
"""One stream a purpose: a draw from one never changes the next draw of another."""

_WORD = (1 << 64) - 1


class RandomStreams:
    """For each of N sub-environments, one generator a purpose.

    The streams of a sub-environment follow from its own seed alone, so it lives the same life in
    a batch of any size.
    """

    def __init__(self, num_envs: int) -> None:
        self._generators = [_spawned(None) for _ in range(num_envs)]

    def seed(self, index: int, seed: int) -> None:
        """Start the streams of sub-environment `index` anew.

        Raises:
            InputError: The seed is negative.
        """
        check_seed(seed)
        self._generators[index] = _spawned(seed)

    def uniform(self, rows: NDArray[np.intp], stream: str, count: int) -> NDArray[np.float64]:
        """Draw `(n, count)` numbers in [0, 1), those of each row from its own stream."""
        numbers, place = np.empty((len(rows), count)), STREAMS.index(stream)
        for own, row in zip(numbers, rows.tolist(), strict=True):
            self._generators[row][place].random(out=own)
        return numbers

    def get_state(self) -> NDArray[np.uint64]:
        """Return `(N, streams, 4)` words, from which the streams go on exactly."""
        return np.array([[_words(stream) for stream in row] for row in self._generators], np.uint64)

    def set_state(self, words: NDArray[np.uint64]) -> None:
        """Go on from what `get_state` returned."""
        for row, saved in zip(self._generators, words, strict=True):
            for stream, state in zip(row, saved.tolist(), strict=True):
                stream.bit_generator.state = _state(state)


def _spawned(seed: int | None) -> list[np.random.Generator]:
    children = np.random.SeedSequence(seed).spawn(len(STREAMS))
    return [np.random.Generator(np.random.PCG64(child)) for child in children]


def _words(stream: np.random.Generator) -> Sequence[int]:
    """State and increment; numbers in [0, 1) never leave half a word behind, which is more."""
    state: dict[str, Any] = dict(stream.bit_generator.state)
    value, increment = state["state"]["state"], state["state"]["inc"]
    return value >> 64, value & _WORD, increment >> 64, increment & _WORD


def _state(words: Sequence[int]) -> dict[str, Any]:
    return {
        "bit_generator": "PCG64",
        "state": {"state": words[0] << 64 | words[1], "inc": words[2] << 64 | words[3]},
        "has_uint32": 0,
        "uinteger": 0,
    }
