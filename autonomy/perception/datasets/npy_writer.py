"""One array on disk that grows while it is written, and its digest."""

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.perception.datasets.manifest import StoredArray


class NpyWriter:
    """Writes an array of known length to a `.npy` file, rows after rows."""

    def __init__(self, path: Path, like: NDArray[Any], length: int) -> None:
        """Begin a file for `length` rows such as those of `like` `(n, ...)`."""
        self._shape, self._dtype = (length, *like.shape[1:]), like.dtype
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        header = io.BytesIO()
        described = {
            "descr": np.lib.format.dtype_to_descr(like.dtype),
            "fortran_order": False,
            "shape": self._shape,
        }
        np.lib.format.write_array_header_1_0(header, described)
        self._append(header.getbuffer())

    def append(self, rows: NDArray[Any]) -> None:
        """Write some rows `(n, ...)`."""
        assert rows.dtype == self._dtype
        assert rows.shape[1:] == self._shape[1:]
        self._append(np.ascontiguousarray(rows).reshape(-1).view(np.uint8).data)

    def finish(self) -> StoredArray:
        """Close the file and return what it is."""
        self._file.close()
        return StoredArray(self._shape, str(self._dtype), self._digest.hexdigest())

    def close(self) -> None:
        """Close the file, whether it is finished or not."""
        self._file.close()

    def _append(self, data: memoryview) -> None:
        self._digest.update(data)
        self._file.write(data)
