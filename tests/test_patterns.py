"""Patterns that are fixed to bodies: where their squares lie, and that they move along."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from small_scene import camera_at, draws_of, look_of, pose

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.poses import camera_from_world
from autonomy.camera.primitives import box, sphere
from autonomy.camera.rasterizer.grain import grain_tile
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Frames, Scene

CAMERA = camera_at(60, 80, fov=0.9, position=(-1.5, 0.2, 0.9), pitch=0.5)
BOX = box((0.4, 0.6, 0.3), 0, 12)


def seen(
    meshes: list[Mesh], patterns: ArrayLike, body: NDArray[np.float64] | None = None
) -> Frames:
    """Frames of meshes on one body, by a camera that goes along with it."""
    body = pose() if body is None else body
    library = MeshLibrary()
    parts = [library.add([mesh]) for mesh in meshes]
    scene = Scene(draws_of(parts, [body] * len(parts), 1), look_of(patterns=patterns))
    view = camera_from_world(CAMERA.mount.camera_from_body[np.newaxis], body[np.newaxis])
    return Renderer(CAMERA.camera).render(library, scene, view, ("rgb", "depth"))


def surface_points(frames: Frames) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which pixels see something `(H, W)`, and which points of the body `(K, 3)` they see."""
    assert frames.depth is not None
    depth = frames.depth[0].astype(np.float64)
    rows, columns = np.nonzero(np.isfinite(depth))
    rays = np.linalg.solve(CAMERA.camera.matrix, np.array([columns, rows, np.ones(len(rows))]))
    mount = CAMERA.mount.camera_from_body
    return np.isfinite(depth), ((rays * depth[rows, columns]).T - mount[:, 3]) @ mount[:, :3]


def test_every_other_square_of_a_checker_is_darker_by_its_contrast() -> None:
    frames = seen([BOX], (0.0, 0.4, 12.5))
    assert frames.rgb is not None
    inside, points = surface_points(frames)
    u, v = (points[:, 0] + points[:, 2]) * 12.5, (points[:, 1] + points[:, 2]) * 12.5
    sure = (np.abs(u - np.rint(u)) > 0.01) & (np.abs(v - np.rint(v)) > 0.01)
    expected = np.where((np.floor(u) + np.floor(v)) % 2 == 1, 60, 100)
    found = frames.rgb[0][inside]
    np.testing.assert_allclose(found[sure], np.tile(expected[sure, None], (1, 3)), atol=1)
    assert sure.sum() > 500
    assert 0.35 < (expected == 60).mean() < 0.65


def test_a_grain_varies_by_its_strength_at_most() -> None:
    frames = seen([BOX], (0.5, 0.0, 1.0))
    assert frames.rgb is not None
    found = frames.rgb[0][surface_points(frames)[0]] / 100.0 - 1.0
    assert np.abs(found).max() <= 0.5
    assert found.std() > 0.3 * 0.5 * grain_tile().std()
    assert len(np.unique(found)) > 20


def test_patterns_move_with_their_bodies() -> None:
    """Seen from a camera that goes along, nothing changes."""
    ball = sphere(0.2, 16, 0, 12).moved((0.5, -0.4, 0.0))
    patterns = [(0.5, 0.4, 20.0), (0.3, 0.2, 9.0)]
    moved = pose((7.0, -3.0, 2.0), yaw=1.1)
    one, other = seen([BOX, ball], patterns), seen([BOX, ball], patterns, moved)
    assert one.rgb is not None
    assert other.rgb is not None
    assert (one.rgb != seen([BOX, ball], [(0.0, 0.0, 1.0)] * 2).rgb).any(axis=-1).mean() > 0.1
    assert (one.rgb == other.rgb).all(axis=-1).mean() > 0.98  # but for rounding at edges


def test_each_draw_has_its_own_pattern_and_others_have_none() -> None:
    ground = surface(
        [(-9, -9, -0.15), (9, -9, -0.15), (9, 9, -0.15), (-9, 9, -0.15)],
        [(0, 1, 2), (0, 2, 3)],
        0,
        1,
    )
    plain, empty = seen([ground, BOX], ()), seen([ground, BOX], [(0.0, 0.0, 1.0)] * 2)
    np.testing.assert_array_equal(plain.rgb, empty.rgb)
    both = seen([ground, BOX], [(0.0, 0.0, 1.0), (0.0, 0.5, 10.0)])
    assert plain.rgb is not None
    assert both.rgb is not None
    depth = seen([BOX], ()).depth
    assert depth is not None
    of_box = np.isfinite(depth[0])
    np.testing.assert_array_equal(both.rgb[0][~of_box], plain.rgb[0][~of_box])
    assert (both.rgb[0][of_box] < plain.rgb[0][of_box]).any()
