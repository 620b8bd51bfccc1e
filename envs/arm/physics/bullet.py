"""PyBullet, imported where an arm is made and nowhere else."""

import ctypes
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

from autonomy.errors import InputError

_OUTPUT = (1, 2)  # standard output and standard error
_one_at_a_time = threading.RLock()


@cache
def pybullet() -> Any:
    """Return the module, whose types nobody wrote down.

    Raises:
        InputError: It is not installed, or was built without NumPy.
    """
    with silence():
        try:
            import pybullet as module
        except ModuleNotFoundError as error:
            raise InputError(
                "the arm worlds need PyBullet, which is not installed: pip install 'autonomy[arm]'"
            ) from error
    if not module.isNumpyEnabled():
        raise InputError(
            "the arm worlds need a PyBullet that was built with NumPy, got one without"
        )
    return module


def connect() -> Any:
    """Return a physics server of one's own in this process, empty."""
    pybullet()
    from pybullet_utils.bullet_client import BulletClient

    class Client(BulletClient):
        """One that finds each of its functions only once; a control step calls thirty."""

        def __getattr__(self, name: str) -> Any:
            found = super().__getattr__(name)
            setattr(self, name, found)
            return found

    with silence():
        return Client(pybullet().DIRECT)


def data_path() -> str:
    """Return the folder of robots and things that comes with PyBullet."""
    pybullet()
    import pybullet_data

    return pybullet_data.getDataPath()


@contextmanager
def silence() -> Generator[None]:
    """Keep to itself what PyBullet prints as it begins or reads a file: our output may be JSON.

    All threads share where output goes, so one at a time takes it away and gives it back.
    """
    flush = ctypes.CDLL(None).fflush
    with _one_at_a_time:
        flush(None)
        kept = [os.dup(stream) for stream in _OUTPUT]
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in _OUTPUT:
            os.dup2(nowhere, stream)
        os.close(nowhere)
        try:
            yield
        finally:
            flush(None)
            for stream, own in zip(_OUTPUT, kept, strict=True):
                os.dup2(own, stream)
                os.close(own)
