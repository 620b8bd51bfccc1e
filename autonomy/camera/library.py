"""All meshes of a world in flat arrays, addressed by ranges of parts."""

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mesh import Mesh, joined
from autonomy.camera.texture import NO_TEXTURES, TextureArrays
from autonomy.compiled import compiled


class LibraryArrays(NamedTuple):
    """What the kernels read.

    Attributes:
        vertices: `(6, V)` float32: position [m] and unit normal, one row a coordinate.
        triangles: `(T, 3)` int32 indices into the columns of `vertices`.
        materials: `(T,)` uint8.
        classes: `(T,)` uint8.
        parts: `(P, 5)` int32: first vertex, last + 1, first triangle, last + 1, and what the part
            adds to the instance of the draw that shows it.
        poses: `(P, 3, 4)` float64: where a part's mesh is on its body; rotation times a scale,
            and position [m].
        spheres: `(4, P)` float32: a sphere (x, y, z, radius) around each part on its body.
        coarse: `(P,)` int32: the part whose mesh is drawn where this one is small in the image;
            itself if it has no coarser one.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    materials: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    parts: NDArray[np.int32]
    poses: NDArray[np.float64]
    spheres: NDArray[np.float32]
    coarse: NDArray[np.int32]


_VERSIONS = count()  # so that no two libraries ever have the same one


class MeshLibrary:
    """Grows as meshes are added; a part is the smallest thing that is drawn or culled.

    Attributes:
        textures: The pictures that may cover the meshes.
    """

    def __init__(self, textures: TextureArrays = NO_TEXTURES) -> None:
        self.textures = textures
        self._stored = LibraryArrays(
            vertices=np.empty((6, 0), np.float32),
            triangles=np.empty((0, 3), np.int32),
            materials=np.empty(0, np.uint8),
            classes=np.empty(0, np.uint8),
            parts=np.empty((0, 5), np.int32),
            poses=np.empty((0, 3, 4)),
            spheres=np.empty((4, 0), np.float32),
            coarse=np.empty(0, np.int32),
        )
        self._triangles_before = np.zeros(1, np.int64)  # (P + 1,) those of all parts before each
        self._used = _Counts(0, 0, 0)
        self._largest_part = self._material_count = 0
        self._version = next(_VERSIONS)

    @property
    def arrays(self) -> LibraryArrays:
        """The kernels' view; its rows may go on beyond what is in use."""
        return self._stored

    @property
    def version(self) -> int:
        """Grows with every change of `arrays`; another library never has it."""
        return self._version

    @property
    def part_count(self) -> int:
        """How many parts there are."""
        return self._used.parts

    @property
    def largest_part(self) -> int:
        """The most vertices that one part has had."""
        return self._largest_part

    @property
    def material_count(self) -> int:
        """One more than the highest material that a mesh has had."""
        return self._material_count

    @property
    def used_bytes(self) -> int:
        """Bytes of meshes in use."""
        return 24 * self._used.vertices + 14 * self._used.triangles

    def add(self, meshes: Sequence[Mesh]) -> tuple[int, int]:
        """Add each mesh as a part, all one instance; return their range (first, last + 1)."""
        sizes = np.array([(len(mesh.vertices), len(mesh.triangles)) for mesh in meshes])
        ends = np.cumsum(sizes, axis=0) + np.array(self._used[:2])
        starts = ends - sizes
        vertices, triangles, parts = self._reserve(
            int(sizes[:, 0].sum()), int(sizes[:, 1].sum()), len(meshes)
        )
        stored, whole = self._stored, joined(meshes)
        stored.vertices[:3, vertices] = whole.vertices.T
        stored.vertices[3:, vertices] = whole.normals.T
        stored.triangles[triangles] = whole.triangles + vertices.start
        stored.materials[triangles] = whole.materials
        stored.classes[triangles] = whole.classes
        stored.parts[parts, :4] = np.column_stack(
            [starts[:, 0], ends[:, 0], starts[:, 1], ends[:, 1]]
        )
        stored.parts[parts, 4] = 0
        stored.poses[parts] = np.eye(3, 4)
        stored.spheres[:, parts] = _bounding_spheres(whole.vertices, starts[:, 0] - vertices.start)
        stored.coarse[parts] = np.arange(parts.start, parts.stop)
        self._count_triangles(parts)
        self._largest_part = max(self._largest_part, int(sizes[:, 0].max()))
        self._material_count = max(self._material_count, int(whole.materials.max()) + 1)
        return parts.start, parts.stop

    def place(
        self, parts: NDArray[np.intp], coarse: NDArray[np.intp], poses: NDArray[np.float64]
    ) -> tuple[int, int]:
        """Show parts once more, at other poses; each is an instance, counted from 0.

        Args:
            parts: `(K,)` parts, as they were added.
            coarse: `(K,)` parts of no more triangles that stand for them where they are small.
            poses: `(K, 3, 4)` rotation times one scale, and position [m].

        Returns:
            The range (first, last + 1) of the new parts, which hold no triangles of their own.
        """
        _, _, new = self._reserve(0, 0, len(parts))
        stored = self._stored
        stored.parts[new] = stored.parts[parts]
        stored.parts[new, 4] = np.arange(len(parts))
        stored.poses[new] = poses
        stored.coarse[new] = coarse
        spheres = stored.spheres[:, parts]
        stored.spheres[:3, new] = (
            np.einsum("kij,jk->ik", poses[:, :, :3], spheres[:3]) + poses[:, :, 3].T
        )
        stored.spheres[3, new] = spheres[3] * np.linalg.norm(poses[:, :, 0], axis=1)
        self._count_triangles(new)
        return new.start, new.stop

    def most_triangles(self, ranges: NDArray[np.int32]) -> int:
        """Return how many triangles the parts of ranges `(N, D, 2)` show in the fullest row."""
        return _most_triangles(self._triangles_before, ranges)

    def mark(self) -> "_Counts":
        """Return what is in use now, to come back to with `rewind`."""
        return self._used

    def rewind(self, mark: "_Counts") -> None:
        """Forget what was added since `mark`; its room is used again."""
        self._used = mark
        self._version = next(_VERSIONS)

    def _reserve(self, vertices: int, triangles: int, parts: int) -> tuple[slice, slice, slice]:
        """Make room; return where it is."""
        used, stored = self._used, self._stored
        wanted = _Counts(used.vertices + vertices, used.triangles + triangles, used.parts + parts)
        self._stored = LibraryArrays(
            vertices=_grown(stored.vertices, wanted.vertices, axis=1),
            triangles=_grown(stored.triangles, wanted.triangles),
            materials=_grown(stored.materials, wanted.triangles),
            classes=_grown(stored.classes, wanted.triangles),
            parts=_grown(stored.parts, wanted.parts),
            poses=_grown(stored.poses, wanted.parts),
            spheres=_grown(stored.spheres, wanted.parts, axis=1),
            coarse=_grown(stored.coarse, wanted.parts),
        )
        self._used = wanted
        self._version = next(_VERSIONS)
        return (
            slice(used.vertices, wanted.vertices),
            slice(used.triangles, wanted.triangles),
            slice(used.parts, wanted.parts),
        )

    def _count_triangles(self, new: slice) -> None:
        sizes = self._stored.parts[new, 3] - self._stored.parts[new, 2]
        before = _grown(self._triangles_before, new.stop + 1)
        before[new.start + 1 : new.stop + 1] = before[new.start] + np.cumsum(sizes)
        self._triangles_before = before


