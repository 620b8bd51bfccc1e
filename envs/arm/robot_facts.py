"""What there is to say of a robot, in JSON values."""

from pathlib import Path
from typing import Any

from autonomy.envs.arm.descriptions.description import Joint
from autonomy.envs.arm.descriptions.hand import is_only_seen
from autonomy.envs.arm.physics.hand import Hand
from autonomy.envs.arm.physics.robot_body import describe_robot
from autonomy.envs.arm.physics.urdf import read_file
from autonomy.envs.arm.robot import Robot

_NEAR = 0.015  # [m] from the tool point, where there is to be something that pushes


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
        "gripper_open": list(robot.gripper_open),
        "gripper_closed": list(robot.gripper_closed),
        "base_m": list(standing.base),
        "reach_m": standing.reach,
        "notes": [*description.notes, *_hand_notes(robot)],
    }


def _hand_notes(robot: Robot) -> list[str]:
    notes, hand = list[str](), Hand(robot)
    room = hand.to_nearest()
    hand.close()
    if is_only_seen(read_file(Path(robot.urdf), "robot", robot.packages), robot.arm_joints[-1]):
        notes.append("the hand has no collision shapes, and its visual shapes are taken for them")
    if room > _NEAR:
        notes.append(
            f"nothing of the hand is within {1e3 * room:.0f} mm of the tool point, and what it is "
            "to push slips past: say a tool_point at a finger, or gripper_joints that close fingers"
        )
    return notes


def _joint(joint: Joint, home: float) -> dict[str, Any]:
    endless = joint.kind == "continuous"
    limits = (None, None) if endless else (joint.limits.lower, joint.limits.upper)
    return {"name": joint.name, "kind": joint.kind, "limits": list(limits), "home": home}
