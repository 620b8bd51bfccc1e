"""Files and folders that are either whole or absent."""

import json
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autonomy.errors import InputError


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """Yield a temporary path beside `path`; on success it is synced and renamed to `path`.

    The temporary name keeps the suffix, which tells writers such as OpenCV the format.
    On an exception the temporary file is removed and `path` stays as it was.

    Raises:
        InputError: No file can be written there.
    """
    if path.is_dir():
        raise InputError(f"a file must not have the name of a folder, got {path}")
    make_folder(path.parent)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        sync(temporary)
        temporary.chmod(0o644)  # mkstemp made it private
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path, kind: str) -> Generator[Path]:
    """Yield a temporary folder beside `folder`; on success it is renamed to `folder`.

    On an exception nothing is left.

    Args:
        folder: Where to; it must not exist.
        kind: What it is, such as `policy`.

    Raises:
        InputError: The folder exists, or cannot be made.
    """
    if folder.exists():
        raise InputError(f"{kind} folder must be new, {folder} exists")
    make_folder(folder.parent)
    try:
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    except OSError as error:
        raise InputError(f"folder {folder} cannot be made: {error.strerror}") from error
    try:
        yield temporary
        temporary.chmod(0o755)  # mkdtemp made it private
        temporary.rename(folder)
        sync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def make_folder(path: Path) -> None:
    """Make a folder and those around it, if they are not there.

    Raises:
        InputError: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"folder {path} cannot be made: {error.strerror}") from error


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as a whole file."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write `value` to `path` as indented JSON; NaN and infinity are refused."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def sync(path: Path) -> None:
    """Bring a file, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
