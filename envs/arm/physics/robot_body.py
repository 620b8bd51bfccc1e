"""A robot in a physics server: which joints and links it has there, and their limits."""

from pathlib import Path
from typing import Any, NamedTuple

from autonomy.envs.arm.physics.urdf import Joints, joints_of, load_urdf
from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError


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
    path = Path(robot.urdf)
    body = load_urdf(client, path, "robot", robot.base, visible=visible)
    infos = [client.getJointInfo(body, number) for number in range(client.getNumJoints(body))]
    joint_names = [info[1].decode() for info in infos]
    link_names = [info[12].decode() for info in infos]
    base_name = client.getBodyInfo(body)[0].decode()
    arm = _numbers("joint", robot.arm_joints, joint_names, path)
    gripper = _numbers("joint", robot.gripper_joints, joint_names, path)
    movable = [info[0] for info in infos if info[3] > -1]
    return RobotBody(
        body,
        joints_of(infos, arm),
        joints_of(infos, gripper),
        joints_of(infos, [number for number in movable if number not in {*arm, *gripper}]),
        _numbers("link", (robot.tool_link,), link_names, path)[0],
        movable,
        (base_name, *link_names),
    )


def _numbers(kind: str, wanted: tuple[str, ...], names: list[str], path: Path) -> list[int]:
    for name in wanted:
        if name not in names:
            raise InputError(
                f"{kind} must be one of {', '.join(names)} of {path.name}, got {name!r}"
            )
    return [names.index(name) for name in wanted]
