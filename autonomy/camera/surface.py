"""Surfaces as mesh files give them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_CREASE = 0.6  # [rad] between facets, above which an edge is drawn sharp


@dataclass(frozen=True)
class Surface:
    """A piece of a mesh, of one colour.

    Attributes:
        vertices: `(V, 3)` positions, in the file's own units.
        triangles: `(T, 3)` vertex indices.
        color: Red, green, blue in [0, 255], None where the file says nothing.
        note: What of the file's colours is not drawn, if anything is not.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    color: tuple[int, int, int] | None
    note: str = ""

    @property
    def area(self) -> float:
        """Of all triangles together."""
        a, b, c = (self.vertices[self.triangles[:, corner]] for corner in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)

    def scaled(self, scale: tuple[float, ...]) -> "Surface":
        """Return it scaled along x, y and z; what is mirrored keeps its outside outside."""
        x, y, z = scale
        triangles = self.triangles[:, ::-1] if x * y * z < 0.0 else self.triangles
        return replace(self, vertices=self.vertices * np.array(scale), triangles=triangles)

    def creased(self) -> "Surface":
        """Return it with vertices of their own on both sides of sharp edges."""
        import trimesh

        whole = trimesh.Trimesh(self.vertices, self.triangles, process=False)
        smooth = trimesh.graph.smooth_shade(whole, angle=_CREASE)
        vertices, triangles = np.array(smooth.vertices), np.array(smooth.faces)
        return replace(self, vertices=vertices, triangles=triangles)
