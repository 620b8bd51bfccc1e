"""Strips along a road, made into the meshes of its stretches."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh
from autonomy.compiled import Index, compiled
from autonomy.envs.lane.scene.materials import Material


class Ribbons(NamedTuple):
    """K strips of one road, each between two edges that are sampled at M cross-sections."""

    edges: NDArray[np.float64]  # (K, M, 2, 3) [m], right and left
    normals: NDArray[np.float64]  # (K, M, 2, 3)
    materials: NDArray[np.uint8]  # (K,)
    classes: NDArray[np.uint8]  # (K,)
    shown: NDArray[np.bool_]  # (K, M - 1) whether there is one from a section to the next


class Quads(NamedTuple):
    """Q level pieces of a road, in the order of its stretches."""

    corners: NDArray[np.float64]  # (Q, 2, 2, 3) [m], rear and front, right and left
    materials: NDArray[np.uint8]  # (Q,)
    classes: NDArray[np.uint8]  # (Q,)
    first: NDArray[np.int64]  # (C + 1,) of each of C stretches, and how many there are


class _Triangles(NamedTuple):
    """The arrays of a `Mesh`, in which those of a road's stretches follow each other."""

    vertices: NDArray[np.float32]
    normals: NDArray[np.float32]
    triangles: NDArray[np.int32]
    materials: NDArray[np.uint8]
    classes: NDArray[np.uint8]


def ribbons(
    strips: list[tuple[NDArray[np.float64], Material, SemanticClass]], shown: NDArray[np.bool_]
) -> Ribbons:
    """Bring K strips, each of edges `(M, 2, 3)`, together and find their normals.

    `shown` `(K, M - 1)` tells where along the road there is one of each.
    """
    edges = np.stack([edge for edge, _, _ in strips])
    along = np.moveaxis(np.gradient(edges, axis=1), -1, 0)
    across = np.moveaxis(edges[:, :, 1:] - edges[:, :, :1], -1, 0)
    normals = np.empty_like(edges)
    for axis in range(3):
        one, other = (axis + 1) % 3, (axis + 2) % 3
        normals[..., axis] = along[one] * across[other] - along[other] * across[one]
    x, y, z = np.moveaxis(normals, -1, 0)
    normals /= np.sqrt(x * x + y * y + z * z)[..., np.newaxis]
    return Ribbons(
        edges,
        normals,
        np.array([material for _, material, _ in strips], np.uint8),
        np.array([semantic for _, _, semantic in strips], np.uint8),
        shown,
    )


def stretches(strips: Ribbons, quads: Quads, bounds: NDArray[np.intp]) -> list[Mesh]:
    """Return a mesh for each of C stretches, from one to the next of bounds `(C + 1,)`.

    The section that ends a stretch begins the next one.
    """
    count, chords, pieces = len(strips.edges), np.diff(bounds), np.diff(quads.first)
    vertices = np.append(0, np.cumsum(2 * count * (chords + 1) + 4 * pieces))
    tiles = np.add.reduceat(strips.shown.sum(axis=0), bounds[:-1])
    triangles = np.append(0, np.cumsum(2 * tiles + 2 * pieces))
    room = _Triangles(
        np.empty((vertices[-1], 3), np.float32),
        np.empty((vertices[-1], 3), np.float32),
        np.empty((triangles[-1], 3), np.int32),
        np.empty(triangles[-1], np.uint8),
        np.empty(triangles[-1], np.uint8),
    )
    _fill(strips, quads, bounds, room)
    ends = zip(
        vertices[:-1].tolist(),
        vertices[1:].tolist(),
        triangles[:-1].tolist(),
        triangles[1:].tolist(),
        strict=True,
    )
    return [
        Mesh(
            room.vertices[v:v_end],
            room.normals[v:v_end],
            room.triangles[t:t_end],
            room.materials[t:t_end],
            room.classes[t:t_end],
        )
        for v, v_end, t, t_end in ends
    ]


@compiled
def _fill(strips: Ribbons, quads: Quads, bounds: NDArray[np.intp], room: _Triangles) -> None:
    """Write the stretches one after another, their triangles counting from their own vertices."""
    level = np.array([0.0, 0.0, 1.0])
    vertex, triangle = np.int64(0), np.int64(0)
    for c in range(len(bounds) - 1):
        own = vertex
        for k in range(len(strips.edges)):
            first = vertex - own
            for m in range(bounds[c], bounds[c + 1] + 1):
                for side in range(2):
                    room.vertices[vertex] = strips.edges[k, m, side]
                    room.normals[vertex] = strips.normals[k, m, side]
                    vertex += 1
            for m in range(bounds[c + 1] - bounds[c]):
                if strips.shown[k, bounds[c] + m]:
                    corner = first + 2 * m
                    _pave(room, triangle, corner, strips.materials[k], strips.classes[k])
                    triangle += 2
        for q in range(quads.first[c], quads.first[c + 1]):
            corner = vertex - own
            for end in range(2):
                for side in range(2):
                    room.vertices[vertex] = quads.corners[q, end, side]
                    room.normals[vertex] = level
                    vertex += 1
            _pave(room, triangle, corner, quads.materials[q], quads.classes[q])
            triangle += 2


@compiled
def _pave(room: _Triangles, triangle: Index, corner: Index, material: int, semantic: int) -> None:
    """Write the two triangles between a right corner, the left one after it, and the next two."""
    room.triangles[triangle] = (corner, corner + 2, corner + 3)
    room.triangles[triangle + 1] = (corner, corner + 3, corner + 1)
    for new in range(triangle, triangle + 2):
        room.materials[new], room.classes[new] = material, semantic
