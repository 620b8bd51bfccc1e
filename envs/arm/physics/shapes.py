"""Things that lie on the table: their shapes, which each split has its own of."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mesh import Mesh, joined
from autonomy.camera.primitives import box, cylinder
from autonomy.envs.arm.physics.bullet import pybullet
from autonomy.randomization import in_split

_SIDES = 24  # of a cylinder's mesh


@dataclass(frozen=True)
class Shape:
    """A solid, its middle at the origin.

    Attributes:
        kind: What it is.
        size: Along x, y and z [m]; a cylinder stands upright.
        friction: Factor of the coefficient that is drawn for an episode.
        painted: Share of its height, at the upper end, that has another colour.
    """

    kind: Literal["box", "cylinder"]
    size: tuple[float, float, float]
    friction: float = 1.0
    painted: float = 0.0

    def mesh(self, material: int, paint: int, semantic_class: int) -> Mesh:
        """Return its surface, with another material where it is painted."""
        lower, upper = (1.0 - self.painted) * self.size[2], self.painted * self.size[2]
        bare = self._solid(lower, material, semantic_class).moved((0.0, 0.0, -upper / 2))
        if not upper:
            return bare
        end = self._solid(upper, paint, semantic_class).moved((0.0, 0.0, lower / 2))
        return joined([bare, end])

    def _solid(self, height: float, material: int, semantic_class: int) -> Mesh:
        width, depth, _ = self.size
        if self.kind == "box":
            return box((width, depth, height), material, semantic_class)
        return cylinder(width / 2, height, _SIDES, material, semantic_class)

    def body(self, client: Any) -> int:
        """Make a body of it in a physics server, at the origin."""
        width, _, height = self.size
        bullet = pybullet()
        if self.kind == "box":
            half = [length / 2 for length in self.size]
            solid = client.createCollisionShape(bullet.GEOM_BOX, halfExtents=half)
        else:
            solid = client.createCollisionShape(
                bullet.GEOM_CYLINDER, radius=width / 2, height=height
            )
        return client.createMultiBody(baseMass=1.0, baseCollisionShapeIndex=solid)

    @property
    def half_height(self) -> float:
        """How far its middle is above what it stands on [m]."""
        return self.size[2] / 2


@dataclass(frozen=True)
class ShapeRange:
    """Shapes of one kind, between two sizes."""

    kind: Literal["box", "cylinder"]
    smallest: tuple[float, float, float]
    largest: tuple[float, float, float]
    friction: float = 1.0
    painted: float = 0.0

    def shapes(self, count: int, split: str) -> tuple[Shape, ...]:
        """Return `count` shapes of a split, spread evenly; no two splits share a size."""
        places = in_split((np.arange(count) + 0.5) / count, split)
        low, high = np.array(self.smallest), np.array(self.largest)
        sizes = (low + (high - low) * places[:, np.newaxis]).tolist()
        return tuple(Shape(self.kind, (x, y, z), self.friction, self.painted) for x, y, z in sizes)


def distinct(uniform: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Turn random numbers in [0, 1) `(n, O)` into O different ones of `count` things each."""
    left = count - np.arange(uniform.shape[1])
    which = (uniform * left).astype(np.int64)
    for later in range(1, which.shape[1]):
        for taken in np.sort(which[:, :later], axis=1).T:
            which[:, later] += which[:, later] >= taken
    return which
