"""Whether what a `Robot` says of its file is so."""

from collections.abc import Iterable, Mapping

from autonomy.envs.arm.descriptions.description import Description, Joint
from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError


def check_fit(robot: Robot, description: Description) -> None:
    """Look whether a robot has the joints and the link that are named, and can be where it is told.

    Raises:
        InputError: It has not, or cannot.
    """
    file = description.file.name
    for name in robot.arm_joints + robot.gripper_joints:
        _check_named("joint", name, description.joint, file)
    _check_named("link", robot.tool_link, description.link, file)
    _check_arm(robot, description)
    _check_gripper(robot, description)
    for what, names, positions in (
        ("home", robot.arm_joints if robot.home else (), robot.home or ()),
        ("gripper_open", robot.gripper_joints, robot.gripper_open),
        ("gripper_closed", robot.gripper_joints, robot.gripper_closed),
    ):
        _check_positions(what, (description.joint[name] for name in names), positions)
    if not any(link.visuals or link.collisions for link in description.links):
        raise InputError(f"a robot must have shapes that can be seen, got none in {file}")


def _check_named(kind: str, name: str, known: Mapping[str, object], file: str) -> None:
    if name not in known:
        raise InputError(f"{kind} must be one of {', '.join(known)} of {file}, got {name!r}")


def _check_arm(robot: Robot, description: Description) -> None:
    file, chain = description.file.name, description.chain(robot.tool_link)
    for joint in (description.joint[name] for name in robot.arm_joints):
        if not joint.moves:
            raise InputError(f"arm_joints must move, got {joint.name}, which is fixed in {file}")
        if joint.mimic is not None:
            raise InputError(
                f"arm_joints must move by themselves, got {joint.name}, which mimics "
                f"{joint.mimic.joint} in {file}"
            )
        if joint not in chain:
            raise InputError(
                f"arm_joints must carry the tool link {robot.tool_link}, got {joint.name}, which "
                f"does not in {file}"
            )


def _check_gripper(robot: Robot, description: Description) -> None:
    file = description.file.name
    for joint in (description.joint[name] for name in robot.gripper_joints):
        if not joint.moves:
            raise InputError(
                f"gripper_joints must move, got {joint.name}, which is fixed in {file}"
            )
        if joint.mimic is not None and joint.mimic.joint not in robot.gripper_joints:
            raise InputError(
                f"gripper_joints must name {joint.mimic.joint}, which {joint.name} mimics in {file}"
            )


def _check_positions(what: str, joints: Iterable[Joint], positions: Iterable[float]) -> None:
    for joint, position in zip(joints, positions, strict=True):
        lower, upper = joint.limits[:2]
        if not lower <= position <= upper:
            raise InputError(
                f"{what} of {joint.name} must be within its limits of {lower:g} to {upper:g}, "
                f"got {position:g}"
            )
