"""Postures that a robot may have at its table: forward kinematics, without a step of physics."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import power
from autonomy.envs.arm.physics.arm import Arm
from autonomy.envs.arm.physics.arm_state import Bodies, Sizes, allocate, row_of
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.robot import Robot

_LOW, _HIGH = (-0.24, -0.36, 0.012), (0.24, 0.36, 0.38)  # [m] where the tool is brought
_ASKEW = 0.03  # [rad] that each joint may be away from what inverse kinematics says
_ITERATIONS = 20


class Postures(NamedTuple):
    """K postures, in the order of how far the gripper is open."""

    bodies: Bodies  # of K robots with nothing on their tables
    opening: Array  # (K,) 0 closed, 1 open
    gripper_links: frozenset[int]  # numbers of the links of the hand and its fingers


def make_postures(robot: Robot, count: int, grips: bool, random: np.random.Generator) -> Postures:
    """Bring a robot's tool to `count` places above its table, low ones more often than high ones.

    Args:
        robot: The robot.
        count: K.
        grips: Whether the gripper opens; a quarter of the postures have it closed, and as many
            wide open. Else it is always closed.
        random: Where the postures come from.
    """
    client = connect()
    arm = Arm(client, robot)
    low, high = np.array(_LOW), np.array(_HIGH)
    share = power(random.random((count, 3)), (1.0, 1.0, 1.5))
    askew = -_ASKEW + 2.0 * _ASKEW * random.random((count, len(robot.standing.home)))
    opening = np.sort(np.clip(-0.5 + 2.0 * random.random(count), 0.0, float(grips)))
    joints = [_reaching(client, arm, place) for place in low + (high - low) * share]
    bodies = _written(arm, np.array(joints) + askew, opening)
    hand = _hand_links(client, arm)
    client.disconnect()
    return Postures(bodies, opening, hand)


def bodies_of(robot: Robot, joints: Array, opening: Array) -> Bodies:
    """Return where all is of K robots with nothing on their tables.

    Args:
        robot: The robot.
        joints: `(K, n)` positions of the arm's joints [rad].
        opening: `(K,)` of the gripper: 0 closed, 1 open.
    """
    client = connect()
    bodies = _written(Arm(client, robot), joints, opening)
    client.disconnect()
    return bodies


def _written(arm: Arm, joints: Array, opening: Array) -> Bodies:
    own, fingers = len(arm.parts.arm.numbers), len(arm.parts.gripper.numbers)
    sizes = Sizes(own, own + fingers, len(arm.parts.link_names), 0, 0)
    bodies = allocate(len(joints), sizes).bodies
    for k, posture in enumerate(joints.tolist()):
        arm.pose(posture, 2.0 * opening[k] - 1.0)
        arm.write(row_of(bodies, k))
    return bodies


def _reaching(client: Any, arm: Arm, place: Array) -> NDArray[np.float64]:
    """Return joint positions that bring the tool near a place, upright as it is."""
    parts = arm.parts
    arm.pose(arm.robot.standing.home, -1.0)
    upright = client.getLinkState(parts.body, parts.tool)[5]
    of_link = place - (arm.tool().turn * arm.robot.standing.tool_point).sum(axis=1)
    found = client.calculateInverseKinematics(
        parts.body, parts.tool, of_link.tolist(), upright, maxNumIterations=_ITERATIONS
    )
    return np.array([found[parts.movable.index(joint)] for joint in parts.arm.numbers])


def _hand_links(client: Any, arm: Arm) -> frozenset[int]:
    """Return the links that the gripper's joints and what follows them move, and their carriers."""
    fingers = arm.parts.fingers
    carriers = [client.getJointInfo(arm.parts.body, joint)[16] for joint in fingers]
    return frozenset(link + 1 for link in (*fingers, *carriers))
