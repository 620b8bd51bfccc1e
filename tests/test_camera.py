"""Where points of the world land in the image; OpenCV is the judge."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_scene import camera_at, frames_of

from autonomy.camera.camera import Camera
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.camera.renderer import Renderer
from autonomy.errors import InputError

CAMERA = camera_at(240, 320, fov=1.2, position=(1.0, -2.0, 1.5), pitch=0.1, yaw=0.3)
DISTORTIONS = [
    (),
    (-0.25, 0.06, 0.0, 0.0),
    (-0.2, 0.05, 0.002, -0.003, -0.005),
    (0.12, -0.03, -0.001, 0.001),
    (0.1, 0.02, 0.001, 0.001, 0.0, 0.3, 0.05, 0.0),
]


def _landing(mounted: MountedCamera, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(K, 2)` column and row [px] of points `(K, 3)` of the world."""
    pose = mounted.mount.camera_from_body
    turn, _ = cv2.Rodrigues(pose[:, :3])
    coefficients = np.array(mounted.camera.distortion or (0.0,) * 4)
    pixels, _ = cv2.projectPoints(points, turn, pose[:, 3], mounted.camera.matrix, coefficients)
    return pixels.reshape(-1, 2)


def _disc_facing(mounted: MountedCamera, point: NDArray[np.float64], radius: float) -> Mesh:
    right, down, _ = mounted.mount.camera_from_body[:, :3]
    angles = np.linspace(0.0, 2 * np.pi, 24, endpoint=False)[:, np.newaxis]
    rim = point + radius * (np.cos(angles) * right - np.sin(angles) * down)
    return surface(rim, [(0, k, k + 1) for k in range(1, 23)], 0, 5)


@pytest.mark.parametrize("distortion", DISTORTIONS)
def test_points_land_where_opencv_puts_them(distortion: tuple[float, ...]) -> None:
    mounted = replace(CAMERA, camera=replace(CAMERA.camera, distortion=distortion))
    across, down = np.meshgrid(np.linspace(-0.5, 0.5, 7), np.linspace(-0.35, 0.35, 5))
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
        ({"distortion": (0.1,)}, "camera distortion must have 0, 4, 5 or 8 coefficients, got 1"),
    ],
)
def test_bad_cameras_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(CAMERA.camera, **changes)


@pytest.mark.parametrize(
    "changes", [{"pitch": float("inf")}, {"position": (0.0, float("nan"), 0.0)}]
)
def test_bad_mounts_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="a mount's position, pitch and yaw must be finite"):
        replace(CAMERA.mount, **changes)


@pytest.mark.parametrize(
    "distortion", [(-2.0, 0.0, 0.0, 0.0), (float("nan"), 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, -3.0)]
)
def test_a_lens_that_folds_the_image_is_refused(distortion: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="camera distortion must be invertible"):
        Renderer(replace(CAMERA.camera, distortion=distortion))
