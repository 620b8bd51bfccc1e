"""What there is to say of a robot, in JSON values."""

from typing import Any

from autonomy.envs.arm.descriptions.description import Joint
from autonomy.envs.arm.physics.hand import Hand
from autonomy.envs.arm.physics.robot_body import describe_robot
from autonomy.envs.arm.robot import Robot

_NEAR = 0.03  # [m] from the tool point, where there is to be something that pushes


def robot_facts(robot: Robot) -> dict[str, Any]:
    """Return what was read, what was told and what was found of a robot.

    Raises:
        InputError: Its file cannot be used, or its tool does not get down to the table.
    """
    description, standing = describe_robot(robot), robot.standing
    joints = [description.joint[name] for name in robot.arm_joints]
    return {
        "name": description.name,
        "file": str(description.file),
        "arm_joints": [
            _joint(joint, home) for joint, home in zip(joints, standing.home, strict=True)
        ],
        "tool_link": robot.tool_link,
        "tool_point_m": list(standing.tool_point),
        "gripper_joints": list(robot.gripper_joints),
        "base_m": list(standing.base),
        "reach_m": standing.reach,
        "notes": [*description.notes, *_hand_notes(robot)],
    }


def _hand_notes(robot: Robot) -> list[str]:
    hand = Hand(robot)
    room = hand.to_nearest()
    hand.close()
    if room < _NEAR:
        return []
    return [
        f"nothing of the hand is within {1e3 * room:.0f} mm of the tool point, and what it is to "
        "push slips past: say a tool_point at a finger, or gripper_joints that close the fingers"
    ]


def _joint(joint: Joint, home: float) -> dict[str, Any]:
    endless = joint.kind == "continuous"
    limits = (None, None) if endless else (joint.limits.lower, joint.limits.upper)
    return {"name": joint.name, "kind": joint.kind, "limits": list(limits), "home": home}
