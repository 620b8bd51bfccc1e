"""The controllers by name."""

from collections.abc import Callable

from autonomy.envs.arm.physics.control import Array, Controller
from autonomy.envs.arm.physics.joint_control import (
    JointDelta,
    JointPosition,
    JointTorque,
    JointVelocity,
)
from autonomy.envs.arm.physics.tool_control import ToolPose, ToolPosition
from autonomy.envs.arm.physics.urdf import Joints
from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError

_OF_THE_TOOL: dict[str, type[ToolPosition]] = {"position": ToolPosition, "pose": ToolPose}
_OF_THE_JOINTS: dict[str, Callable[[Joints], Controller]] = {
    "joint_delta": JointDelta,
    "joint_position": JointPosition,
    "joint_velocity": JointVelocity,
    "joint_torque": JointTorque,
}
CONTROLS = (*_OF_THE_TOOL, *_OF_THE_JOINTS)
"""Names of controllers."""


def make_controller(kind: str, robot: Robot, arm: Joints, upright: Array) -> Controller:
    """Make the controller of a name for a robot.

    Args:
        kind: `position` or `pose` move the tool, without and with its turn about the vertical;
            `joint_delta`, `joint_position`, `joint_velocity` and `joint_torque` move the joints.
        robot: The robot.
        arm: Its arm's joints.
        upright: `(3, 3)` rotation of the tool link at home, which it keeps but for that turn.

    Raises:
        InputError: There is no controller of that name.
    """
    if kind in _OF_THE_TOOL:
        return _OF_THE_TOOL[kind](robot, arm, upright)
    if kind in _OF_THE_JOINTS:
        return _OF_THE_JOINTS[kind](arm)
    raise InputError(f"control must be one of {', '.join(CONTROLS)}, got {kind!r}")
