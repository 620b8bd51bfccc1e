"""Meshes of robots: what is drawn and touched of them, whichever format they have."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import trimesh
from arm_cases import make
from numpy.typing import NDArray
from robot_cases import ARM, BOX, joint, link, robot_of, written
from trimesh.visual import TextureVisuals
from trimesh.visual.material import SimpleMaterial

from autonomy.camera.mesh import Mesh
from autonomy.camera.mesh_file import read_surfaces
from autonomy.camera.primitives import capsule
from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.robot_body import load_robot
from autonomy.envs.arm.scene.link_meshes import fixture_meshes, robot_meshes
from autonomy.errors import InputError

RED = [204.0, 48.0, 48.0]  # the URDF's (0.8, 0.2, 0.2), in steps of 12
WEDGE = [(0.0, 0.0, 0.0), (0.3, 0.0, 0.0), (0.0, 0.2, 0.0), (0.0, 0.0, 0.1)]
FACES = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]  # counter-clockwise seen from outside
TEXT = "".join(f"v {x} {y} {z}\n" for x, y, z in WEDGE)
OBJ = TEXT + "f 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"
MARGIN = 0.007  # [m] that PyBullet adds around shapes, on both sides
VOLUME = 0.3 * 0.2 * 0.1 / 6


def wedge() -> trimesh.Trimesh:
    """A corner of a box."""
    return trimesh.Trimesh(WEDGE, FACES, process=False)


def volume(mesh: Mesh) -> float:
    """By the divergence theorem; positive if all faces look outwards."""
    a, b, c = mesh.vertices[mesh.triangles.T].astype(np.float64)
    return float(np.einsum("ti,ti->", a, np.cross(b, c)) / 6)


def with_mesh(folder: Path, name: str, scale: str = "1 1 1", touched: bool = False) -> Path:
    """A robot whose base is of a mesh."""
    mesh = f'<mesh filename="{name}" scale="{scale}"/>'
    return written(folder, ARM.replace(link("base"), link("base", mesh, mesh if touched else "")))


def base_of(path: Path, **options: Any) -> tuple[Mesh, NDArray[np.float32]]:
    """The base's mesh and its colours."""
    meshes = robot_meshes(robot_of(path, **options), None, 8)
    number, mesh = meshes.links[0]
    assert number == 0
    return mesh, meshes.colors[np.unique(mesh.materials) - 8]


@pytest.mark.parametrize("suffix", ["obj", "stl", "ply", "glb", "dae", "STL"])
def test_every_format_is_drawn_where_it_is_in_the_link(suffix: str, tmp_path: Path) -> None:
    data = wedge().export(file_type=suffix.lower())
    name = f"wedge.{suffix}"
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    mesh, colors = base_of(with_mesh(tmp_path, name, scale="1 2 1"))
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    np.testing.assert_allclose(low, (0.05, 0.0, 0.0), atol=1e-6)
    np.testing.assert_allclose(high, (0.35, 0.4, 0.1), atol=1e-6)
    assert volume(mesh) == pytest.approx(2 * VOLUME, rel=1e-5)
    if suffix.lower() in ("obj", "stl", "ply"):
        np.testing.assert_array_equal(colors, [RED])


@pytest.mark.parametrize("scale", ["-1 1 1", "1 -1 1", "-1 -1 -1", "-1 -1 1"])
def test_mirrored_meshes_keep_their_outside_outside(scale: str, tmp_path: Path) -> None:
    (tmp_path / "wedge.obj").write_text(OBJ)
    mesh, _ = base_of(with_mesh(tmp_path, "wedge.obj", scale))
    assert volume(mesh) == pytest.approx(VOLUME, rel=1e-5)
    middle = mesh.vertices.mean(axis=0)
    corners = mesh.vertices[mesh.triangles].mean(axis=1) - middle
    normals = mesh.normals[mesh.triangles].mean(axis=1)
    assert (np.einsum("ti,ti->t", corners, normals) > 0.0).all()


def test_a_collada_file_has_a_unit(tmp_path: Path) -> None:
    text = wedge().export(file_type="dae").decode()
    assert 'meter="1' in text or "<unit" not in text
    unit = '<unit name="millimeter" meter="0.001"/>'
    start = text.index("<unit") if "<unit" in text else text.index("<up_axis")
    end = text.index("/>", start) + 2 if "<unit" in text else start
    (tmp_path / "wedge.dae").write_text(text[:start] + unit + text[end:])
    (surface,) = read_surfaces(tmp_path / "wedge.dae")
    np.testing.assert_allclose(np.ptp(surface.vertices, axis=0), (3e-4, 2e-4, 1e-4), rtol=1e-5)


