"""Files of different lengths as arrays with one row a world."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autonomy.batched_world import State


def joined_bytes(files: Sequence[bytes]) -> State:
    """Return `physics` `(N, B)` uint8, filled up with zeros, and `physics_bytes` `(N,)`."""
    lengths = np.array([len(file) for file in files])
    joined: NDArray[np.uint8] = np.zeros((len(files), lengths.max()), np.uint8)
    for row, file in zip(joined, files, strict=True):
        row[: len(file)] = np.frombuffer(file, np.uint8)
    return {"physics": joined, "physics_bytes": lengths}


def split_bytes(state: State) -> list[bytes]:
    """Return what `joined_bytes` was given."""
    lengths = state["physics_bytes"].tolist()
    return [row[:length].tobytes() for row, length in zip(state["physics"], lengths, strict=True)]
