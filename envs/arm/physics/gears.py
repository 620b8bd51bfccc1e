"""Joints that go with others, as gears make them go."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from autonomy.envs.arm.descriptions.description import Description, Mimic
from autonomy.envs.arm.physics.bullet import pybullet

_COUPLING = 0.9  # share of their difference that coupled joints make good in one substep
_COUPLING_FORCE = 1000  # [N or N m] with which they do


class Follower(NamedTuple):
    """A joint that is at `multiplier` times another's position, plus `offset`."""

    joint: int
    leader: int
    multiplier: float
    offset: float


def followers_of(
    description: Description, numbers: Mapping[str, int], driven: Collection[int] = ()
) -> tuple[Follower, ...]:
    """Return the joints that mimic others, each with the one that moves by itself.

    Args:
        description: What the file says of them.
        numbers: Of the joints in the physics server, by name.
        driven: Which of them somebody drives all the same.
    """
    found: list[Follower] = []
    for joint in description.joints:
        if joint.mimic is not None and numbers[joint.name] not in driven:
            leader, multiplier, offset = _leader(description, joint.mimic)
            found.append(Follower(numbers[joint.name], numbers[leader], multiplier, offset))
    return tuple(found)


def couple(client: Any, body: int, joints: tuple[int, int], ratio: float, target: float) -> None:
    """Let two joints go together: the first's position plus `ratio` times the other's is `target`.

    Args:
        client: The physics server.
        body: Of the joints.
        joints: Their numbers.
        ratio: Of the gear.
        target: [m or rad].
    """
    gear = client.createConstraint(
        body,
        joints[0],
        body,
        joints[1],
        jointType=pybullet().JOINT_GEAR,
        jointAxis=(1.0, 0.0, 0.0),
        parentFramePosition=(0.0, 0.0, 0.0),
        childFramePosition=(0.0, 0.0, 0.0),
    )
    client.changeConstraint(
        gear,
        gearRatio=ratio,
        relativePositionTarget=target,
        erp=_COUPLING,
        maxForce=_COUPLING_FORCE,
    )


def let_follow(client: Any, body: int, follower: Follower) -> None:
    """Let a joint go with its leader, without the motor that PyBullet gives to all."""
    joints, ratio = (follower.leader, follower.joint), -1.0 / follower.multiplier
    couple(client, body, joints, ratio, ratio * follower.offset)
    client.setJointMotorControl2(
        body, follower.joint, pybullet().VELOCITY_CONTROL, targetVelocity=0.0, force=0.0
    )


def put_in_place(client: Any, body: int, follower: Follower) -> None:
    """Bring a joint to where it has to be, at rest."""
    leader = client.getJointState(body, follower.leader)[0]
    position = follower.multiplier * leader + follower.offset
    client.resetJointState(body, follower.joint, position)


def _leader(description: Description, mimic: Mimic) -> Mimic:
    """Return what a joint follows in the end, where that follows another in its turn."""
    while (further := description.joint[mimic.joint].mimic) is not None:
        multiplier = mimic.multiplier * further.multiplier
        offset = mimic.multiplier * further.offset + mimic.offset
        mimic = Mimic(further.joint, multiplier, offset)
    return mimic