def test_a_collada_file_whose_materials_are_missing_is_drawn_without(tmp_path: Path) -> None:
    text = wedge().export(file_type="dae").decode()
    start, end = text.index("<library_materials"), text.index("</library_materials>") + 20
    (tmp_path / "wedge.dae").write_text(text[:start] + text[end:])
    (surface,) = read_surfaces(tmp_path / "wedge.dae")
    assert (len(surface.triangles), surface.color) == (4, None)
    assert surface.note.endswith("wedge.dae: a material cannot be read, and is not drawn")


def test_coordinates_without_a_material_leave_the_urdfs_colour(tmp_path: Path) -> None:
    faces = "vt 0 0\nf 1/1 3/1 2/1\nf 1/1 2/1 4/1\nf 1/1 4/1 3/1\nf 2/1 3/1 4/1\n"
    (tmp_path / "bare_uv.obj").write_text(TEXT + faces)
    assert read_surfaces(tmp_path / "bare_uv.obj")[0].color is None
    np.testing.assert_array_equal(base_of(with_mesh(tmp_path, "bare_uv.obj"))[1], [RED])


def textured(folder: Path, picture: NDArray[np.uint8], corners: NDArray[np.float64]) -> Path:
    """Two triangles apart, whose three corners each are at places of a picture, in OBJ files."""
    triangle = np.array([(0.0, 0.0, 0.0), (0.1, 0.0, 0.0), (0.0, 0.1, 0.0)])
    piece = trimesh.Trimesh(
        np.vstack([triangle, triangle + 0.1]), [(0, 1, 2), (3, 4, 5)], process=False
    )
    cv2.imwrite(str(folder / "picture.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    lines = [f"v {x} {y} {z}" for x, y, z in piece.vertices]
    lines += [f"vt {u} {v}" for u, v in corners]
    faces = ["f 1/1 2/2 3/3", "f 4/4 5/5 6/6"]
    text = "\n".join(["mtllib two.mtl", *lines, "usemtl paint", *faces, ""])
    (folder / "two.obj").write_text(text)
    (folder / "two.mtl").write_text("newmtl paint\nKd 0.1 0.2 0.3\nmap_Kd picture.png\n")
    return folder / "two.obj"


def test_few_colours_of_a_texture_are_drawn_apart(tmp_path: Path) -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:, :4], picture[:, 4:] = (240, 12, 24), (12, 24, 240)
    corners = np.array([(0.2, 0.5)] * 3 + [(0.8, 0.5)] * 3)
    surfaces = read_surfaces(textured(tmp_path, picture, corners))
    assert {(own.color, len(own.triangles)) for own in surfaces} == {
        ((240, 12, 24), 1),
        ((12, 24, 240), 1),
    }
    assert {own.note for own in surfaces} == {""}


def test_textures_within_a_file_are_drawn_likewise(tmp_path: Path) -> None:
    picture = np.full((8, 8, 3), (240, 12, 24), np.uint8)
    file = textured(tmp_path, picture, np.full((6, 2), 0.5))
    trimesh.load_scene(file).export(tmp_path / "two.glb")
    assert read_surfaces(tmp_path / "two.glb")[0].color == (240, 12, 24)


def test_names_may_be_in_any_encoding(tmp_path: Path) -> None:
    (tmp_path / "old.obj").write_bytes(
        b"# Gr\xfc\xdfe\nmtllib old.mtl\nusemtl gr\xfcn\n" + OBJ.encode()
    )
    (tmp_path / "old.mtl").write_bytes(b"newmtl gr\xfcn\nKd 0.2 0.4 0.6\n")
    assert read_surfaces(tmp_path / "old.obj")[0].color == (51, 102, 153)


def test_many_colours_are_drawn_as_the_middle_one_with_a_word(tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(subdivisions=3, radius=0.1)
    random = np.random.default_rng(0)
    ball.visual.vertex_colors = random.integers(0, 255, (len(ball.vertices), 4)).astype(np.uint8)
    ball.export(tmp_path / "ball.ply")
    path = with_mesh(tmp_path, "ball.ply")
    with pytest.warns(UserWarning, match="ball.ply: a picture or colours of vertices are drawn as"):
        _, colors = base_of(path)
    np.testing.assert_allclose(colors, 127.0, atol=20.0)


def test_pictures_and_materials_that_are_missing_are_named(tmp_path: Path) -> None:
    picture = np.full((8, 8, 3), 100, np.uint8)
    file = textured(tmp_path, picture, np.full((6, 2), 0.5))
    path = with_mesh(tmp_path, "two.obj")
    assert base_of(path)[1].tolist() == [[96.0, 96.0, 96.0]]
    (tmp_path / "picture.png").write_bytes(b"no picture")
    assert "picture.png cannot be read, and is not drawn" in read_surfaces(file)[0].note
    (tmp_path / "picture.png").unlink()
    with pytest.warns(
        UserWarning, match=r"two\.obj: picture\.png cannot be read, and is not drawn"
    ):
        colors = base_of(path, reach=0.5)[1]
    assert colors.tolist() == [[24.0, 48.0, 72.0]]  # of the material, without a picture
    (tmp_path / "two.mtl").unlink()
    assert "two.mtl cannot be read, and is not drawn" in read_surfaces(file)[0].note


def test_textures_of_the_urdf_are_drawn_as_their_middle_colour(tmp_path: Path) -> None:
    picture = np.full((8, 8, 3), (24, 120, 240), np.uint8)
    cv2.imwrite(str(tmp_path / "paint.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    texture = '<texture filename="paint.png"/>'
    path = written(tmp_path, ARM.replace('<color rgba="0.8 0.2 0.2 1"/>', texture, 1))
    with pytest.warns(UserWarning, match="paint.png is drawn as its middle colour"):
        assert base_of(path)[1].tolist() == [[24.0, 120.0, 240.0]]
    (tmp_path / "paint.png").unlink()
    with pytest.warns(
        UserWarning, match="the texture of material red of robot.urdf must exist, got"
    ):
        make("Reach", robot=robot_of(path))


def test_meshes_in_millimetres_are_named_with_their_size(tmp_path: Path) -> None:
    vertices = "".join(f"v {1e3 * x} {1e3 * y} {1e3 * z}\n" for x, y, z in WEDGE)
    (tmp_path / "mm.obj").write_text(vertices + OBJ.removeprefix(TEXT))
    path = with_mesh(tmp_path, "mm.obj", touched=True)
    for look in (lambda: base_of(path), lambda: make("Reach", robot=robot_of(path))):
        with pytest.warns(
            UserWarning, match="mm.obj is 300 x 200 x 100 m large .* millimetres, say"
        ):
            look()
    base_of(with_mesh(tmp_path, "mm.obj", scale="0.001 0.001 0.001"), reach=0.4)


def test_a_capsule_is_a_cylinder_between_half_balls() -> None:
    mesh = capsule(0.5, 2.0, 32, 0, 1)
    assert volume(mesh) == pytest.approx(np.pi * (0.5**2 * 2.0 + 4 / 3 * 0.5**3), rel=0.01)
    np.testing.assert_allclose(np.ptp(mesh.vertices, axis=0), (1.0, 1.0, 3.0), rtol=1e-6)
    assert np.einsum("vi,vi->v", mesh.vertices, mesh.normals).min() > 0.0


def test_capsules_of_robots_are_seen_and_touched(tmp_path: Path) -> None:
    shape = '<capsule radius="0.05" length="0.2"/>'
    path = written(tmp_path, ARM.replace(link("base"), link("base", shape, shape)))
    mesh, _ = base_of(path)
    np.testing.assert_allclose(np.ptp(mesh.vertices, axis=0), (0.1, 0.1, 0.3), rtol=1e-4)
    low, high = touched_box(path)
    np.testing.assert_allclose(np.subtract(high, low), (0.1, 0.1, 0.3), atol=MARGIN)


def touched_box(path: Path) -> tuple[Any, Any]:
    """What is around all that PyBullet lets others touch of the base."""
    client = connect()
    body = load_robot(client, robot_of(path, base=(0.0, 0.0, 0.0))).body
    box = client.getAABB(body, -1)
    client.disconnect()
    return box


@pytest.mark.parametrize("suffix", ["obj", "stl", "ply", "glb", "dae", "ascii"])
def test_every_format_is_touched_where_it_is_seen(suffix: str, tmp_path: Path) -> None:
    kind = "stl_ascii" if suffix == "ascii" else suffix
    data, name = wedge().export(file_type=kind), f"wedge.{'stl' if suffix == 'ascii' else suffix}"
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    low, high = touched_box(with_mesh(tmp_path, name, scale="1 -2 1", touched=True))
    np.testing.assert_allclose(low, (0.05, -0.4, 0.0), atol=MARGIN)
    np.testing.assert_allclose(high, (0.35, 0.0, 0.1), atol=MARGIN)


def test_objects_of_an_obj_file_are_hulls_of_their_own(tmp_path: Path) -> None:
    """A ball drops between two wedges, and would rest on one hull around both."""
    other = "".join(f"v {x + 2.0} {y} {z}\n" for x, y, z in WEDGE)
    faces = "f 5 7 6\nf 5 6 8\nf 5 8 7\nf 6 7 8\n"
    for name, start, free in (("one", "", False), ("two", "o second\n", True)):
        (tmp_path / f"{name}.obj").write_text(f"o first\n{OBJ}{start}{other}{faces}")
        path = with_mesh(tmp_path, f"{name}.obj", touched=True)
        client = connect()
        body = load_robot(client, robot_of(path, base=(0.0, 0.0, 0.0))).body
        way = client.rayTest((1.2, 0.02, 1.0), (1.2, 0.02, -1.0))[0]
        assert (way[0] == body) is not free
        client.disconnect()


BROKEN: Mapping[str, bytes] = {
    "beyond.obj": TEXT.encode() + b"f 1 2 9\n",
    "zero.obj": TEXT.encode() + b"f 0 1 2\n",
    "before.obj": TEXT.encode() + b"f -1 -2 -9\n",
    "nan.obj": b"v nan 0 0\n" + OBJ.encode(),
    "far.obj": b"v 1e300 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n",
    "words.obj": TEXT.encode() + b"f a b c\n",
    "two.obj": TEXT.encode() + b"f 1 2\n",
    "long.obj": TEXT.encode() + b"f 1 2 " + b"9" * 5000 + b"\n",
    "digits.obj": b"v " + b"1" * 200_000 + b"x 0 0\n",
    "none.obj": TEXT.encode() + b"f\n",
    "odd.obj": TEXT.encode() + b"f\x0b\n",
    "points.obj": TEXT.encode(),
    "empty.obj": b"",
    "noise.obj": bytes(range(256)) * 40,
    "broken.dae": b"<COLLADA><library_geometries>",
    "empty.dae": b"<COLLADA xmlns='http://www.collada.org/2005/11/COLLADASchema' version='1.4.1'/>",
    "entity.dae": b"<!DOCTYPE a [<!ENTITY b 'c'>]><COLLADA/>",
    "unit.dae": b"<COLLADA><asset><unit meter='-1'/></asset></COLLADA>",
    "lying.stl": b"\0" * 80 + b"\xff\xff\xff\x7f" + b"\0" * 50,
    "noise.stl": bytes(range(256)) * 40,
    "lying.ply": b"ply\nformat binary_little_endian 1.0\nelement vertex 4000000000\n"
    b"property float x\nproperty float y\nproperty float z\nend_header\n",
    "noise.glb": b"glTF\x02\0\0\0\xff\xff\xff\xff" + b"{" * 5000,
    "deep.gltf": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_meshes_are_refused_in_one_sentence(
    name: str, touched: bool, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(BROKEN[name])
    path = with_mesh(tmp_path, name, touched=touched)
    with pytest.raises(InputError, match=f"mesh file .*{name}") as refused:
        touched_box(path) if touched else base_of(path)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 600


def test_faces_may_count_back_from_where_they_stand(tmp_path: Path) -> None:
    faces = "f -4 -2 -3\nf -4 -3 -1\nf -4 -1 -2\nf -3 -2 -1\n"
    (tmp_path / "back.obj").write_text(TEXT + faces)
    (surface,) = read_surfaces(tmp_path / "back.obj")
    assert surface.area == pytest.approx(wedge().area)
    low, high = touched_box(with_mesh(tmp_path, "back.obj", touched=True))
    np.testing.assert_allclose(np.subtract(high, low), (0.3, 0.2, 0.1), atol=MARGIN)


def test_a_robot_without_visuals_is_seen_as_it_is_touched(tmp_path: Path) -> None:
    felt = "".join(link(name, "", BOX) for name in ("base", "arm", "hand"))
    joints = joint("j1", "base", "arm") + joint("j2", "arm", "hand")
    assert len(robot_meshes(robot_of(written(tmp_path, felt + joints)), None, 8).links) == 3
    bare = "".join(link(name, "") for name in ("base", "arm", "hand"))
    with pytest.raises(InputError, match="a robot must have shapes that can be seen, got none in"):
        make("Reach", robot=robot_of(written(tmp_path, bare + joints)))
    assert fixture_meshes((Fixture(urdf=written(tmp_path, bare + joints)),), None, 8).links == ()


def test_more_colours_than_a_palette_has_are_made_fewer(tmp_path: Path) -> None:
    rows = [link("base")]
    for k in range(120):
        color = f"{k % 5 / 5} {k // 5 % 5 / 5} {k // 25 / 5} 1"
        rows.append(link(f"l{k}").replace("0.8 0.2 0.2 1", color).replace('"red"', f'"c{k}"'))
        rows.append(joint(f"j{k + 1}", f"l{k - 1}" if k else "base", f"l{k}"))
    robot = robot_of(written(tmp_path, "".join(rows)), tool_link="l119")
    assert len(robot_meshes(robot, None, 8).colors) <= 100


def test_materials_of_a_mesh_count_before_the_urdfs(tmp_path: Path) -> None:
    piece = wedge()
    blue = SimpleMaterial(diffuse=(12, 24, 240, 255), name="blue")
    piece.visual = TextureVisuals(uv=np.zeros((4, 2)), material=blue)
    piece.export(tmp_path / "blue.obj")
    assert base_of(with_mesh(tmp_path, "blue.obj"))[1].tolist() == [[12.0, 24.0, 240.0]]
