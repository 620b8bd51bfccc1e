"""Which triangle a pixel sees, and how far away: hand-derived numbers and properties."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from small_scene import camera_at, frames_of

from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.primitives import box
from autonomy.camera.rasterizer.blocks import with_room
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.rasterizer.visibility import VisibilityBuffer, rasterize

SIZE = 24
AHEAD = camera_at(SIZE, SIZE, fov=np.pi / 2)  # from the origin along x


def _rasterized(corners: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Triangle and nearness of each pixel, for image positions `(K, 3, 2)` [px] at depth 1 m."""
    count = len(corners)
    table = np.ones((with_room(count), 3, 4), np.float32)
    table[:count, :, :2] = corners
    room = with_room(SIZE)
    triangles = Triangles(
        corners=np.ascontiguousarray(table.reshape(-1, 12).T),
        planes=np.empty((3, len(table)), np.float32),
        labels=np.zeros((count, 4), np.int32),
    )
    buffer = VisibilityBuffer(
        nearness=np.empty((SIZE, room), np.float32), seen=np.empty((SIZE, room), np.int32)
    )
    rasterize(count, triangles, SIZE, buffer)
    return buffer.seen[:, :SIZE], buffer.nearness[:, :SIZE]


def _twice_the_area(a: NDArray, b: NDArray, c: NDArray) -> float:
    (ax, ay), (bx, by), (cx, cy) = a.astype(float), b.astype(float), c.astype(float)
    return (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)


# on a grid: whether a pixel's centre lies within rounding of a corner is nothing to decide
coordinate = st.one_of(
    st.integers(-8, SIZE + 8).map(float),
    st.floats(-40.0, SIZE + 40.0).map(lambda value: round(value * 256) / 256),
)
shares = st.tuples(st.floats(0.05, 1.0), st.floats(0.05, 1.0), st.floats(0.05, 1.0))


@settings(max_examples=300, deadline=None)
@given(arrays(np.float32, (3, 2), elements=coordinate), shares)
def test_triangles_that_share_edges_cover_each_pixel_once(
    triangle: NDArray[np.float32], shares: tuple[float, float, float]
) -> None:
    apex = (np.array(shares) @ triangle / sum(shares)).astype(np.float32)
    a, b, c = triangle
    pieces = np.array([[a, b, apex], [b, c, apex], [c, a, apex]])
    assume(all(abs(_twice_the_area(*piece)) > 1e-3 for piece in pieces))
    covered, _ = _rasterized(triangle[np.newaxis])
    counts = sum((_rasterized(piece[np.newaxis])[0] >= 0).astype(int) for piece in pieces)
    np.testing.assert_array_equal(counts, (covered >= 0).astype(int))


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.float64, (9, 9, 3), elements=st.floats(-0.15, 0.15)),
    st.floats(-0.2, 0.2),
    st.floats(-0.2, 0.2),
)
def test_a_bent_net_has_no_holes(jitter: NDArray[np.float64], yaw: float, pitch: float) -> None:
    """A net over the whole view, its knots moved at random; not a pixel may see the sky."""
    across, up = np.meshgrid(np.arange(-4.0, 5.0), np.arange(-4.0, 5.0))
    points = np.stack([np.full((9, 9), 3.0), across, up], axis=-1) + jitter * (0.3, 1.0, 1.0)
    row, column = np.meshgrid(np.arange(8), np.arange(8), indexing="ij")
    a = (9 * row + column).ravel()
    faces = np.vstack([np.column_stack([a, a + 10, a + 1]), np.column_stack([a, a + 9, a + 10])])
    net = surface(points.reshape(-1, 3), faces, 0, 2)
    mounted = camera_at(SIZE, SIZE, fov=0.8, pitch=pitch, yaw=yaw)
    semantic = frames_of([net], mounted, channels=("semantic",)).semantic
    assert semantic is not None
    assert (semantic == 2).all()


def test_pixel_centres_are_whole_numbers_and_lower_edges_belong_to_the_next() -> None:
    corners = np.array([[(2, 3), (2, 6), (5, 6)], [(2, 3), (5, 6), (5, 3)]], np.float32)
    seen, _ = _rasterized(corners)
    assert sorted(np.argwhere(seen >= 0).tolist()) == [
        [row, column] for row in (3, 4, 5) for column in (2, 3, 4)
    ]


