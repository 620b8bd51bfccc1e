"""Meshes that bodies touch, written anew as OBJ files that PyBullet can read without harm."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from autonomy.camera.mesh_file import read_surfaces
from autonomy.camera.obj_file import Solid, read_obj, solids_of
from autonomy.errors import InputError


class CollisionMesh(NamedTuple):
    """A mesh that bodies touch."""

    obj: bytes  # of a file that PyBullet can read
    size: tuple[float, ...]  # along x, y and z, in the file's own units


def read_collision_mesh(file: Path, is_concave: bool, slabs: int = 1) -> CollisionMesh:
    """Return what is in a mesh file as an OBJ file.

    Unless a mesh is concave, PyBullet makes a convex hull of each of its objects: those of an OBJ
    file stay apart, all of another file are one, and each is its hull already. One that is alone
    is cut into slabs first.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        about = file.stat()
    except OSError as error:
        raise InputError(f"mesh file {file} cannot be read: {error.strerror}") from error
    return _read(file, is_concave, slabs, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=64)
def _read(file: Path, is_concave: bool, slabs: int, modified: int, size: int) -> CollisionMesh:
    solids = solids_of(read_obj(file), file) if file.suffix.lower() == ".obj" else [_joined(file)]
    if not solids:
        raise InputError(f"mesh file {file} must hold triangles, got none")
    extent = np.ptp(np.concatenate([vertices for vertices, _ in solids]), axis=0)
    if not is_concave:
        parts = _slabs(*solids[0], slabs) if len(solids) == 1 else solids
        solids = [_hull(*part) for part in parts]
    return CollisionMesh(_written(solids), tuple(extent.tolist()))


def _written(solids: Sequence[Solid]) -> bytes:
    lines, first = list[str](), 1
    for number, (vertices, triangles) in enumerate(solids):
        lines.append(f"o solid_{number}")
        lines += [f"v {x!r} {y!r} {z!r}" for x, y, z in vertices.tolist()]
        lines += [f"f {a} {b} {c}" for a, b, c in (first + triangles).tolist()]
        first += len(vertices)
    return "\n".join([*lines, ""]).encode()


def _hull(vertices: NDArray[np.float64], triangles: NDArray[np.int64]) -> Solid:
    """Return the convex hull, which is a fraction of what PyBullet would have to read."""
    try:
        facets = ConvexHull(vertices).simplices
    except QhullError:  # it is flat
        return vertices, triangles
    used, own = np.unique(facets, return_inverse=True)
    return vertices[used], own.reshape(-1, 3)


def _slabs(vertices: NDArray[np.float64], triangles: NDArray[np.int64], count: int) -> list[Solid]:
    """Cut a solid across its longest side; of the slabs, only their corners count."""
    along = int(np.argmax(np.ptp(vertices, axis=0)))
    cuts = np.linspace(vertices[:, along].min(), vertices[:, along].max(), count + 1)
    rings = [_ring(vertices, triangles, along, cut) for cut in cuts[1:-1]]
    if count == 1 or not all(map(len, rings)):
        return [(vertices, triangles)]
    ends, parts = [vertices[:0], *rings, vertices[:0]], list[Solid]()
    for low, high, below, above in zip(cuts[:-1], cuts[1:], ends[:-1], ends[1:], strict=True):
        own = vertices[(vertices[:, along] >= low) & (vertices[:, along] <= high)]
        parts.append((np.concatenate([own, below, above]), triangles[:0]))
    return parts


def _ring(
    vertices: NDArray[np.float64], triangles: NDArray[np.int64], along: int, cut: float
) -> NDArray[np.float64]:
    """Return the points `(K, 3)` where the edges of triangles go through a plane."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    a, b = vertices[edges[:, 0]], vertices[edges[:, 1]]
    over, under = a[:, along] - cut, b[:, along] - cut
    through = over * under < 0.0
    share = (over[through] / (over[through] - under[through]))[:, np.newaxis]
    return a[through] + share * (b[through] - a[through])


def _joined(file: Path) -> Solid:
    surfaces = read_surfaces(file)
    ends = np.cumsum([len(own.vertices) for own in surfaces])
    triangles = [
        own.triangles + end - len(own.vertices) for own, end in zip(surfaces, ends, strict=True)
    ]
    return np.concatenate([own.vertices for own in surfaces]), np.concatenate(triangles)
