"""Surfaces as mesh files give them, made as coarse as an image needs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_CREASE = 0.6  # [rad] between facets, above which an edge is drawn sharp
_WELD = 0.005  # of a surface's extent: vertices nearer than that are one when it is decimated
_EXTENT = 0.2  # to which a surface is scaled meanwhile, for decimation has an absolute tolerance
_AGGRESSION = 3.0  # of decimation: from 0, slow and true to the shape, to 10


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

    def decimated(self, count: int) -> "Surface":
        """Return it with about `count` triangles, if it has more.

        Garland and Heckbert, "Surface simplification using quadric error metrics", 1997.
        """
        if count >= len(self.triangles):
            return self
        import fast_simplification

        # slivers and cracks, as CAD programs leave them, would let it tear holes
        extent = float(np.ptp(self.vertices, axis=0).max())
        welded = self._welded(_WELD * extent)
        if count >= len(welded.triangles):
            return welded
        simpler = fast_simplification.simplify(
            welded.vertices * (_EXTENT / extent),
            welded.triangles.astype(np.int32),
            target_count=count,
            agg=_AGGRESSION,
        )
        return replace(
            self,
            vertices=simpler[0].astype(np.float64, copy=False) * (extent / _EXTENT),
            triangles=simpler[1].astype(np.int64, copy=False),
        )

    def _welded(self, grid: float) -> "Surface":
        """Return it with one vertex for all that are in one cell of a grid."""
        cells = np.round(self.vertices / grid).astype(np.int64)
        _, first, vertex = np.unique(cells, axis=0, return_index=True, return_inverse=True)
        triangles = vertex.ravel()[self.triangles]
        following = np.roll(triangles, 1, axis=1)
        whole = triangles[(triangles != following).all(axis=1)]
        _, once = np.unique(np.sort(whole, axis=1), axis=0, return_index=True)
        return replace(self, vertices=self.vertices[first], triangles=whole[np.sort(once)])

    def creased(self) -> "Surface":
        """Return it with vertices of their own on both sides of sharp edges."""
        import trimesh

        whole = trimesh.Trimesh(self.vertices, self.triangles, process=False)
        smooth = trimesh.graph.smooth_shade(whole, angle=_CREASE)
        vertices, triangles = np.array(smooth.vertices), np.array(smooth.faces)
        return replace(self, vertices=vertices, triangles=triangles)
