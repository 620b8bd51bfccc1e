"""Arm worlds for tests: small, with known parts."""

from typing import Any

import gymnasium as gym

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.envs.arm.tasks.task import ArmTask


def make(name: str, num_envs: int = 1, **options: Any) -> Any:
    """Make the world of a task, in this process, which resets by hand."""
    options = {"processes": 0, "observations": ("state",), **options}
    env_id = f"autonomy/Arm{name}-v0"
    return gym.make_vec(env_id, num_envs, autoreset_mode="Disabled", **options).unwrapped


def endless(task: ArmTask) -> ArmTask:
    """A task that goes on when it is done."""
    task.tolerance, task.max_steps = -1.0, 1000
    return task
