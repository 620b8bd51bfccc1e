"""Meshes and the library that holds them."""

import numpy as np
import pytest

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, joined, surface
from autonomy.camera.primitives import box, cone, cylinder, sphere
from autonomy.errors import InputError

SOLIDS = {
    "box": (box((1.0, 2.0, 3.0), 0, 1), 6.0),
    "cylinder": (cylinder(0.5, 2.0, 64, 0, 1), np.pi / 2),
    "cone": (cone(0.5, 3.0, 64, 0, 1), np.pi / 4),
    "sphere": (sphere(1.0, 48, 0, 1), 4 * np.pi / 3),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_solids_have_their_volume_and_face_outwards(name: str) -> None:
    """By the divergence theorem; the volume is positive only if all faces look outwards."""
    mesh, volume = SOLIDS[name]
    a, b, c = mesh.vertices[mesh.triangles.T].astype(np.float64)
    assert np.einsum("ti,ti->", a, np.cross(b, c)) / 6 == pytest.approx(volume, rel=0.01)
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-5)
    assert np.einsum("vi,vi->v", mesh.vertices, mesh.normals).min() > 0.0


def test_open_solids_lack_their_ends() -> None:
    assert len(cylinder(1, 1, 10, 0, 1).triangles) == 40
    assert len(cylinder(1, 1, 10, 0, 1, closed=False).triangles) == 20
    assert len(cone(1, 1, 10, 0, 1).triangles) == 20
    assert len(cone(1, 1, 10, 0, 1, closed=False).triangles) == 10


def test_moving_scales_then_turns_then_moves() -> None:
    roof = surface([(1, 0, 0), (0, 1, 0), (0, 0, 1)], [(0, 1, 2)], 0, 1)
    moved = roof.moved((10, 0, 0), yaw=np.pi / 2, scale=(2, 1, 1))
    np.testing.assert_allclose(moved.vertices, [(10, 2, 0), (9, 0, 0), (10, 0, 1)], atol=1e-6)
    again = surface(moved.vertices, moved.triangles, 0, 1)
    np.testing.assert_allclose(moved.normals, again.normals, atol=1e-6)


def test_a_vertex_of_no_triangle_does_no_harm() -> None:
    mesh = surface([(0, 0, 0), (1, 0, 0), (0, 1, 0), (5, 5, 5)], [(0, 1, 2)], 0, 1)
    assert np.isfinite(mesh.moved(scale=2.0).normals).all()


def test_joined_meshes_keep_their_parts() -> None:
    whole = joined([box((1, 1, 1), 2, 3), sphere(1, 4, 5, 6)])
    assert len(whole.triangles) == 12 + len(sphere(1, 4, 5, 6).triangles)
    assert (whole.materials[:12] == 2).all()
    assert (whole.classes[12:] == 6).all()
    assert whole.triangles[12:].min() == 36  # a box has three vertices a triangle


@pytest.mark.parametrize(("corner", "wrong"), [(3, 3), (-1, -1)])
def test_triangles_of_no_vertices_are_refused(corner: int, wrong: int) -> None:
    with pytest.raises(InputError, match=f"must index its 3 vertices, got {wrong}"):
        surface(np.eye(3), [(0, 1, corner)], 0, 1)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_positions_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(InputError, match="mesh vertices must be finite"):
        surface([(0, 0, 0), (1, 0, 0), (0, value, 0)], [(0, 1, 2)], 0, 1)


def _held(library: MeshLibrary, part: int) -> Mesh:
    """The mesh of a part."""
    arrays = library.arrays
    first, last, begin, end, _ = arrays.parts[part]
    return Mesh(
        vertices=arrays.vertices[:3, first:last].T,
        normals=arrays.vertices[3:, first:last].T,
        triangles=arrays.triangles[begin:end] - first,
        materials=arrays.materials[begin:end],
        classes=arrays.classes[begin:end],
    )


def _assert_same(one: Mesh, other: Mesh) -> None:
    for name in ("vertices", "normals", "triangles", "materials", "classes"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_library_keeps_what_it_holds_while_it_grows() -> None:
    library = MeshLibrary()
    meshes = [sphere(1.0 + k, 3 + k, k, k).moved((k, 0, 0)) for k in range(12)]
    ranges = [library.add(meshes[k : k + 2]) for k in range(0, 12, 2)]
    assert ranges == [(k, k + 2) for k in range(0, 12, 2)]
    for part, mesh in enumerate(meshes):
        _assert_same(_held(library, part), mesh)
        x, y, z, radius = library.arrays.spheres[:, part]
        assert np.linalg.norm(mesh.vertices - (x, y, z), axis=1).max() <= radius
    assert library.largest_part == max(len(mesh.vertices) for mesh in meshes)


def test_a_rewound_library_uses_its_room_again() -> None:
    library = MeshLibrary()
    kept = sphere(1.0, 6, 0, 1)
    library.add([kept])
    mark, used = library.mark(), library.used_bytes
    for _ in range(20):
        assert library.add([box((1, 1, 1), 0, 2), cone(1, 1, 9, 0, 3)]) == (1, 3)
        room = library.arrays.vertices.shape
        library.rewind(mark)
        assert (library.part_count, library.used_bytes) == (1, used)
    assert library.arrays.vertices.shape == room
    _assert_same(_held(library, 0), kept)


def test_triangles_of_the_fullest_row_count_copies_too() -> None:
    library = MeshLibrary()
    library.add([box((1, 1, 1), 0, 1), cone(1, 1, 10, 0, 1)])
    library.place(np.array([0, 0, 1]), np.array([0, 0, 1]), np.stack([np.eye(3, 4)] * 3))
    for ranges, most in (
        ([[[0, 2]], [[2, 5]], [[1, 3]], [[5, 5]]], 44),
        ([[[0, 2], [1, 3]], [[5, 5], [2, 5]]], 64),
        (np.empty((0, 1, 2)), 0),
    ):
        assert library.most_triangles(np.array(ranges, np.int32)) == most


def test_a_librarys_version_grows_with_every_change_and_is_its_own() -> None:
    library, versions = MeshLibrary(), []
    mark = library.mark()
    for change in (
        lambda: None,
        lambda: library.add([box((1, 1, 1), 0, 1)]),
        lambda: library.place(np.array([0]), np.array([0]), np.eye(3, 4)[np.newaxis]),
        lambda: library.rewind(mark),
    ):
        change()
        versions.append(library.version)
        assert library.version == versions[-1]
    assert versions == sorted(set(versions))
    assert MeshLibrary().version not in versions
