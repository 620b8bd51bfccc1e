"""Images that arrive late: the last few of each world, and which of them it is shown."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Pixel = TypeVar("Pixel", bound=np.generic)

_PREFIX = "late_"


class Latency:
    """For each of N worlds, what its cameras gave in the last control steps.

    An episode's first frame is shown until the second one arrives. To store the same frame once
    more changes nothing, so observing twice is observing once.
    """

    def __init__(self, num_envs: int, longest: int) -> None:
        """Prepare for delays of up to `longest` control steps."""
        self._num_envs, self._slots = num_envs, longest + 1
        self._rings: dict[str, NDArray[Any]] = {}

    def store(
        self, name: str, values: NDArray[Any], rows: NDArray[np.intp], elapsed: NDArray[np.int64]
    ) -> None:
        """Store what some rows gave `(n, ...)`, `elapsed` `(n,)` control steps into episodes."""
        if name not in self._rings:
            shape = (self._num_envs, self._slots, *values.shape[1:])
            self._rings[name] = np.zeros(shape, values.dtype)
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

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return copies of all that is stored."""
        return {_PREFIX + name: ring.copy() for name, ring in self._rings.items()}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Take over what `get_state` returned."""
        self._rings = {
            name.removeprefix(_PREFIX): ring.copy()
            for name, ring in state.items()
            if name.startswith(_PREFIX)
        }
