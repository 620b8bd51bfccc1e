"""Triangle meshes with a normal per vertex and a material and a class per triangle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autonomy.errors import InputError
from autonomy.linear_algebra import product


@dataclass(frozen=True)
class Mesh:
    """A surface, seen from the side from which its triangles run counter-clockwise.

    Attributes:
        vertices: `(V, 3)` float32 positions [m].
        normals: `(V, 3)` float32 unit normals; shared vertices shade smoothly.
        triangles: `(T, 3)` int32 vertex indices.
        materials: `(T,)` uint8 rows of the scene's palette.
        classes: `(T,)` uint8 semantic class ids.
    """

    vertices: NDArray[np.float32]
    normals: NDArray[np.float32]
    triangles: NDArray[np.int32]
    materials: NDArray[np.uint8]
    classes: NDArray[np.uint8]

    def moved(
        self, position: ArrayLike = (0, 0, 0), yaw: float = 0.0, scale: ArrayLike = 1.0
    ) -> "Mesh":
        """Return a copy: scaled (at once or per axis), turned about z [rad], then moved [m].

        A scale is positive: a mirrored mesh would be seen from its inside.
        """
        cos, sin = math.cos(yaw), math.sin(yaw)
        turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        factors = np.broadcast_to(np.asarray(scale, dtype=np.float64), 3)
        points = product(self.vertices * factors, turn) + np.asarray(position, dtype=np.float64)
        normals = product(_unit(self.normals / factors), turn)
        return replace(
            self,
            vertices=points.astype(np.float32),
            normals=normals.astype(np.float32),
        )


def surface(
    vertices: ArrayLike,
    triangles: ArrayLike,
    material: int,
    semantic_class: int,
    smooth: bool = True,
) -> Mesh:
    """Build a mesh of one material; normals follow from the triangles.

    Args:
        vertices: `(V, 3)` positions [m].
        triangles: `(T, 3)` indices, counter-clockwise seen from outside.
        material: row of the scene's palette.
        semantic_class: id of `SemanticClass`.
        smooth: Share normals across triangles; otherwise every facet is flat.

    Raises:
        InputError: An index is out of range or a position is not finite.
    """
    points = np.asarray(vertices, dtype=np.float64).reshape(-1, 3)
    faces = np.asarray(triangles, dtype=np.int32).reshape(-1, 3)
    if not np.isfinite(points).all():
        raise InputError("mesh vertices must be finite, got NaN or infinity")
    if faces.size and not (faces.min() >= 0 and faces.max() < len(points)):
        wrong = faces.min() if faces.min() < 0 else faces.max()
        raise InputError(f"mesh triangles must index its {len(points)} vertices, got {wrong}")
    if not smooth:
        points = points[faces].reshape(-1, 3)
        faces = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
    return Mesh(
        vertices=points.astype(np.float32),
        normals=_vertex_normals(points, faces),
        triangles=faces,
        materials=np.full(len(faces), material, dtype=np.uint8),
        classes=np.full(len(faces), semantic_class, dtype=np.uint8),
    )


def joined(meshes: Sequence[Mesh]) -> Mesh:
    """Put several meshes into one."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    return Mesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        normals=np.concatenate([mesh.normals for mesh in meshes]),
        triangles=np.concatenate(
            [mesh.triangles + start for mesh, start in zip(meshes, starts[:-1], strict=True)]
        ).astype(np.int32),
        materials=np.concatenate([mesh.materials for mesh in meshes]),
        classes=np.concatenate([mesh.classes for mesh in meshes]),
    )


def _vertex_normals(points: NDArray[np.float64], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Average the normals of the triangles at each vertex, weighted by their area."""
    corners = points[faces]
    facets = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], facets)
    return _unit(normals).astype(np.float32)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give `(V, 3)` vectors the length 1, but those of length 0, which no triangle shows."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)