def test_depth_of_the_ground_is_that_of_the_ray() -> None:
    """From height h, the ray through row v meets the ground at depth h f / (v - cy)."""
    mounted = camera_at(SIZE, SIZE, fov=np.pi / 2, position=(3.0, 4.0, 1.5), near=0.1)
    depth = frames_of([_ground()], mounted, channels=("depth",)).depth
    assert depth is not None
    focal, _, _, middle = mounted.camera.intrinsics
    rows = np.arange(SIZE) - middle
    expected = np.where(rows > 0, 1.5 * focal / np.maximum(rows, 0.5), np.inf)
    np.testing.assert_allclose(
        depth[0], np.broadcast_to(expected[:, np.newaxis], (SIZE, SIZE)), rtol=1e-4
    )


@settings(max_examples=50, deadline=None)
@given(st.floats(0.3, 3.0), st.floats(0.05, 1.5), st.floats(-3.1, 3.1))
@example(3.0, 0.5, -0.5)  # corners 100,000 px outside the image
def test_depth_of_a_tilted_view_is_that_of_the_ray(height: float, pitch: float, yaw: float) -> None:
    mounted = camera_at(
        SIZE, SIZE, fov=1.5, position=(0, 0, height), pitch=pitch, yaw=yaw, near=0.05
    )
    depth = frames_of([_ground()], mounted, channels=("depth",)).depth
    assert depth is not None
    fx, fy, cx, cy = mounted.camera.intrinsics
    columns, rows = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    rays = np.stack([(columns - cx) / fx, (rows - cy) / fy, np.ones((SIZE, SIZE))], axis=-1)
    falling = -(rays @ mounted.mount.camera_from_body[:, 2])
    hits = falling > height / 100.0  # nearer than 100 m, well inside the ground's 400 m
    np.testing.assert_allclose(depth[0][hits], (height / falling)[hits], rtol=5e-4)
    assert np.isinf(depth[0][falling < 0]).all()


def _ground() -> Mesh:
    corners = [(-400, -400, 0), (400, -400, 0), (400, 400, 0), (-400, 400, 0)]
    return surface(corners, [(0, 1, 2), (0, 2, 3)], 0, 1)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
@pytest.mark.parametrize("behind", [1, 2])
def test_near_plane_cuts_triangles(order: tuple[int, int, int], behind: int) -> None:
    """A triangle of the ground with one or two corners behind the camera shows what is ahead."""
    ahead, back = 50.0, -50.0
    if behind == 1:
        points = [(ahead, 50, -1), (back, 0, -1), (ahead, -50, -1)]
    else:
        points = [(ahead, 0, -1), (back, 50, -1), (back, -50, -1)]
    mesh = surface(points, [order], 0, 1)
    depth = frames_of([mesh], AHEAD, channels=("depth",)).depth
    assert depth is not None
    focal, _, _, middle = AHEAD.camera.intrinsics
    below = depth[0][SIZE - 6 :, SIZE // 2]
    expected = focal / (np.arange(SIZE - 6, SIZE) - middle)
    np.testing.assert_allclose(below, expected, rtol=1e-4)
    assert np.isinf(depth[0][: SIZE // 2]).all()


def test_what_is_behind_or_nearer_than_near_is_not_seen() -> None:
    for x in (-5.0, 0.04):
        depth = frames_of([box((0.02, 0.02, 0.02), 0, 2).moved((x, 0, 0))], AHEAD).depth
        assert depth is not None
        assert np.isinf(depth).all()


def test_the_nearer_of_two_is_seen_whatever_their_order() -> None:
    near, far = box((1, 2, 2), 0, 2).moved((4, 0, 0)), box((1, 9, 9), 0, 3).moved((8, 0, 0))
    for meshes in ([near, far], [far, near]):
        semantic = frames_of(meshes, AHEAD, channels=("semantic",)).semantic
        assert semantic is not None
        assert semantic[0, SIZE // 2, SIZE // 2] == 2
        assert (semantic == 3).any()


def test_backs_are_not_seen() -> None:
    corners = [(5, 3, -3), (5, -3, -3), (5, -3, 3), (5, 3, 3)]
    towards, away = [(0, 1, 2), (0, 2, 3)], [(0, 2, 1), (0, 3, 2)]
    for faces, is_seen in ((towards, True), (away, False)):
        semantic = frames_of([surface(corners, faces, 0, 7)], AHEAD).semantic
        assert semantic is not None
        assert (semantic == 7).any() == is_seen
    inside_out = frames_of([box((9, 9, 9), 0, 7)], AHEAD).semantic  # the camera is in the box
    assert inside_out is not None
    assert not inside_out.any()
