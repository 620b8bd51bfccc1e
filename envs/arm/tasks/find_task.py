"""Tasks by name."""

from typing import TYPE_CHECKING

from autonomy.given import given

if TYPE_CHECKING:
    from autonomy.envs.arm.tasks.task import ArmTask

_HERE = "autonomy.envs.arm.tasks"
TASKS = {
    "reach": f"{_HERE}.reach:Reach",
    "push": f"{_HERE}.push:Push",
    "pick_and_place": f"{_HERE}.pick_and_place:PickAndPlace",
    "stack": f"{_HERE}.stack:Stack",
    "slide": f"{_HERE}.slide:Slide",
    "flip": f"{_HERE}.flip:Flip",
}
"""Where the tasks are, easiest first; each is imported when it is asked for."""


def find_task(choice: "str | ArmTask") -> "ArmTask":
    """Return the task of a name or of `module:Class` or `file.py:Class`, or the task itself.

    Raises:
        InputError: There is none.
    """
    from autonomy.envs.arm.tasks.task import ArmTask  # the names alone cost nothing

    return given(choice, ArmTask, "task", TASKS)
