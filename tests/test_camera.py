"""Where points of the world land in the image; OpenCV is the judge."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_scene import camera_at, frames_of, wall

from autonomy.camera.camera import Camera
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.camera.primitives import sphere
from autonomy.camera.projection import pixel_rays, pixels_of
from autonomy.camera.renderer import Renderer
from autonomy.errors import InputError

CAMERA = camera_at(240, 320, fov=1.2, position=(1.0, -2.0, 1.5), pitch=0.1, yaw=0.3)
DISTORTIONS = [
    (),
    (-0.25, 0.06, 0.0, 0.0),
    (-0.2, 0.05, 0.002, -0.003, -0.005),
    (0.12, -0.03, -0.001, 0.001),
    (0.1, 0.02, 0.001, 0.001, 0.0, 0.3, 0.05, 0.0),
    (0.1, 0.02, 0.001, 0.001, 0.0, 0.3, 0.05, 0.0, 0.01, -0.002, -0.01, 0.003),
    (-0.2, 0.05, 0.002, -0.003, 0.0, 0.1, 0.02, 0.0, 0.01, 0.0, -0.01, 0.0, 0.05, -0.03),
]
FISHEYE = (0.05, -0.01, 0.004, -0.001)
# fx and fy differ, and the axis is 22 px right and 14 px above the middle of 240 x 320 px
MATRIX = np.array([[230.0, 0.0, 181.5], [0.0, 250.0, 105.5], [0.0, 0.0, 1.0]])
LENSES = [
    *(replace(CAMERA.camera, distortion=own) for own in DISTORTIONS),
    *(Camera.from_matrix(MATRIX, own, (240, 320)) for own in DISTORTIONS),
    Camera.from_matrix(MATRIX, FISHEYE, (240, 320), fisheye=True),
]


def _landing(mounted: MountedCamera, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(K, 2)` column and row [px] of points `(K, 3)` of the world."""
    pose = mounted.mount.camera_from_body
    turn, _ = cv2.Rodrigues(pose[:, :3])
    camera = mounted.camera
    coefficients = np.array(camera.distortion or (0.0,) * 4)
    if camera.fisheye:
        seen = points[:, np.newaxis], turn, pose[:, 3], camera.matrix, coefficients
        return cv2.fisheye.projectPoints(*seen)[0].reshape(-1, 2)
    pixels, _ = cv2.projectPoints(points, turn, pose[:, 3], camera.matrix, coefficients)
    return pixels.reshape(-1, 2)


def _disc_facing(mounted: MountedCamera, point: NDArray[np.float64], radius: float) -> Mesh:
    right, down, _ = mounted.mount.camera_from_body[:, :3]
    angles = np.linspace(0.0, 2 * np.pi, 24, endpoint=False)[:, np.newaxis]
    rim = point + radius * (np.cos(angles) * right - np.sin(angles) * down)
    return surface(rim, [(0, k, k + 1) for k in range(1, 23)], 0, 5)


@pytest.mark.parametrize("camera", LENSES)
def test_points_land_where_opencv_puts_them(camera: Camera) -> None:
    mounted = replace(CAMERA, camera=camera)
    across, down = np.meshgrid(np.linspace(-0.5, 0.4, 7), np.linspace(-0.25, 0.35, 5))
    depth = np.linspace(4.0, 30.0, across.size)
    seen = np.column_stack([across.ravel() * depth, down.ravel() * depth, depth])
    pose = mounted.mount.camera_from_body
    points = (seen - pose[:, 3]) @ pose[:, :3]
    radius = 3.5 * depth / mounted.camera.intrinsics[0]  # some 40 pixels
    discs = [_disc_facing(mounted, *pair) for pair in zip(points, radius, strict=True)]
    instance = frames_of(discs, mounted, channels=("instance",)).instance
    assert instance is not None
    for k, (column, row) in enumerate(_landing(mounted, points)):
        rows, columns = np.nonzero(instance[0] == 10 * k)
        assert abs(columns.mean() - column) < 0.5
        assert abs(rows.mean() - row) < 0.5


@pytest.mark.parametrize("camera", LENSES)
def test_pixels_look_along_rays_that_opencv_projects_onto_them(camera: Camera) -> None:
    rays = pixel_rays(camera).reshape(-1, 3)
    rows, columns = np.mgrid[:240, :320]
    pixels = np.stack([columns, rows], axis=-1).reshape(-1, 2)
    ahead = MountedCamera(camera, Mount("world", yaw=0.4))
    points = rays @ ahead.mount.camera_from_body[:, :3]
    np.testing.assert_allclose(_landing(ahead, points), pixels, atol=1e-3)
    np.testing.assert_allclose(pixels_of(camera, rays), pixels, atol=1e-3)


