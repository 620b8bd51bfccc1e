"""One array on disk that grows while it is written, and its digest."""

import hashlib
import io
import math
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import DamagedError, InputError
from autonomy.perception.datasets.manifest import StoredArray

_CHUNK = 1 << 20  # bytes


class NpyWriter:
    """Writes an array of known length to a `.npy` file, rows after rows."""

    def __init__(
        self,
        path: Path,
        shape: tuple[int, ...],
        dtype: "np.dtype[Any]",
        good: StoredArray | None = None,
    ) -> None:
        """Begin a file, or go on after those of its rows that are good: what follows is forgotten.

        Raises:
            DamagedError: The file does not begin with the good rows.
        """
        self._path, self._shape, self._dtype = path, shape, dtype
        self._rows, self._digest = 0, hashlib.sha256()
        try:
            self._file = path.open("wb" if good is None else "r+b")
        except FileNotFoundError as error:
            raise DamagedError(f"data set file {path} is missing") from error
        if good is None:
            self._append(self._header())
        else:
            self._pass_over(good)

    def append(self, rows: NDArray[Any]) -> None:
        """Write some rows `(n, ...)`.

        Raises:
            InputError: They are not like those before.
        """
        if (rows.dtype, rows.shape[1:]) != (self._dtype, self._shape[1:]):
            raise InputError(
                f"rows of {self._path} must be {self._dtype} {self._shape[1:]}, got {rows.dtype} "
                f"{rows.shape[1:]}"
            )
        self._append(np.ascontiguousarray(rows).reshape(-1).view(np.uint8).data)
        self._rows += len(rows)

    def synced(self) -> StoredArray:
        """Bring all rows to the disk, and return what the file is up to there."""
        self._file.flush()
        os.fsync(self._file.fileno())
        shape = (self._rows, *self._shape[1:])
        return StoredArray(shape, str(self._dtype), self._digest.hexdigest())

    def close(self) -> None:
        """Close the file; rows that are not synced do not count."""
        with suppress(OSError):  # of a full disk, once more
            self._file.close()

    def _header(self) -> memoryview:
        header = io.BytesIO()
        described = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": self._shape,
        }
        np.lib.format.write_array_header_1_0(header, described)
        return header.getbuffer()

    def _pass_over(self, good: StoredArray) -> None:
        length = len(self._header()) + math.prod(good.shape) * self._dtype.itemsize
        left = length
        while left and (data := self._file.read(min(left, _CHUNK))):
            self._digest.update(data)
            left -= len(data)
        if self._digest.hexdigest() != good.sha256:
            self._file.close()
            raise DamagedError(
                f"{self._path} is truncated or was altered: its digest does not match"
            )
        self._file.seek(length)
        self._file.truncate()
        self._rows = good.shape[0]

    def _append(self, data: memoryview) -> None:
        self._digest.update(data)
        self._file.write(data)
