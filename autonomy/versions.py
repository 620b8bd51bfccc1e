"""Which versions of what a result came from."""

import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("autonomy", "gymnasium", "numpy", "torch", "stable-baselines3")


def versions() -> dict[str, str]:
    """Return the versions of Python and of those installed packages that results depend on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
