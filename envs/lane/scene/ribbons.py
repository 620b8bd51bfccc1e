"""Strips along a road: two edges, sampled at the same cross-sections."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh
from autonomy.envs.lane.scene.materials import Material


@dataclass(frozen=True)
class Ribbons:
    """K strips of one road.

    Attributes:
        edges: `(K, M, 2, 3)` points [m]: M cross-sections, each with a right and a left end.
        normals: `(K, M, 2, 3)` unit normals.
        materials: K materials.
        classes: K semantic classes.
    """

    edges: NDArray[np.float64]
    normals: NDArray[np.float64]
    materials: tuple[Material, ...]
    classes: tuple[SemanticClass, ...]

    def stretch(self, first: int, last: int) -> Mesh:
        """Return the mesh between two cross-sections, both included."""
        count, rows = len(self.edges), last - first + 1
        quads = 2 * (rows - 1)
        return Mesh(
            vertices=self.edges[:, first : last + 1].reshape(-1, 3).astype(np.float32),
            normals=self.normals[:, first : last + 1].reshape(-1, 3).astype(np.float32),
            triangles=_triangles(count, rows),
            materials=np.repeat(np.array(self.materials, np.uint8), quads),
            classes=np.repeat(np.array(self.classes, np.uint8), quads),
        )


def ribbons(strips: list[tuple[NDArray[np.float64], Material, SemanticClass]]) -> Ribbons:
    """Bring strips, each of edges `(M, 2, 3)`, together and find their normals."""
    edges = np.stack([edge for edge, _, _ in strips])
    along = np.gradient(edges, axis=1)
    across = np.repeat(edges[:, :, 1:] - edges[:, :, :1], 2, axis=2)
    normals = np.cross(along, across)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    return Ribbons(
        edges,
        normals,
        tuple(material for _, material, _ in strips),
        tuple(semantic for _, _, semantic in strips),
    )


@cache
def _triangles(count: int, rows: int) -> NDArray[np.int32]:
    """Two triangles between each pair of neighbouring cross-sections, strip by strip."""
    right = 2 * np.arange(rows - 1)
    quads = np.stack([right, right + 2, right + 3, right, right + 3, right + 1], axis=-1).reshape(
        -1, 3
    )
    starts = 2 * rows * np.arange(count)
    return (starts[:, None, None] + quads).reshape(-1, 3).astype(np.int32)