class _Counts(NamedTuple):
    """How much of a library is in use."""

    vertices: int
    triangles: int
    parts: int


@compiled
def _most_triangles(before: NDArray[np.int64], ranges: NDArray[np.int32]) -> int:
    most = 0
    for row in range(ranges.shape[0]):
        count = 0
        for draw in range(ranges.shape[1]):
            count += int(before[ranges[row, draw, 1]]) - int(before[ranges[row, draw, 0]])
        most = max(most, count)
    return most


def _grown(array: NDArray[Any], wanted: int, axis: int = 0) -> NDArray[Any]:
    """Return `array`, or a copy with `wanted` and much more room, which costs nothing till used."""
    if array.shape[axis] >= wanted:
        return array
    shape = list(array.shape)
    shape[axis] = 4 * wanted
    larger = np.empty(shape, array.dtype)
    larger[tuple(slice(size) for size in array.shape)] = array
    return larger


def _bounding_spheres(
    vertices: NDArray[np.float32], starts: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return spheres `(4, P)` around P runs of vertices `(V, 3)`, none of which is empty."""
    low = np.minimum.reduceat(vertices, starts)
    high = np.maximum.reduceat(vertices, starts)
    centres = (low + high) / 2
    away = vertices - np.repeat(centres, np.diff(starts, append=len(vertices)), axis=0)
    square = np.maximum.reduceat(np.einsum("vi,vi->v", away, away), starts)
    return np.vstack([centres.T, np.sqrt(square) * 1.0001]).astype(np.float32)
