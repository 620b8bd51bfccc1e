"""A robot in a physics server: which joints and links it has there, and their limits."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.bullet import data_path, pybullet, silence
from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError

_FORCE, _SPEED = 100.0, 2.0  # [N m or N], [rad/s or m/s] of joints whose file says 0: none given


class Joints(NamedTuple):
    """Some joints of a body, with the limits that its file gives."""

    numbers: list[int]
    lower: NDArray[np.float64]  # [rad or m]
    upper: NDArray[np.float64]  # [rad or m]
    speed: NDArray[np.float64]  # [rad/s or m/s]
    force: NDArray[np.float64]  # [N m or N]


class RobotBody(NamedTuple):
    """A robot that was loaded."""

    body: int
    arm: Joints
    gripper: Joints
    others: Joints  # that move, and that nobody drives
    tool: int  # link
    movable: list[int]  # all joints that move, as Bullet orders them
    link_names: tuple[str, ...]  # the base's first


def load_robot(client: Any, robot: Robot, *, visible: bool) -> RobotBody:
    """Load a robot onto its place; `visible` reads the meshes that cameras see too.

    Raises:
        InputError: The file is missing or malformed, or has no joint or link of a given name.
    """
    bullet = pybullet()
    path = _found(Path(robot.urdf))
    try:
        with silence():
            body = _load(client, path, robot.base, visible)
    except bullet.error as error:
        raise InputError(
            f"robot file {path} must be a URDF or SDF that PyBullet reads: {error}"
        ) from None
    infos = [client.getJointInfo(body, number) for number in range(client.getNumJoints(body))]
    joint_names = [info[1].decode() for info in infos]
    link_names = [info[12].decode() for info in infos]
    base_name = client.getBodyInfo(body)[0].decode()
    arm = _numbers("joint", robot.arm_joints, joint_names, path)
    gripper = _numbers("joint", robot.gripper_joints, joint_names, path)
    movable = [info[0] for info in infos if info[3] > -1]
    return RobotBody(
        body,
        _joints(infos, arm),
        _joints(infos, gripper),
        _joints(infos, [number for number in movable if number not in {*arm, *gripper}]),
        _numbers("link", (robot.tool_link,), link_names, path)[0],
        movable,
        (base_name, *link_names),
    )


def base_pose(client: Any, body: int) -> tuple[float, ...]:
    """Return the pose of the base's own frame; Bullet reports that of its centre of mass."""
    mass = client.getBasePositionAndOrientation(body)
    inertial = client.getDynamicsInfo(body, -1)[3:5]
    position, quaternion = client.multiplyTransforms(*mass, *client.invertTransform(*inertial))
    return position + quaternion


def _load(client: Any, path: Path, base: tuple[float, float, float], visible: bool) -> int:
    bullet = pybullet()
    if path.suffix != ".sdf":
        flags = 0 if visible else bullet.URDF_IGNORE_VISUAL_SHAPES
        return client.loadURDF(str(path), base, useFixedBase=True, flags=flags)
    body = client.loadSDF(str(path))[0]
    position, quaternion = client.getBasePositionAndOrientation(body)
    shift = np.array(base) - base_pose(client, body)[:3]
    client.resetBasePositionAndOrientation(body, position + shift, quaternion)
    return body


def _found(path: Path) -> Path:
    for candidate in (path, Path(data_path()) / path):
        if candidate.is_file():
            return candidate
    raise InputError(f"robot file must exist, also looked for in pybullet_data, got {path}")


def _numbers(kind: str, wanted: tuple[str, ...], names: list[str], path: Path) -> list[int]:
    for name in wanted:
        if name not in names:
            raise InputError(
                f"{kind} must be one of {', '.join(names)} of {path.name}, got {name!r}"
            )
    return [names.index(name) for name in wanted]


def _joints(infos: list[Any], numbers: list[int]) -> Joints:
    """Read the limits; a range that is empty means a joint that turns without end."""
    limits = np.array([infos[number][8:12] for number in numbers], np.float64).reshape(-1, 4)
    lower, upper, force, speed = limits.T
    endless = lower > upper
    return Joints(
        numbers,
        np.where(endless, -np.inf, lower),
        np.where(endless, np.inf, upper),
        np.where(speed > 0.0, speed, _SPEED),
        np.where(force > 0.0, force, _FORCE),
    )
