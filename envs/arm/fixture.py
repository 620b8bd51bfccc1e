"""Fixtures: what stands on the table in every episode, and may have joints."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autonomy.envs.arm.checked import numbers
from autonomy.errors import InputError

Place = tuple[float, float, float]


@dataclass(frozen=True)
class Solid:
    """A box or a cylinder that is part of a fixture.

    Attributes:
        kind: What it is.
        size: Along x, y and z [m]; a cylinder stands upright.
        position: Of its middle, in the frame of the part that it belongs to [m].
        color: Red, green, blue in [0, 255].
    """

    kind: Literal["box", "cylinder"]
    size: Place
    position: Place = (0.0, 0.0, 0.0)
    color: Place = (150.0, 152.0, 156.0)

    def __post_init__(self) -> None:
        if self.kind not in ("box", "cylinder"):
            raise InputError(f"a solid must be a box or a cylinder, got {self.kind!r}")
        if min(self.size) <= 0.0:
            raise InputError(f"a solid's size must be positive along x, y and z, got {self.size}")


@dataclass(frozen=True)
class MovingPart:
    """A part of a fixture that slides along an axis or turns about one.

    Attributes:
        name: Of its link and joint.
        solids: What it is made of, in its own frame.
        motion: Whether it slides or turns.
        axis: Along or about which, in the fixture's frame.
        limits: Its lowest and highest position [m or rad].
        position: Where its frame is in the fixture's while the joint is at 0 [m].
        mass: [kg].
        friction: What it takes to move it [N or N m].
    """

    name: str
    solids: tuple[Solid, ...]
    motion: Literal["slide", "turn"]
    axis: Place
    limits: tuple[float, float]
    position: Place = (0.0, 0.0, 0.0)
    mass: float = 0.1
    friction: float = 0.0

    def __post_init__(self) -> None:
        if self.motion not in ("slide", "turn"):
            raise InputError(f"a part must slide or turn, got {self.motion!r}")
        if not self.limits[0] < self.limits[1]:
            raise InputError(f"a part's limits must be a low and a high one, got {self.limits}")
        if not self.solids or self.mass <= 0.0:
            raise InputError(
                f"the part {self.name} must have solids and a positive mass, got "
                f"{len(self.solids)} and {self.mass}"
            )


@dataclass(frozen=True)
class Fixture:
    """A thing that is fixed to the table: a URDF file, or solids and parts that move.

    Attributes:
        urdf: The file, if it is one; a relative path is looked for in `pybullet_data` too.
        solids: What of it does not move, in its own frame.
        moving: What of it does.
        position: Where it stands (x, y, z) [m]; the table's top is z = 0.
        yaw: How it is turned about the vertical [rad].
        start: Position [m or rad] of each joint where episodes begin; by default 0, or what of its
            range is nearest to that.
        spring: Force [N or N m] that brings each joint back to its start; by default none does.
    """

    urdf: str | Path | None = None
    solids: tuple[Solid, ...] = ()
    moving: tuple[MovingPart, ...] = ()
    position: Place = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    start: tuple[float, ...] = ()
    spring: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if (self.urdf is None) == (not self.solids and not self.moving):
            raise InputError("a fixture must be a urdf, or solids and moving parts, and not both")
        numbers(self.position, "a fixture's position", 3)
        numbers((self.yaw,), "a fixture's yaw", 1)
        for name in ("start", "spring"):
            numbers(getattr(self, name), f"a fixture's {name}")
