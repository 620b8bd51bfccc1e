"""How the process keeps its memory while it learns."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # parameters of glibc's mallopt, from malloc.h
_LARGEST_INT = 2**31 - 1


def keep_freed_memory() -> None:
    """Let glibc keep large arrays that are freed, for the next ones, instead of returning them.

    Learning frees and makes arrays of tens of megabytes hundreds of times a second. Fetched from
    the system each time, page by page, they cost a fifth of the learner's time.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, _LARGEST_INT)
