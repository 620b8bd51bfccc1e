"""What of a robot file is arm and what is tool, where nobody says it."""

import re
from pathlib import Path

from autonomy.envs.arm.descriptions.description import Description, Joint
from autonomy.envs.arm.find_gripper import with_gripper
from autonomy.envs.arm.physics.urdf import read_file
from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError

_TOOLS = ("tcp", "tool_?center", "grasp", "gripper_frame", "tool", "end_?eff", "eef", "_ee|ee_")
"""What links are called that stand for the tool, the surest first."""

_FINGERS = re.compile("finger|jaw|claw|knuckle", re.IGNORECASE)
"""What links are called, or the joints that move them, that are no joints of the arm."""


def robot_of_file(
    file: str | Path, arm_joints: tuple[str, ...] = (), tool_link: str | None = None
) -> Robot:
    """Return the robot of a URDF or SDF file, that stands where it does best.

    Args:
        file: The file; a relative path is looked for in `pybullet_data` too.
        arm_joints: Which joints carry the tool; by default all that move by themselves between the
            root and the tool, but for those of a gripper.
        tool_link: Which link the tool is on; by default the only one that it can be, or the only
            one that is called like a tool.

    Raises:
        InputError: The file cannot be used, or there are several such links, or none.
    """
    description = read_file(Path(file), "robot")
    tool = tool_link or _tool_of(description, arm_joints)
    return with_gripper(Robot(file, arm_joints or _arm_of(description, tool), tool))


def _arm_of(description: Description, tool: str) -> tuple[str, ...]:
    joints = description.chain(tool) if tool in description.link else description.joints
    own = [joint for joint in joints if joint.moves and joint.mimic is None]
    return tuple(joint.name for joint in own if not _is_of_hand(joint))


def _tool_of(description: Description, arm_joints: tuple[str, ...]) -> str:
    held = [link.name for link in description.links if _carries(description, link.name, arm_joints)]
    above = {description.joint_above[name].parent for name in held}
    ends = [name for name in held if name not in above]
    for pattern in _TOOLS:
        named = [name for name in ends if re.search(pattern, name, re.IGNORECASE)]
        if len(named) == 1:
            return named[0]
    if len(ends) == 1:
        return ends[0]
    raise InputError(
        f"tool_link must be named, since {description.file.name} ends in "
        f"{', '.join(ends) or 'no link that moves'}: --world.tool-link NAME"
    )


def _carries(description: Description, link: str, arm_joints: tuple[str, ...]) -> bool:
    """Tell whether the arm carries a link; what its gripper moves is no end of it."""
    carrying = [joint for joint in description.chain(link) if joint.moves]
    names = {joint.name for joint in carrying}
    return bool(names) and names >= set(arm_joints) and not any(map(_is_of_hand, carrying))


def _is_of_hand(joint: Joint) -> bool:
    """Tell whether a joint moves fingers; a link that carries a gripper is called like one too."""
    is_finger = _FINGERS.search(joint.name) or _FINGERS.search(joint.child)
    return joint.moves and bool(is_finger or "grip" in joint.name.lower())
