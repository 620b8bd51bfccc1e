"""The truth about N worlds, as tasks judge it and their experts know it."""

from typing import NamedTuple

import numpy as np

from autonomy.envs.arm.physics.arm_state import Bodies, Setup
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.lone_jaw import middle_of
from autonomy.envs.arm.physics.quaternions import turned
from autonomy.envs.arm.physics.simulation import Facts
from autonomy.envs.arm.robot import Robot, Standing


class Situation(NamedTuple):
    """How N worlds are after a control step."""

    bodies: Bodies
    setup: Setup
    size: Array  # (N, O, 3) of each thing [m]
    goal: Array  # (N, G)
    opening: Array  # (N,) of the gripper: 0 closed, 1 open
    opening_rate: Array  # (N,) [1/s]
    reward: str  # `sparse` or `dense`, as the user wants it
    grip: Array  # (N, 3) from the tool point to the middle between the fingers [m]
    standing: Standing  # of all robots


def gripper_opening(robot: Robot, bodies: Bodies) -> tuple[Array, Array]:
    """Return how far the gripper is open `(N,)`, 0 closed and 1 open, and how fast that changes."""
    if not robot.gripper_joints:
        nothing = np.zeros(len(bodies.joint_position))
        return nothing, nothing
    first, shut = -len(robot.gripper_joints), robot.gripper_closed[0]
    span = robot.gripper_open[0] - shut
    opening = (bodies.joint_position[:, first] - shut) / span
    return opening, bodies.joint_velocity[:, first] / span


def grip_of(facts: Facts, bodies: Bodies) -> Array:
    """Return `(N, 3)` from the tool point to the middle between the fingers [m].

    Where two fingers or more move, that is the tool point.
    """
    if facts.jaw is None:
        return np.zeros((len(bodies.tool_position), 3))
    middle = middle_of(facts.jaw, bodies.joint_position[:, -1])
    return turned(middle, bodies.link_pose[:, facts.tool, 3:])
