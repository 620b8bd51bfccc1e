"""What a robot file says, in the terms of URDF, whichever format it has."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple
from xml.etree.ElementTree import Element

Vector = tuple[float, float, float]
ORIGIN = (0.0, 0.0, 0.0)


class Pose(NamedTuple):
    """Where a frame is in another."""

    position: Vector = ORIGIN  # [m]
    rpy: Vector = ORIGIN  # [rad] roll, pitch and yaw about the other frame's x, y and z, in turn


GeometryKind = Literal["box", "cylinder", "capsule", "sphere", "mesh"]


@dataclass(frozen=True)
class Geometry:
    """A shape.

    Attributes:
        kind: What it is; cylinders and capsules stand along z.
        size: Of a box along x, y, z; of a cylinder and a capsule, whose length is without its
            ends, radius and length; of a sphere its radius [m]. Of a mesh its scale along x, y, z.
        file: Of a mesh.
    """

    kind: GeometryKind
    size: tuple[float, ...]
    file: Path | None = None


@dataclass(frozen=True)
class Visual:
    """A shape that is seen.

    Attributes:
        geometry: The shape.
        pose: Of it in the link's frame.
        color: Red, green, blue in [0, 1]; None where the file gives none.
        texture: A picture that covers it.
    """

    geometry: Geometry
    pose: Pose
    color: Vector | None = None
    texture: Path | None = None


@dataclass(frozen=True)
class Collision:
    """A shape that bodies touch.

    Attributes:
        geometry: The shape; of a mesh, its convex hull.
        pose: Of it in the link's frame.
        is_concave: Whether a mesh counts as it is.
        slabs: How many a mesh of one piece is cut into across its longest side, if it is not
            concave; each has a hull of its own.
    """

    geometry: Geometry
    pose: Pose
    is_concave: bool = False
    slabs: int = 1


@dataclass(frozen=True)
class Link:
    """A rigid body.

    Attributes:
        name: Of no other link.
        mass: [kg]; None where the file gives none.
        visuals: What of it is seen.
        collisions: What of it other bodies touch.
    """

    name: str
    mass: float | None
    visuals: tuple[Visual, ...]
    collisions: tuple[Collision, ...]


class Limits(NamedTuple):
    """How far a joint goes, how strong and how fast it is; 0 where the file gives no such thing."""

    lower: float  # [rad or m]; -inf of one that turns without end
    upper: float  # [rad or m]
    effort: float = 0.0  # [N m or N]
    velocity: float = 0.0  # [rad/s or m/s]


class Mimic(NamedTuple):
    """Which other joint a joint follows: it is at `multiplier` times that one, plus `offset`."""

    joint: str
    multiplier: float = 1.0
    offset: float = 0.0


JointKind = Literal["fixed", "revolute", "continuous", "prismatic"]


@dataclass(frozen=True)
class Joint:
    """What joins two links.

    Attributes:
        name: Of no other joint.
        kind: How it moves.
        parent: Name of the link nearer to the root.
        child: Name of the other.
        origin: Of the child's frame in the parent's, while the joint is at 0.
        axis: About which it turns or along which it slides, in the child's frame, of length 1.
        limits: How far it goes.
        mimic: What it follows, if it does not move by itself.
    """

    name: str
    kind: JointKind
    parent: str
    child: str
    origin: Pose
    axis: Vector
    limits: Limits
    mimic: Mimic | None = None

    @property
    def moves(self) -> bool:
        """Whether it is not fixed."""
        return self.kind != "fixed"


@dataclass(frozen=True, eq=False)
class Description:
    """What a robot file says.

    Attributes:
        file: The file.
        name: Of the robot.
        links: All links, in the file's order.
        joints: All joints, in the file's order; with the links they are one tree.
        root: Name of the link that is no joint's child.
        notes: What of the file is taken otherwise than one might think, in sentences.
        elements: The file's own elements, of which what nobody knows was left out, and all numbers
            were checked.
    """

    file: Path
    name: str
    links: tuple[Link, ...]
    joints: tuple[Joint, ...]
    root: str
    notes: tuple[str, ...]
    elements: Element

    @cached_property
    def link(self) -> dict[str, Link]:
        """The links by their names."""
        return {link.name: link for link in self.links}

    @cached_property
    def joint(self) -> dict[str, Joint]:
        """The joints by their names."""
        return {joint.name: joint for joint in self.joints}

    @cached_property
    def joint_above(self) -> dict[str, Joint]:
        """The joint that carries each link but the root, by the link's name."""
        return {joint.child: joint for joint in self.joints}

    def chain(self, link: str) -> tuple[Joint, ...]:
        """Return the joints from the root to a link."""
        joints: list[Joint] = []
        while link in self.joint_above:
            joints.append(self.joint_above[link])
            link = joints[-1].parent
        return tuple(reversed(joints))
