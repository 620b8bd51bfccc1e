"""A robot in a physics server: which joints and links it has there, and their limits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.descriptions.hand import with_slender_fingers, with_solid_hand
from autonomy.envs.arm.descriptions.robot_fit import check_fit
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.gears import Follower, followers_of
from autonomy.envs.arm.physics.urdf import Joints, joints_of, load_body, read_file
from autonomy.envs.arm.robot import Robot


class RobotBody(NamedTuple):
    """A robot that was loaded; a joint has the number of the link that it moves."""

    body: int
    arm: Joints
    gripper: Joints
    followers: tuple[Follower, ...]  # that mimic joints which others drive
    others: Joints  # that move, and that nobody drives
    tool: int  # link
    movable: list[int]  # all joints that move, as Bullet orders them
    link_names: tuple[str, ...]  # the base's first
    description: Description

    @property
    def fingers(self) -> list[int]:
        """The joints that move fingers: the gripper's, and those that follow them."""
        led = [own.joint for own in self.followers if own.leader in self.gripper.numbers]
        return [*self.gripper.numbers, *led]


def describe_robot(robot: Robot) -> Description:
    """Read and check a robot's file.

    Raises:
        InputError: The file cannot be used, or has no joint or link as the robot says.
    """
    description = read_file(Path(robot.urdf), "robot", robot.packages)
    check_fit(robot, description)
    solid = with_solid_hand(description, robot.arm_joints[-1])
    return with_slender_fingers(solid, robot.arm_joints[-1]) if robot.gripper_joints else solid


def load_robot(client: Any, robot: Robot, *, visible: bool = False) -> RobotBody:
    """Load a robot onto its place.

    Args:
        client: The physics server.
        robot: The robot.
        visible: Whether PyBullet itself is to draw it.

    Raises:
        InputError: As `describe_robot`, or a mesh cannot be read.
    """
    description = describe_robot(robot)
    body = load_body(client, description, robot.standing.base, visible=visible)
    infos = [client.getJointInfo(body, number) for number in range(client.getNumJoints(body))]
    numbers = {info[1].decode(): info[0] for info in infos}
    links = {info[12].decode(): info[0] for info in infos}
    arm, gripper = (
        [numbers[name] for name in own] for own in (robot.arm_joints, robot.gripper_joints)
    )
    followers = followers_of(description, numbers, set(gripper))
    driven = {*arm, *gripper, *(own.joint for own in followers)}
    movable = [info[0] for info in infos if info[3] > -1]
    return RobotBody(
        body,
        joints_of(infos, arm),
        joints_of(infos, gripper),
        followers,
        joints_of(infos, [number for number in movable if number not in driven]),
        links.get(robot.tool_link, -1),
        movable,
        (client.getBodyInfo(body)[0].decode(), *links),
        description,
    )


def lowest_point(description: Description, pose: Mapping[str, float], carrier: str) -> float:
    """Return the height [m] of the lowest shape that a joint carries, in a robot that stands at 0.

    Args:
        description: Of the robot.
        pose: Positions of joints by name [rad or m]; the others are at 0.
        carrier: Name of the joint.
    """
    client = connect()
    body = load_body(client, description, (0.0, 0.0, 0.0))
    infos = [client.getJointInfo(body, number) for number in range(client.getNumJoints(body))]
    for number, name, *_ in infos:
        client.resetJointState(body, number, pose.get(name.decode(), 0.0))
    client.performCollisionDetection()
    carried = [info[0] for info in infos if _is_carried(description, info[12].decode(), carrier)]
    boxes = [client.getAABB(body, number) for number in carried]
    lowest = min((box[0][2] for box in boxes), default=float("inf"))
    client.disconnect()
    return float(lowest)


def _is_carried(description: Description, link: str, carrier: str) -> bool:
    has_shape = bool(description.link[link].collisions)
    return has_shape and any(joint.name == carrier for joint in description.chain(link))
