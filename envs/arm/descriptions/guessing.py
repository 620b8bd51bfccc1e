"""What of a robot file is arm and what is tool, where nobody says it."""

import re
from pathlib import Path

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.physics.urdf import read_file
from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError

_TOOLS = ("tcp", "tool_?center", "grasp", "gripper_frame", "tool", "end_?eff", "eef", r"\bee\b|_ee|ee_")
"""What links are called that stand for the tool, the surest first."""


def robot_of_file(
    file: str | Path, arm_joints: tuple[str, ...] = (), tool_link: str | None = None
) -> Robot:
    """Return the robot of a URDF or SDF file, that stands where it does best.

    Args:
        file: The file; a relative path is looked for in `pybullet_data` too.
        arm_joints: Which joints carry the tool; by default all that move by themselves between the
            root and the tool.
        tool_link: Which link the tool is on; by default the only one that it can be, or the only
            one that is called like a tool.

    Raises:
        InputError: The file cannot be used, or there are several such links, or none.
    """
    description = read_file(Path(file), "robot")
    tool = tool_link or _tool_of(description, arm_joints)
    return Robot(file, arm_joints or _arm_of(description, tool), tool)


def _arm_of(description: Description, tool: str) -> tuple[str, ...]:
    joints = description.chain(tool) if tool in description.link else description.joints
    return tuple(joint.name for joint in joints if joint.moves and joint.mimic is None)


def _tool_of(description: Description, arm_joints: tuple[str, ...]) -> str:
    parents = {joint.parent for joint in description.joints}
    ends = [
        link.name
        for link in description.links
        if link.name not in parents and _carries(description, link.name, arm_joints)
    ]
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
    carrying = {joint.name for joint in description.chain(link) if joint.moves}
    return bool(carrying) and carrying >= set(arm_joints)
