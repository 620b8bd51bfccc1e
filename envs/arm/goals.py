"""Goals that a user chooses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError
from envs.arm.control import Array
from envs.arm.robot import Robot
from envs.arm.task import Task


def chosen_goals(
    given: Any, rows: NDArray[np.intp], num_envs: int, task: Task, robot: Robot
) -> Array:
    """Return the goals `(n, G)` of some rows, out of one `(G,)` for all or of `(N, G)`.

    Raises:
        InputError: It has another shape, or a goal of those rows cannot be reached.
    """
    try:
        goals = np.array(given, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"goal must be an array of numbers, got {given!r}") from None
    size = task.goal_size
    if goals.shape not in ((size,), (num_envs, size)):
        raise InputError(
            f"goal must be an array of shape ({size},) or ({num_envs}, {size}), got one of shape "
            f"{goals.shape}"
        )
    own = np.broadcast_to(goals, (num_envs, size))[rows]
    for goal in own:
        wanted = "finite" if not np.isfinite(goal).all() else task.refusal(goal, robot)
        if wanted:
            raise InputError(f"goal must be {wanted}, got {tuple(goal.tolist())}")
    return own
