"""The arrays of a data set while it is made."""

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autonomy.errors import DamagedError, InputError, shown
from autonomy.files import write_json
from autonomy.perception.datasets.manifest import UNFINISHED, StoredArray
from autonomy.perception.datasets.npy_writer import NpyWriter
from autonomy.perception.datasets.unfinished import Unfinished
from autonomy.perception.samples import Samples

_INTERVAL = 10.0  # [s] between two records of what is good


class GrowingArrays:
    """Files that grow together, and the record of what of them is good.

    Attributes:
        folder: Where they are.
        begun: What is recorded.
    """

    def __init__(self, folder: Path) -> None:
        """Go on after what is good, or begin.

        Raises:
            DamagedError: What was good was altered.
        """
        self.folder, self.begun = folder, Unfinished.read(folder)
        self._recorded_at = -math.inf
        self._writers: dict[str, NpyWriter] = {}
        for name, good in self.begun.arrays.items():
            self._open(name, good.shape[1:], _dtype(good), good)

    def append(self, samples: Samples) -> None:
        """Write a batch.

        Raises:
            InputError: It is not like those before.
        """
        if not self._writers:
            for name, values in samples.items():
                self._open(name, values.shape[1:], values.dtype)
        if samples.keys() != self._writers.keys():
            raise InputError(
                f"{self.folder} must hold {', '.join(self._writers)}, got {', '.join(samples)}"
            )
        for name, values in samples.items():
            self._writers[name].append(values)
        if time.perf_counter() - self._recorded_at >= _INTERVAL:
            self.record()

    def record(self) -> None:
        """Bring to the disk what there is, and then that it is good."""
        arrays = {name: writer.synced() for name, writer in self._writers.items()}
        begun = replace(self.begun, arrays=arrays)
        write_json(self.folder / UNFINISHED, begun.to_json())
        self.begun, self._recorded_at = begun, time.perf_counter()

    def close(self) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()

    def _open(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: "np.dtype[Any]",
        good: StoredArray | None = None,
    ) -> None:
        path, whole = self.folder / f"{name}.npy", (self.begun.plan.frames, *shape)
        self._writers[name] = NpyWriter(path, whole, dtype, good)


def _dtype(good: StoredArray) -> "np.dtype[Any]":
    try:
        found = np.dtype(good.dtype)
    except TypeError:
        found = np.dtype(object)
    if found.hasobject:
        raise DamagedError(f"arrays that go on must be of numbers, got {shown(good.dtype)}")
    return found
