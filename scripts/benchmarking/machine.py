"""Which machine a figure comes from."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from autonomy.versions import versions

_PACKAGES = (
    "numba",
    "opencv-python-headless",
    "envpool",
    "Box2D",
    "pygame-ce",
    "highway-env",
    "panda-gym",
    "gymnasium-robotics",
    "mujoco",
)


def machine() -> dict[str, Any]:
    """Return processor, usable cores, load before the benchmark, system and versions."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "load_average_1min": os.getloadavg()[0],
        "system": platform.platform(),
        "versions": {**versions(), **_more_versions()},
    }


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _more_versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
