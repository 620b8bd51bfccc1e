"""Goals that a user chooses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.batched_world import Choices
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.tasks.task import ArmTask
from autonomy.errors import InputError


def read_choices(
    options: dict[str, Any], rows: NDArray[np.intp], num_envs: int, task: ArmTask, robot: Robot
) -> Choices:
    """Return `goal` `(n, G)` for some rows, if the options have one: `(G,)` for all, or `(N, G)`.

    Raises:
        InputError: There is another option, the goal has another shape, or one of those rows
            cannot be reached.
    """
    for name in options:
        if name != "goal":
            raise InputError(f"reset must get no option but reset_mask and goal, got {name!r}")
    if not options:
        return {}
    goals = np.broadcast_to(_numbers(options["goal"], num_envs, task), (num_envs, task.goal_size))
    for goal in goals[rows]:
        wanted = task.refusal(goal, robot) if np.isfinite(goal).all() else "finite"
        if wanted:
            raise InputError(f"goal must be {wanted}, got {tuple(goal.tolist())}")
    return {"goal": goals[rows]}


def _numbers(given: Any, num_envs: int, task: ArmTask) -> Array:
    try:
        goals = np.array(given, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"goal must be an array of numbers, got {given!r}") from None
    one, all_of_them = (task.goal_size,), (num_envs, task.goal_size)
    if goals.shape not in (one, all_of_them):
        raise InputError(
            f"goal must be an array of shape {one} or {all_of_them}, got one of shape {goals.shape}"
        )
    return goals
