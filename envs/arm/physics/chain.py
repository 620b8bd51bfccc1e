"""The joints that carry a tool, and where they bring it, without any physics."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.arm.descriptions.description import Description, Pose
from autonomy.envs.arm.descriptions.poses import turn_of
from autonomy.envs.arm.physics.control import Array
from autonomy.linear_algebra import product


class Chain(NamedTuple):
    """Some joints, from the base on, and a tool, in the base's frame while all joints are at 0."""

    axes: Array  # (n, 3) about which they turn or along which they slide
    points: Array  # (n, 3) on those axes [m]
    slides: NDArray[np.bool_]  # (n,)
    tool: Array  # (3, 4) pose of the tool point, with the axes of its link
    lower: Array  # (n,) [rad or m]; -inf of one that turns without end
    upper: Array  # (n,)


class Reached(NamedTuple):
    """Where joints bring what they carry."""

    tool: Array  # (3, 4) pose
    points: Array  # (n, 3) of the joints [m]
    jacobian: Array  # (6, n) of the tool point: linear above angular


def chain_of(
    description: Description, arm_joints: Sequence[str], tool_link: str, tool_point: Sequence[float]
) -> Chain:
    """Return the chain of some of a robot's joints; all others are at 0."""
    pose, poses = np.eye(3, 4), dict[str, Array]()
    joints = [description.joint[name] for name in arm_joints]
    for joint in description.chain(tool_link):
        pose = _moved(pose, joint.origin)
        poses[joint.name] = pose
    pose = _moved(pose, Pose((tool_point[0], tool_point[1], tool_point[2])))
    return Chain(
        np.array([product(poses[own.name][:, :3], np.array([own.axis]).T)[:, 0] for own in joints]),
        np.array([poses[own.name][:, 3] for own in joints]),
        np.array([own.kind == "prismatic" for own in joints]),
        pose,
        np.array([own.limits.lower for own in joints]),
        np.array([own.limits.upper for own in joints]),
    )


def _moved(outer: Array, inner: Pose) -> Array:
    own = np.column_stack([np.array(turn_of(inner.rpy)), inner.position])
    moved = product(outer[:, :3].copy(), own)
    moved[:, 3] += outer[:, 3]
    return moved


@compiled
def reached(chain: Chain, joints: Array) -> Reached:
    """Return where joints `(n,)` [rad or m] bring the tool, by a product of exponentials.

    Brockett, "Robotic manipulators and the product of exponentials formula", 1984.
    """
    count = len(joints)
    turn, shift = np.eye(3), np.zeros(3)
    axes, points = np.empty((count, 3)), np.empty((count, 3))
    for k in range(count):
        axes[k] = product(turn, chain.axes[k].copy().reshape(3, 1)).ravel()
        points[k] = product(turn, chain.points[k].copy().reshape(3, 1)).ravel() + shift
        if chain.slides[k]:
            shift = shift + joints[k] * axes[k]
            continue
        about = _rotation(axes[k], joints[k])
        shift = points[k] + product(about, (shift - points[k]).reshape(3, 1)).ravel()
        turn = product(about, turn)
    tool = product(turn, chain.tool)
    tool[:, 3] += shift
    jacobian = np.zeros((6, count))
    for k in range(count):
        if chain.slides[k]:
            jacobian[:3, k] = axes[k]
        else:
            jacobian[:3, k] = _cross(axes[k], tool[:, 3] - points[k])
            jacobian[3:, k] = axes[k]
    return Reached(tool, points, jacobian)


@compiled
def _rotation(axis: Array, angle: float) -> Array:
    """Return the rotation `(3, 3)` about an axis of length 1 (Rodrigues)."""
    c, s = np.cos(angle), np.sin(angle)
    x, y, z = axis[0], axis[1], axis[2]
    across = np.array(((0.0, -z, y), (z, 0.0, -x), (-y, x, 0.0)))
    return np.eye(3) + s * across + (1.0 - c) * product(across, across)


@compiled
def _cross(a: Array, b: Array) -> Array:
    return np.array(
        (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    )
