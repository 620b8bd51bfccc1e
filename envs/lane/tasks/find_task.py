"""Tasks by name."""

from typing import TYPE_CHECKING

from autonomy.given import given

if TYPE_CHECKING:
    from autonomy.envs.lane.tasks.task import LaneTask

TASKS = {"lane_follow": "autonomy.envs.lane.tasks.lane_follow:LaneFollow"}
"""Where the tasks are; each is imported when it is asked for."""


def find_task(choice: "str | LaneTask") -> "LaneTask":
    """Return the task of a name or of `module:Class` or `file.py:Class`, or the task itself.

    Raises:
        InputError: There is none.
    """
    from autonomy.envs.lane.tasks.task import LaneTask  # the names alone cost nothing

    return given(choice, LaneTask, "task", TASKS)
