"""Mesh files: read, coloured, decimated, creased."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from trimesh.visual.material import SimpleMaterial

from autonomy.camera.decimation import decimated
from autonomy.camera.mesh_file import read_surfaces
from autonomy.camera.surface import Surface
from autonomy.errors import InputError


def ball(subdivisions: int = 2) -> trimesh.Trimesh:
    return trimesh.creation.icosphere(subdivisions=subdivisions, radius=2.0)


@pytest.mark.parametrize("suffix", [".obj", ".stl", ".ply", ".glb"])
def test_mesh_files_are_read_with_their_vertices_joined(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"ball{suffix}"
    ball().export(path)
    (surface,) = read_surfaces(path)
    assert (len(surface.triangles), len(surface.vertices)) == (320, 162)
    np.testing.assert_allclose(np.linalg.norm(surface.vertices, axis=1), 2.0, rtol=1e-5)


def test_colours_come_from_the_file(tmp_path: Path) -> None:
    scene = trimesh.Scene()
    for name, color in (("red", (200, 10, 20, 255)), ("blue", (10, 20, 220, 255))):
        piece = ball()
        material = SimpleMaterial(diffuse=color, name=name)
        piece.visual = trimesh.visual.TextureVisuals(
            uv=np.zeros((len(piece.vertices), 2)), material=material
        )
        scene.add_geometry(piece, geom_name=name)
    scene.export(tmp_path / "two.obj")
    colors = {surface.color for surface in read_surfaces(tmp_path / "two.obj")}
    assert colors == {(200, 10, 20), (10, 20, 220)}


def test_bad_mesh_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mesh file must exist, got .*nowhere\.obj"):
        read_surfaces(tmp_path / "nowhere.obj")
    contents = {"broken.stl": b"\0" * 90, "broken.glb": b"not a mesh", "empty.obj": b"# nothing\n"}
    contents["unknown.xyz123"] = b"v 0 0 0\n"
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError, match=f"mesh file .*{name}"):
            read_surfaces(path)


def test_a_decimated_ball_is_still_round() -> None:
    whole = ball(4)
    surface = Surface(np.array(whole.vertices), np.array(whole.faces), None)
    (coarse,) = decimated([surface], 500)
    assert 450 <= len(coarse.triangles) <= 550
    np.testing.assert_allclose(np.linalg.norm(coarse.vertices, axis=1), 2.0, rtol=0.02)
    assert coarse.area == pytest.approx(4 * np.pi * 2.0**2, rel=0.02)
    assert decimated([surface], 10_000)[0] is surface


def flat(cells: int, holds: Any) -> Surface:
    """Squares of a plate of 1 x 1, two triangles each, whose middles `holds` accepts."""
    ticks = np.linspace(0.0, 1.0, cells + 1)
    x, y = (grid.ravel() for grid in np.meshgrid(ticks, ticks))
    square = (np.arange(cells)[:, np.newaxis] * (cells + 1) + np.arange(cells)).ravel()
    square = square[holds(x[square] + 0.5 / cells, y[square] + 0.5 / cells)]
    corners = np.stack([square, square + 1, square + cells + 2, square + cells + 1], axis=1)
    vertices = np.column_stack([x, y, np.zeros_like(x)])
    return Surface(vertices, np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]]), None)


def test_colours_on_a_flat_plate_keep_their_shapes_and_leave_no_gap() -> None:
    """A letter T and the plate around it: 0.14 of the plate, whatever is left of its triangles."""

    def letter(x: NDArray, y: NDArray) -> NDArray:
        bar = (abs(y - 0.7) < 0.1) & (abs(x - 0.5) < 0.2)
        return bar | ((abs(x - 0.5) < 0.05) & (y < 0.6))

    inside, around = flat(40, letter), flat(40, lambda x, y: ~letter(x, y))
    area = inside.area
    coarse = decimated([inside, around], 120)
    assert sum(len(own.triangles) for own in coarse) <= 130
    assert coarse[0].area == pytest.approx(area, rel=1e-3)
    assert coarse[1].area == pytest.approx(1.0 - area, rel=1e-3)
    assert area == pytest.approx(0.14)


def test_a_small_piece_beside_a_large_one_stays_where_it_is() -> None:
    """A button on a bump: nothing of the one may be drawn over the other."""
    whole = ball(4)
    large = Surface(np.array(whole.vertices), np.array(whole.faces), (255, 255, 255))
    raised = flat(12, lambda x, y: np.hypot(x - 0.5, y - 0.5) < 0.5)
    small = replace(raised, vertices=raised.vertices * 0.2 + (0.0, 0.0, 2.05))
    coarse = decimated([large, small], 400)
    assert 0.6 * small.area < coarse[1].area <= small.area
    np.testing.assert_allclose(coarse[1].vertices[:, 2], 2.05, atol=0.01)
    np.testing.assert_allclose(np.linalg.norm(coarse[0].vertices, axis=1), 2.0, rtol=0.02)


def test_a_cube_is_creased_and_a_ball_is_not() -> None:
    for whole, corners in ((trimesh.creation.box(), 24), (ball(), 162)):
        surface = Surface(np.array(whole.vertices), np.array(whole.faces), None)
        assert len(surface.creased().vertices) == corners
