"""Images that arrive late: the last few of each world, and which of them it is shown."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.world_state import State


class Latency:
    """For each of N worlds, what its cameras gave in the last control steps.

    An episode's first frame is shown until the second one arrives. To store the same frame once
    more changes nothing, so observing twice is observing once.
    """

    def __init__(
        self, num_envs: int, longest: int, entries: Mapping[str, tuple[tuple[int, ...], Any]]
    ) -> None:
        """Prepare for delays of up to `longest` control steps.

        `entries` are what comes late: by name, shape and type of what one camera gives at a time.
        """
        self._slots = longest + 1
        self._rings: dict[str, NDArray[Any]] = {
            name: np.zeros((num_envs, self._slots, *shape), dtype)
            for name, (shape, dtype) in entries.items()
        }

    def clear(self, rows: NDArray[np.intp]) -> None:
        """Forget what is on its way in some rows, whose episodes begin."""
        for ring in self._rings.values():
            ring[rows] = 0

    def store(
        self, name: str, values: NDArray[Any], rows: NDArray[np.intp], elapsed: NDArray[np.int64]
    ) -> None:
        """Store what some rows gave `(n, ...)`, `elapsed` `(n,)` control steps into episodes."""
        self._rings[name][rows, elapsed % self._slots] = values

    def read(
        self,
        name: str,
        rows: NDArray[np.intp],
        elapsed: NDArray[np.int64],
        delay: NDArray[np.int64],
    ) -> NDArray[Any]:
        """Return copies `(n, ...)` of what was stored `delay` `(n,)` control steps before."""
        return self._rings[name][rows, np.maximum(elapsed - delay, 0) % self._slots]

    def arrays(self) -> State:
        """Return all that is stored."""
        return {f"late_{name}": ring for name, ring in self._rings.items()}
