"""The robots by name, and those that users bring."""

from collections.abc import Sequence
from pathlib import Path

from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError
from autonomy.given import given

ROBOTS = {
    "panda": "autonomy.envs.arm.robot:PANDA",
    "kuka": "autonomy.envs.arm.robot:KUKA",
    "xarm6": "autonomy.envs.arm.robot:XARM6",
}
"""Where the robots are, by name."""

_SUFFIXES = (".urdf", ".sdf", ".xml", ".xacro")


def find_robot(
    choice: str | Robot, arm_joints: Sequence[str] = (), tool_link: str | None = None
) -> Robot:
    """Return the robot of a name, of `module:NAME` or `file.py:NAME`, or of a URDF or SDF file.

    Args:
        choice: What the user chose, which may be the robot itself.
        arm_joints: Of a file, which of its joints carry the tool; by default those that do.
        tool_link: Of a file, which of its links the tool is on; by default it is guessed, where
            there is one choice.

    Raises:
        InputError: There is none, the file cannot be used, or it leaves open what the tool is on.
    """
    if isinstance(choice, str) and Path(choice).suffix.lower() in _SUFFIXES:
        from autonomy.envs.arm.robot_of_file import robot_of_file

        return robot_of_file(choice, tuple(arm_joints), tool_link)
    for name, value in (("arm_joints", arm_joints), ("tool_link", tool_link)):
        if value:
            raise InputError(f"{name} must go with a URDF or SDF file as robot, got {choice!r}")
    return given(choice, Robot, "robot", ROBOTS)
