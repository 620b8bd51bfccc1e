"""Files and folders that are either whole or absent."""

import errno
import fcntl
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from autonomy.errors import InputError

_OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""What goes wrong with disks, and not with what is written."""


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """Yield a temporary path beside `path`; on success it is synced and renamed to `path`.

    The temporary name keeps the suffix, which tells writers such as OpenCV the format.
    On an exception the temporary file is removed and `path` stays as it was.

    Raises:
        InputError: No file can be written there.
    """
    temporary = _temporary_for(path)
    try:
        yield temporary
        sync(temporary)
        temporary.chmod(0o644)  # mkstemp made it private
        temporary.replace(path)
        sync(path.parent)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _temporary_for(path: Path) -> Path:
    if path.is_dir():
        raise InputError(f"a file must not have the name of a folder, got {path}")
    if path.exists() and not path.is_file():
        raise InputError(f"a file must not replace a device, got {path}")
    make_folder(path.parent)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    os.close(handle)
    return Path(name)


def check_writable(path: Path) -> None:
    """Raise `InputError` if no file can be written there, before there is what to write."""
    _temporary_for(path).unlink()


@contextmanager
def whole_folder(folder: Path, kind: str) -> Generator[Path]:
    """Yield a temporary folder beside `folder`; on success it is renamed to `folder`.

    On an exception nothing is left.

    Args:
        folder: Where to; it must not exist.
        kind: What it is, such as `policy`.

    Raises:
        InputError: The folder exists, or cannot be made; or the disk is full or fails.
    """
    refuse_taken(folder, kind)
    make_folder(folder.parent)
    _remove_left(folder)
    try:
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    except OSError as error:
        raise InputError(f"folder {folder} cannot be made: {error.strerror}") from error
    try:
        with disk_named(folder), locked(temporary):
            yield temporary
            temporary.chmod(0o755)  # mkdtemp made it private
            _rename(temporary, folder, kind)
            sync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def disk_named(folder: Path) -> Generator[None]:
    """Turn what goes wrong with the disk of a folder into an `InputError` that names it."""
    try:
        yield
    except OSError as error:
        if error.errno not in _OF_DISKS:
            raise
        raise InputError(f"{folder} cannot be written: {os.strerror(error.errno)}") from error


@contextmanager
def changed_folder(folder: Path) -> Generator[Path]:
    """Yield a copy of a folder; on success it takes its place, else the folder stays as it was.

    Whoever is killed while the two change places leaves the folder as `.NAME.before`, which the
    next change brings back.

    Raises:
        InputError: The disk is full or fails.
    """
    before = folder.with_name(f".{folder.name}.before")
    if before.exists() and not folder.exists():
        before.rename(folder)
    shutil.rmtree(before, ignore_errors=True)
    copy = folder.with_name(f".{folder.name}.after")
    shutil.rmtree(copy, ignore_errors=True)
    try:
        shutil.copytree(folder, copy)
        yield copy
        folder.rename(before)
        copy.rename(folder)
        sync(folder.parent)
    except OSError as error:
        if error.errno not in _OF_DISKS:
            raise
        raise InputError(f"{folder} cannot be written: {os.strerror(error.errno)}") from error
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        if folder.exists():
            shutil.rmtree(before, ignore_errors=True)


def _remove_left(folder: Path) -> None:
    """Remove what processes left beside a folder that were killed while they wrote it."""
    for left in folder.parent.glob(f".{folder.name}-{'?' * 8}"):
        with suppress(InputError), locked(left):  # else its process lives
            shutil.rmtree(left)
            warnings.warn(f"{left}, which was left half-written, was removed", stacklevel=4)


def refuse_taken(folder: Path, kind: str) -> None:
    """Raise `InputError` if there is something in a folder, or a file in its place."""
    if folder.exists() and not (folder.is_dir() and _is_empty(folder)):
        raise InputError(f"{kind} folder must be new, {folder} exists")


@contextmanager
def new_folder(names: Iterator[Path]) -> Generator[Path]:
    """Make the first folder that is not there yet, for this process alone.

    If nothing was put into it, it is taken away.

    Args:
        names: As many as it takes.

    Raises:
        InputError: It cannot be made.
    """
    folder = next(own for own in names if _is_made(own))
    try:
        yield folder
    finally:
        if _is_empty(folder):
            folder.rmdir()


def _is_made(folder: Path) -> bool:
    """Make a folder; return False if there is one of that name."""
    make_folder(folder.parent)
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    except OSError as error:
        raise InputError(f"folder {folder} cannot be made: {error.strerror}") from error
    return True


def _is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


def _rename(temporary: Path, folder: Path, kind: str) -> None:
    try:
        temporary.rename(folder)
    except OSError as error:  # another process was first
        raise InputError(f"{kind} folder must be new, {folder} exists") from error


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Keep a folder to this process, as long as it lives.

    Raises:
        InputError: Another process keeps it, or it is not there.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"{folder} cannot be opened: {error.strerror}") from error
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Tell whether a process keeps a folder to itself."""
    try:
        with locked(folder):
            return False
    except InputError:
        return True


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(f"{folder} is in use by another process") from None


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
