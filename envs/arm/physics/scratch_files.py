"""Files in which the states of N simulations go from one process to another."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def scratch_folder() -> Generator[Path]:
    """Give a folder that is gone afterwards, in memory where there is such a place."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def row_file(folder: Path, row: int) -> Path:
    """Return where the state of a row is."""
    return folder / f"{row}.bullet"


def read_rows(folder: Path, count: int) -> list[bytes]:
    """Return what the files of all rows hold."""
    return [row_file(folder, row).read_bytes() for row in range(count)]


def write_rows(folder: Path, files: Sequence[bytes]) -> None:
    """Write a file for each row."""
    for row, file in enumerate(files):
        row_file(folder, row).write_bytes(file)
