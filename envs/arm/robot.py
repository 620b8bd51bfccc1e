"""Robots: what one has to say of a URDF to put it at the table."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from autonomy.envs.arm.checked import check_once, names, number, numbers, paths
from autonomy.errors import InputError

_BASE, _REACH = (-0.55, 0.0, 0.0), 0.76  # [m] of an arm like the Panda


class Standing(NamedTuple):
    """How a robot stands at its table; see `Robot`."""

    home: tuple[float, ...]
    base: tuple[float, float, float]
    reach: float
    nearest: float = 0.0  # [m] from the base's axis, where the tool does not fold any nearer
    tool_point: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Robot:
    """A robot arm, as a URDF file describes it.

    Attributes:
        urdf: The file; a relative path is looked for in `pybullet_data` too.
        arm_joints: Names of the joints that carry the tool, from the base on.
        tool_link: Name of the link that the tool point is on.
        home: Position [rad] of each arm joint where episodes begin. The tool holds the direction
            that it has there. By default one is found with the tool down over the table's middle,
            far from limits and from where the arm is stretched or folded.
        gripper_joints: Names of the joints that move the fingers, if there are any.
        gripper_open: Position [m or rad] of each gripper joint when the gripper is open.
        gripper_closed: The same when it is closed.
        gripper_force: The greatest force [N or N m] of each gripper joint, if not the file's: what
            crushes a thing does not hold it. All joints move together, and one of 0 is only
            taken along by the others.
        gripper_inertia: Moment of inertia [kg m²] of each link that a gripper joint moves, if not
            the file's: Bullet's solver cannot hold a thing between links far lighter than it.
        gripper_width: How far apart the fingers are when the gripper is open [m]; labelled frames
            show nothing in a hand that does not say so.
        tool_point: Where the fingers meet, on the tool link (x, y, z) [m]; of a gripper with one
            jaw that moves, on the surface of the other. By default its origin where `home` is
            given; else the end of the hand, straight ahead of that origin.
        base: Where the robot stands (x, y, z) [m]; the table's top is z = 0, the middle of what
            happens there x = y = 0. By default (-0.55, 0, 0) where `home` is given; else it is
            found with it: where the tool gets to most places, before the table if it looks ahead.
        reach: How far from the base's axis the tool may go [m]. By default 0.76 where `home` is
            given; else it is found: as far as the tool gets at every height.
        packages: Folders of ROS packages, or that hold some, in which `package://` is looked for
            before the folders around the file, `ROS_PACKAGE_PATH` and `AMENT_PREFIX_PATH`.

    Raises:
        InputError: Something is missing or cannot be; whether the file has such joints shows when
            a world is made.
    """

    urdf: str | Path
    arm_joints: tuple[str, ...]
    tool_link: str
    home: tuple[float, ...] | None = None
    gripper_joints: tuple[str, ...] = ()
    gripper_open: tuple[float, ...] = ()
    gripper_closed: tuple[float, ...] = ()
    gripper_force: tuple[float, ...] = ()
    gripper_inertia: float | None = None
    gripper_width: float = 0.0
    tool_point: tuple[float, float, float] | None = None
    base: tuple[float, float, float] | None = None
    reach: float | None = None
    packages: tuple[str | Path, ...] = ()

    def __post_init__(self) -> None:
        self._normalize()
        if not self.arm_joints:
            raise InputError("arm_joints must name at least one joint, got none")
        if self.home is not None and len(self.home) != len(self.arm_joints):
            raise InputError(
                f"home must give one position for each of {len(self.arm_joints)} arm joints, "
                f"got {len(self.home)}"
            )
        for name in ("gripper_open", "gripper_closed", "gripper_force"):
            given, is_optional = len(getattr(self, name)), name == "gripper_force"
            if given != len(self.gripper_joints) and not (is_optional and given == 0):
                raise InputError(
                    f"{name} must give one number for each of {len(self.gripper_joints)} "
                    f"gripper joints, got {given}"
                )
        for wide, shut in zip(self.gripper_open, self.gripper_closed, strict=True):
            if wide == shut:
                raise InputError(
                    "gripper_open and gripper_closed must differ in each gripper joint, "
                    f"got {self.gripper_open} and {self.gripper_closed}"
                )

    def _normalize(self) -> None:
        """Look at all names and numbers, and keep them as tuples, whatever they came in."""
        for name in ("arm_joints", "gripper_joints"):
            self._keep(name, names(getattr(self, name), name))
        check_once(self.arm_joints + self.gripper_joints)
        for name in ("gripper_open", "gripper_closed", "gripper_force"):
            self._keep(name, numbers(getattr(self, name), name))
        if self.tool_point is not None:
            self._keep("tool_point", numbers(self.tool_point, "tool_point", 3))
        if self.home is not None:
            self._keep("home", numbers(self.home, "home"))
        if self.base is not None:
            self._keep("base", numbers(self.base, "base", 3))
        if self.reach is not None:
            self._keep("reach", number(self.reach, "reach"))
        self._keep("gripper_width", number(self.gripper_width, "gripper_width", may_be_zero=True))
        if self.gripper_inertia is not None:
            self._keep("gripper_inertia", number(self.gripper_inertia, "gripper_inertia"))
        self._keep("packages", paths(self.packages, "packages"))
        for name, kind in (("urdf", (str, Path)), ("tool_link", str)):
            if not isinstance(getattr(self, name), kind):
                raise InputError(f"{name} must be a name, got {getattr(self, name)!r}")

    @cached_property
    def standing(self) -> "Standing":
        """How it stands at its table: as it was told, and where it was not told, as it does best.

        Raises:
            InputError: The file cannot be used, or the tool does not get down to the table.
        """
        if self.home is not None:
            return Standing(
                self.home,
                self.base or _BASE,
                self.reach or _REACH,
                tool_point=self.tool_point or (0.0, 0.0, 0.0),
            )
        from autonomy.envs.arm.find_standing import find_standing  # compiled

        # the gripper makes no difference, and what was found is kept
        bare = replace(
            self,
            gripper_joints=(),
            gripper_open=(),
            gripper_closed=(),
            gripper_force=(),
            gripper_inertia=None,
        )
        return find_standing(bare)

    def _keep(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


PANDA = Robot(
    urdf="franka_panda/panda.urdf",
    arm_joints=tuple(f"panda_joint{number}" for number in range(1, 8)),
    tool_link="panda_grasptarget",
    home=(0.0, 0.19, 0.0, -2.22, 0.0, 2.41, 0.785),
    gripper_joints=("panda_finger_joint1", "panda_finger_joint2"),
    gripper_open=(0.04, 0.04),
    gripper_closed=(0.0, 0.0),
    gripper_width=0.08,
    base=(-0.55, 0.0, 0.0),
    reach=0.76,
)

KUKA = Robot(
    urdf="kuka_iiwa/kuka_with_gripper2.sdf",
    arm_joints=tuple(f"J{number}" for number in range(7)),
    tool_link="base_link",
    home=(0.0, 0.5538, 0.0, -1.4816, 0.0, 1.1062, 1.5708),
    gripper_joints=(
        "base_left_finger_joint",
        "base_right_finger_joint",
        "left_base_tip_joint",
        "right_base_tip_joint",
    ),
    gripper_open=(-0.3, 0.3, 0.3, -0.3),
    gripper_closed=(0.05, -0.05, -0.05, 0.05),
    gripper_force=(3.0,) * 4,
    gripper_width=0.088,
    tool_point=(0.0, 0.0215, 0.223),
    base=(-0.6, 0.0, 0.0),
    reach=0.8,
)

XARM6 = Robot(
    urdf="xarm/xarm6_with_gripper.urdf",
    arm_joints=tuple(f"joint{number}" for number in range(1, 7)),
    tool_link="xarm_gripper_base_link",
    home=(0.0, -0.332, -0.723, 0.0, 1.055, 0.0),
    gripper_joints=(
        "drive_joint",
        "left_finger_joint",
        "left_inner_knuckle_joint",
        "right_outer_knuckle_joint",
        "right_finger_joint",
        "right_inner_knuckle_joint",
    ),
    gripper_open=(0.0,) * 6,
    gripper_closed=(0.85,) * 6,
    gripper_force=(3.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    gripper_inertia=5e-3,
    gripper_width=0.087,
    tool_point=(0.0, 0.0, 0.16),
    base=(-0.42, 0.0, 0.0),
    reach=0.66,
)