def test_a_matrix_comes_back_and_scales_with_the_image() -> None:
    camera = Camera.from_matrix(MATRIX.tolist(), np.zeros((1, 5)), (240, 320))
    np.testing.assert_allclose(camera.matrix, MATRIX, rtol=1e-14)
    assert camera.is_pinhole
    assert Camera.from_matrix(MATRIX, None, (240, 320)).distortion == ()
    # twice as fine, the middle of pixel 181.5 is at 2 * (181.5 + 0.5) - 0.5
    finer = np.array([[460.0, 0.0, 363.5], [0.0, 500.0, 211.5], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(camera.sized(480, 640).matrix, finer, rtol=1e-14)
    # 60 rows less on both sides
    lower = MATRIX - np.array([[0, 0, 0], [0, 0, 60.0], [0, 0, 0]])
    np.testing.assert_allclose(camera.sized(120, 320).matrix, lower, rtol=1e-14)


def test_a_fisheye_sees_what_is_beside_and_behind_it() -> None:
    """Without coefficients the distance from the axis is fx times the angle to it."""
    matrix = np.diag((72.0, 72.0, 1.0)) + _centre(159.5)
    camera = Camera.from_matrix(matrix, (0,) * 4, (320, 320), fisheye=True)
    mounted = MountedCamera(camera, Mount("world", position=(0.0, 0.0, 1.5)))
    angles = np.radians([0.0, 30.0, 44.0, 60.0, 91.0, 115.0])
    for side in ((1.0, 0.0), (0.0, 1.0), (-0.6, 0.8)):
        across, down = np.outer(side, np.sin(angles))
        seen = 9.0 * np.column_stack([across, down, np.cos(angles)])
        pose = mounted.mount.camera_from_body
        points = (seen - pose[:, 3]) @ pose[:, :3]
        balls = [sphere(0.5, 12, 0, 5).moved(own) for own in points]
        images = frames_of(balls, mounted, channels=("rgb", "instance"))
        assert images.instance is not None
        for k, angle in enumerate(angles):
            rows, columns = np.nonzero(images.instance[0] == 10 * k)
            place = 159.5 + 72.0 * angle * np.array(side)
            assert (columns.mean(), rows.mean()) == pytest.approx(place, abs=0.5)


@pytest.mark.parametrize(
    ("distortion", "radius"),
    [((0.0,) * 4, 40.0 * np.pi), ((-0.1, 0.0, 0.0, 0.0), 40.0 * 2.0 / 3.0 / np.sqrt(0.3))],
)
def test_outside_the_image_circle_of_a_fisheye_there_is_nothing(
    distortion: tuple[float, ...], radius: float
) -> None:
    """It ends behind the camera, or where a - 0.1 a^3 is largest: 105 degrees, 1 / sqrt(0.3)."""
    matrix = np.diag((40.0, 40.0, 1.0)) + _centre(159.5)
    camera = Camera.from_matrix(matrix, distortion, (320, 320), fisheye=True)
    hanging = MountedCamera(camera, Mount("world", position=(0.0, 0.0, 1.5)))
    balls = [sphere(500.0, 24, 0, 5)]  # seen from inside: what is drawn is the sky
    images = frames_of(balls, hanging, channels=("rgb", "semantic", "instance"))
    assert images.rgb is not None
    assert images.instance is not None
    rows, columns = np.mgrid[:320, :320] - 159.5
    away = np.hypot(rows, columns)
    is_black = (images.rgb[0] == 0).all(axis=-1)
    assert is_black[away > radius + 1.0].all()
    assert not is_black[away < radius - 1.0].any()
    assert (images.instance[0] == -1).all()


def _centre(position: float) -> NDArray[np.float64]:
    return np.array([[0.0, 0.0, position], [0.0, 0.0, position], [0.0, 0.0, 0.0]])


def test_depth_is_along_the_axis_wherever_a_lens_looks() -> None:
    """A wall 5 m ahead has depth 5 also where another face of the cube around the lens sees it."""
    matrix = np.diag((70.0, 70.0, 1.0)) + _centre(99.5)
    camera = Camera.from_matrix(matrix, (0,) * 4, (200, 200), fisheye=True)
    hanging = MountedCamera(camera, Mount("world", position=(0.0, 0.0, 1.5)))
    depth = frames_of([wall(5.0)], hanging, channels=("depth",)).depth
    assert depth is not None
    seen = np.isfinite(depth[0])
    assert seen[[0, 100], [100, 0]].all()  # 81 degrees off the axis
    np.testing.assert_allclose(depth[0][seen], 5.0, rtol=1e-4)


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(*[st.floats(-3.0, 3.0)] * 3),
    st.floats(-1.4, 1.4),
    st.floats(-3.0, 3.0),
    st.floats(0.2, 2.5),
)
def test_a_pixel_sees_the_point_that_opencv_projects_there(
    position: tuple[float, float, float], pitch: float, yaw: float, fov: float
) -> None:
    mounted = camera_at(8, 12, fov=fov, position=position, pitch=pitch, yaw=yaw)
    fx, fy, cx, cy = mounted.camera.intrinsics
    pixel, depth = np.array([3.0, 6.0]), 5.0
    seen = depth * np.array([(pixel[0] - cx) / fx, (pixel[1] - cy) / fy, 1.0])
    pose = mounted.mount.camera_from_body
    point = (seen - pose[:, 3]) @ pose[:, :3]
    np.testing.assert_allclose(_landing(mounted, point[np.newaxis])[0], pixel, atol=1e-6)


def test_camera_axes_are_those_of_the_car() -> None:
    ahead, left, up = np.eye(3)
    straight = Mount("world").camera_from_body
    np.testing.assert_allclose(straight @ [*ahead, 0], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(straight @ [*left, 0], [-1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(straight @ [*up, 0], [0, -1, 0], atol=1e-12)
    to_the_left = Mount("world", yaw=np.pi / 2).camera_from_body
    np.testing.assert_allclose(to_the_left @ [*left, 0], [0, 0, 1], atol=1e-12)
    to_the_ground = Mount("world", pitch=np.pi / 2).camera_from_body
    np.testing.assert_allclose(to_the_ground @ [*-up, 0], [0, 0, 1], atol=1e-12)


def test_field_of_view_spans_the_image_from_edge_to_edge() -> None:
    fx, _, cx, cy = Camera(100, 200, fov=np.pi / 2).intrinsics
    assert fx == pytest.approx(100.0)
    assert (cx, cy) == (99.5, 49.5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"height": 0}, "camera height must be positive, got 0"),
        ({"width": -3}, "camera width must be positive, got -3"),
        ({"fov": 0.0}, "camera fov must be between 0 and pi rad, got 0.0"),
        ({"fov": 3.2}, "camera fov must be between 0 and pi rad, got 3.2"),
        ({"fov": float("nan")}, "camera fov must be between 0 and pi rad, got nan"),
        ({"near": 0.0}, "camera near must be positive and less than far, got 0.0 and 1000.0"),
        ({"near": 5.0, "far": 2.0}, "camera near must be positive and less than far"),
        ({"distortion": (0.1,)}, "camera distortion must have 0, 4, 5, 8, 12 or 14 coefficients"),
        ({"distortion": (float("nan"),) * 4}, "camera distortion must be finite, got"),
        ({"fisheye": True}, "distortion of a fisheye must have 4 coefficients, got 0"),
        ({"aspect": 0.0}, "camera aspect must be positive, got 0.0"),
        ({"principal_shift": (0.0, float("inf"))}, "camera principal_shift must be finite"),
    ],
)
def test_bad_cameras_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(CAMERA.camera, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"matrix": np.eye(4)}, "camera matrix must be 3 x 3, got"),
        ({"matrix": [[1.0, 2.0], [3.0]]}, "camera matrix must be numbers, got"),
        ({"matrix": MATRIX + np.diag((0, -250.0, 0))}, "must have positive fx and fy, got 230.0"),
        ({"matrix": MATRIX + _centre(float("nan"))}, "must have finite cx and cy"),
        ({"matrix": MATRIX + np.eye(3, k=1)}, r"must be \(\(fx, 0, cx\)"),
        ({"matrix": [[10**400, 0, 1], [0, 1, 1], [0, 0, 1]]}, "camera matrix must be numbers"),
        ({"distortion": "strong"}, "camera distortion must be numbers, got 'strong'"),
        ({"distortion": np.zeros((3, 1))}, "must have 0, 4, 5, 8, 12 or 14 coefficients, got 3"),
        ({"size": 320}, r"camera size must be a height and a width \[px\], got 320"),
        ({"size": (240.0, 320.0)}, "camera size must be a height and a width"),
        ({"size": (0, 320)}, "camera size must be positive"),
        (
            {"matrix": [[230, 0, 160], [0, 230, 118], [0, 0, 1]], "size": (320, 240)},
            "is that of images of width 320 and height 240, got",
        ),
    ],
)
def test_bad_matrices_are_refused(changes: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"matrix": MATRIX, "distortion": (), "size": (240, 320), **changes}
    with pytest.raises(InputError, match=message):
        Camera.from_matrix(**given)


@pytest.mark.parametrize(
    "changes", [{"pitch": float("inf")}, {"position": (0.0, float("nan"), 0.0)}]
)
def test_bad_mounts_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="a mount's position, pitch and yaw must be finite"):
        replace(CAMERA.mount, **changes)


@pytest.mark.parametrize(
    ("distortion", "fisheye"),
    [
        ((-2.0, 0.0, 0.0, 0.0), False),
        ((0.0, 0.0, 0.0, -3.0), False),
        ((-0.9, 0.0, 0.0, 0.0), True),
    ],
)
def test_a_lens_that_folds_the_image_is_refused(
    distortion: tuple[float, ...], fisheye: bool
) -> None:
    with pytest.raises(InputError, match="camera distortion must be invertible"):
        Renderer(replace(CAMERA.camera, distortion=distortion, fisheye=fisheye))


def test_images_that_would_take_all_memory_are_refused() -> None:
    with pytest.raises(InputError, match="at most 100 million px, got 50000 x 50000"):
        Renderer(Camera(50_000, 50_000, 1.0))
