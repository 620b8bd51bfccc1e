"""Robot files for tests: two joints, a finger that another mimics, and what one puts into them."""

from pathlib import Path

from autonomy.envs.arm.robot import Robot

BOX = '<box size="0.1 0.04 0.06"/>'
INERTIAL = (
    '<inertial><origin xyz="0.05 0 0"/><mass value="1"/>'
    '<inertia ixx="0.01" iyy="0.01" izz="0.01"/></inertial>'
)
COLOR = '<material name="red"><color rgba="0.8 0.2 0.2 1"/></material>'


def link(name: str, shape: str = BOX, touched: str = "", inertial: str = INERTIAL) -> str:
    """A link whose shapes are 5 cm along x."""
    origin = '<origin xyz="0.05 0 0"/>'
    seen = f"<visual>{origin}<geometry>{shape}</geometry>{COLOR}</visual>" if shape else ""
    felt = f"<collision>{origin}<geometry>{touched}</geometry></collision>" if touched else ""
    return f'<link name="{name}">{inertial}{seen}{felt}</link>'


def joint(
    name: str,
    parent: str,
    child: str,
    axis: str = "0 1 0",
    kind: str = "revolute",
    limit: str = '<limit lower="-2" upper="2" effort="50" velocity="3"/>',
    more: str = "",
) -> str:
    """A joint whose child is 40 cm along x."""
    return (
        f'<joint name="{name}" type="{kind}"><parent link="{parent}"/><child link="{child}"/>'
        f'<origin xyz="0.4 0 0"/><axis xyz="{axis}"/>{limit}{more}</joint>'
    )


FINGERS = (
    link("left", '<box size="0.03 0.01 0.01"/>')
    + link("right", '<box size="0.03 0.01 0.01"/>')
    + joint("g1", "hand", "left", kind="prismatic", limit='<limit lower="0" upper="0.04"/>')
    + joint(
        "g2",
        "hand",
        "right",
        axis="0 -1 0",
        kind="prismatic",
        limit='<limit lower="-1" upper="1"/>',
        more='<mimic joint="g1" multiplier="-0.5" offset="0.01"/>',
    )
)
ARM = (
    link("base")
    + link("arm")
    + link("hand")
    + joint("j1", "base", "arm", axis="0 0 1")
    + joint("j2", "arm", "hand")
)


def written(folder: Path, elements: str = ARM, name: str = "robot.urdf") -> Path:
    """Write a URDF file."""
    path = folder / name
    path.write_text(f'<?xml version="1.0"?><robot name="two_joints">{elements}</robot>')
    return path


def robot_of(path: Path, **more: object) -> Robot:
    """The robot of a file that has the arm's joints."""
    options = {"arm_joints": ("j1", "j2"), "tool_link": "hand", "home": (0.0, 0.3)} | more
    return Robot(path, **options)  # type: ignore[arg-type] - some are wrong on purpose
