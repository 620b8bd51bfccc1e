"""Meshes from files, with the colours that the files give, made as coarse as an image needs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError

_CREASE = 0.6  # [rad] between facets, above which an edge is drawn sharp
_WELD = 0.005  # of a surface's extent: vertices nearer than that are one when it is decimated
_EXTENT = 0.2  # to which a surface is scaled meanwhile, for decimation has an absolute tolerance
_AGGRESSION = 3.0  # of decimation: from 0, slow and true to the shape, to 10


@dataclass(frozen=True)
class Surface:
    """A piece of a mesh file, of one colour.

    Attributes:
        vertices: `(V, 3)` positions, in the file's own units.
        triangles: `(T, 3)` vertex indices.
        color: Red, green, blue in [0, 255], None where the file says nothing.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    color: tuple[int, int, int] | None

    @property
    def area(self) -> float:
        """Of all triangles together."""
        a, b, c = (self.vertices[self.triangles[:, corner]] for corner in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)

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
        return Surface(
            simpler[0].astype(np.float64, copy=False) * (extent / _EXTENT),
            simpler[1].astype(np.int64, copy=False),
            self.color,
        )

    def _welded(self, grid: float) -> "Surface":
        """Return it with one vertex for all that are in one cell of a grid."""
        cells = np.round(self.vertices / grid).astype(np.int64)
        _, first, vertex = np.unique(cells, axis=0, return_index=True, return_inverse=True)
        triangles = vertex.ravel()[self.triangles]
        following = np.roll(triangles, 1, axis=1)
        whole = triangles[(triangles != following).all(axis=1)]
        _, once = np.unique(np.sort(whole, axis=1), axis=0, return_index=True)
        return Surface(self.vertices[first], whole[np.sort(once)], self.color)

    def creased(self) -> "Surface":
        """Return it with vertices of their own on both sides of sharp edges."""
        import trimesh

        whole = trimesh.Trimesh(self.vertices, self.triangles, process=False)
        smooth = trimesh.graph.smooth_shade(whole, angle=_CREASE)
        return Surface(np.array(smooth.vertices), np.array(smooth.faces), self.color)


def read_surfaces(path: Path) -> list[Surface]:
    """Read a mesh file (OBJ, STL, PLY, glTF and what else trimesh reads).

    Raises:
        InputError: The file is missing or holds no triangles that trimesh can read.
    """
    import trimesh

    if not path.is_file():
        raise InputError(f"mesh file must exist, got {path}")
    try:
        scene = trimesh.load_scene(path)
    except Exception as error:  # each of trimesh's readers raises its own kinds
        raise InputError(f"mesh file {path} cannot be read: {error}") from error
    pieces = [piece for piece in scene.dump() if isinstance(piece, trimesh.Trimesh)]
    surfaces = [_surface(piece) for piece in pieces if len(piece.faces)]
    if not surfaces:
        raise InputError(f"mesh file {path} must hold triangles, got none")
    return surfaces


def _surface(piece: Any) -> Surface:
    """Join the vertices of a piece that are at one place, whatever their normals are."""
    color = _color(piece)
    joined = piece.copy()
    joined.merge_vertices(merge_tex=True, merge_norm=True)
    return Surface(np.array(joined.vertices), np.array(joined.faces), color)


def _color(piece: Any) -> tuple[int, int, int] | None:
    """Return a piece's own colour; of a texture, the middle one of the colours that it uses."""
    material = getattr(piece.visual, "material", None)
    if material is None:
        return None
    if getattr(material, "image", None) is not None:
        color = np.median(piece.visual.to_color().vertex_colors, axis=0)
    else:
        color = material.main_color
    red, green, blue = color[:3]
    return int(red), int(green), int(blue)
