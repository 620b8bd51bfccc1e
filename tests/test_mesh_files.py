"""Mesh files: read, coloured, decimated, creased."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from trimesh.visual.material import SimpleMaterial

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
    coarse = surface.decimated(500)
    assert 450 <= len(coarse.triangles) <= 550
    np.testing.assert_allclose(np.linalg.norm(coarse.vertices, axis=1), 2.0, rtol=0.02)
    assert coarse.area == pytest.approx(4 * np.pi * 2.0**2, rel=0.02)
    assert surface.decimated(10_000) is surface


def test_a_cube_is_creased_and_a_ball_is_not() -> None:
    for whole, corners in ((trimesh.creation.box(), 24), (ball(), 162)):
        surface = Surface(np.array(whole.vertices), np.array(whole.faces), None)
        assert len(surface.creased().vertices) == corners
