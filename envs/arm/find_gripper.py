"""The gripper of a robot file: which joints move fingers, and where these are open and closed."""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from autonomy.envs.arm.descriptions.description import Description, Joint
from autonomy.envs.arm.physics.chain import chain_of
from autonomy.envs.arm.physics.hand import Hand
from autonomy.envs.arm.physics.inverse_kinematics import approach_of
from autonomy.envs.arm.physics.lone_jaw import jaw_of, lone_jaw_of, middle_of
from autonomy.envs.arm.physics.robot_body import describe_robot
from autonomy.envs.arm.robot import Robot

_WIDEST = 0.1  # [m] that fingers open, all together
_GENTLE = 11.0  # [N] with which they hold
_INERTIA = 5e-3  # [kg m²]; see `Robot.gripper_inertia`
_CLEARLY = 0.002  # [m] nearer to the tool point
_BEFORE_THE_END = 0.01  # [m] of the hand, where jaws meet
_ASIDE = 0.04  # [m] from the tool point to where jaws meet, at most


def with_gripper(robot: Robot) -> Robot:
    """Return a robot with the gripper that its file has, if it has one that can be told.

    A joint closes towards that end of its range at which the finger is nearer to the tool point.
    Where only one jaw moves, the tool point comes to the surface of the other.

    Raises:
        InputError: The file cannot be used, or the tool does not get down to the table.
    """
    description = describe_robot(robot)
    joints = _joints_of_fingers(description, robot)
    if not joints:
        return robot
    fingers = _fingers(description, robot, joints)
    if not fingers:
        return robot
    found = replace(
        robot,
        gripper_joints=tuple(own.name for own in fingers),
        gripper_open=tuple(own.open for own in fingers),
        gripper_closed=tuple(own.closed for own in fingers),
        gripper_force=tuple(own.force for own in fingers),
        gripper_inertia=_INERTIA,
    )
    return _at_the_jaw_that_stays(description, found)


class _Finger(NamedTuple):
    name: str  # of its joint
    open: float  # [rad or m]
    closed: float  # [rad or m]
    force: float  # [N m or N]


def _joints_of_fingers(description: Description, robot: Robot) -> list[Joint]:
    """Return the first joints after the arm that move by themselves, between two ends."""
    arm = set(robot.arm_joints)
    return [
        joint
        for joint in description.joints
        if joint.moves
        and joint.mimic is None
        and math.isfinite(joint.limits.upper - joint.limits.lower)
        and {own.name for own in description.chain(joint.parent) if own.moves} == arm
    ]


def _fingers(description: Description, robot: Robot, joints: list[Joint]) -> list[_Finger]:
    trial = replace(
        robot,
        gripper_joints=tuple(joint.name for joint in joints),
        gripper_open=tuple(joint.limits.upper for joint in joints),
        gripper_closed=tuple(joint.limits.lower for joint in joints),
    )
    hand = Hand(trial)
    at_upper, at_lower = hand.to_tool_point(1.0), hand.to_tool_point(-1.0)
    hand.close()
    fingers: list[_Finger] = []
    for joint, upper, lower in zip(joints, at_upper, at_lower, strict=True):
        if abs(upper - lower) > _CLEARLY:
            ends = joint.limits[:2] if lower < upper else joint.limits[1::-1]
            fingers.append(_finger(description, robot, joint, ends, _WIDEST / len(joints)))
    return fingers


def _finger(
    description: Description, robot: Robot, joint: Joint, ends: tuple[float, ...], widest: float
) -> _Finger:
    """Return a finger that is at one end of its range when it is closed, and opens so far [m]."""
    closed, end = ends
    jaw = jaw_of(description, robot, joint, closed)
    lever = 1.0 if jaw.slides else float(np.sqrt((np.cross(jaw.axis, jaw.lever) ** 2).sum()))
    most = widest if jaw.slides else 2.0 * math.asin(min(0.5 * widest / lever, 1.0))
    opened = closed + math.copysign(min(abs(end - closed), most), end - closed)
    return _Finger(
        joint.name, opened, closed, min(joint.limits.effort or math.inf, _GENTLE * lever)
    )


def _at_the_jaw_that_stays(description: Description, robot: Robot) -> Robot:
    """Bring the tool point of a gripper with one moving jaw to the surface of the other."""
    jaw = lone_jaw_of(description, robot)
    if jaw is None:
        return robot
    chain = chain_of(description, robot.arm_joints, robot.tool_link, robot.standing.tool_point)
    approach = approach_of(chain)
    opened = middle_of(jaw, np.array(robot.gripper_open))[0]
    across = opened - (opened * approach).sum() * approach
    way = across / np.sqrt((across**2).sum())
    point = robot.standing.tool_point - _BEFORE_THE_END * approach
    hand = Hand(robot)
    surface = hand.surface(point + _ASIDE * way, point - _ASIDE * way)
    hand.close()
    x, y, z = (point if surface is None else surface).round(4).tolist()
    return replace(robot, tool_point=(x, y, z))
