"""Arm worlds for tests: small, with known parts."""

from typing import Any

import gymnasium as gym

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids


def make(task: str, num_envs: int = 1, **options: Any) -> Any:
    """Make the world of a task, in this process, which resets by hand."""
    options = {"processes": 0, "observations": ("state",), **options}
    name = f"autonomy/Arm{task}-v0"
    return gym.make_vec(name, num_envs, autoreset_mode="Disabled", **options).unwrapped
