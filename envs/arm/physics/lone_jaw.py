"""Grippers of which one jaw moves and the other is the hand itself, as hobby arms have them.

While such a gripper opens, the middle between its jaws goes with the one that moves, half as far.
"""

from typing import NamedTuple

import numpy as np

from autonomy.elementary import cos, sin
from autonomy.envs.arm.descriptions.description import Description, Joint
from autonomy.envs.arm.physics.chain import chain_of
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.robot import Robot
from autonomy.linear_algebra import product


class LoneJaw(NamedTuple):
    """The joint of a jaw, in the tool link's frame, and where the jaws meet."""

    axis: Array  # (3,) about which it turns or along which it slides
    lever: Array  # (3,) from that axis to where the jaws meet [m]
    slides: bool
    closed: float  # [rad or m] its position where they do


def lone_jaw_of(description: Description, robot: Robot) -> LoneJaw | None:
    """Return the jaw of a gripper that has only one that moves; None of any other."""
    if len(robot.gripper_joints) != 1:
        return None
    joint = description.joint[robot.gripper_joints[0]]
    if led_by(description, joint) or _moving(description, joint.parent) != _moving(
        description, robot.tool_link
    ):
        return None
    return jaw_of(description, robot, joint, robot.gripper_closed[0])


def jaw_of(description: Description, robot: Robot, joint: Joint, closed: float) -> LoneJaw:
    """Return a joint that moves a finger, which meets another at the tool point."""
    point = robot.standing.tool_point
    tool = chain_of(description, robot.arm_joints, robot.tool_link, point).tool
    jaw = chain_of(description, [joint.name], joint.child, (0.0, 0.0, 0.0))
    vectors = np.stack([jaw.axes[0], tool[:, 3] - jaw.points[0]], axis=1)
    axis, lever = product(tool[:, :3].T.copy(), vectors).T
    return LoneJaw(axis, lever, bool(jaw.slides[0]), closed)


def led_by(description: Description, joint: Joint) -> list[Joint]:
    """Return the joints that mimic a joint."""
    return [own for own in description.joints if own.mimic and own.mimic.joint == joint.name]


def middle_of(jaw: LoneJaw, position: Array) -> Array:
    """Return `(N, 3)` from where the jaws meet to the middle between them, in the link's frame.

    Args:
        jaw: The jaw.
        position: `(N,)` of its joint [rad or m].
    """
    moved = (position - jaw.closed)[:, np.newaxis]
    if jaw.slides:
        return moved * jaw.axis / 2.0
    across = np.cross(jaw.axis, jaw.lever)
    return (sin(moved) * across + (1.0 - cos(moved)) * np.cross(jaw.axis, across)) / 2.0


def _moving(description: Description, link: str) -> list[Joint]:
    return [own for own in description.chain(link) if own.moves]
