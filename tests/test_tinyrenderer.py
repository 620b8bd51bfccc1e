"""PyBullet's TinyRenderer, written by others, sees the same scene: labels and depth agree."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pybullet as bullet
import pybullet_data
import pytest
from numpy.typing import NDArray
from small_scene import camera_at, frames_of

from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.mesh_file import read_surfaces
from autonomy.camera.mount import MountedCamera
from autonomy.camera.primitives import box, cone, cylinder, sphere

DUCK = Path(pybullet_data.getDataPath()) / "duck.obj"
SIZE = 480
REACH = {"near": 0.5, "far": 60.0}
CAMERAS = [
    camera_at(SIZE, SIZE, fov=1.0, position=(-6.0, 0.3, 1.7), pitch=0.12, **REACH),
    camera_at(SIZE, SIZE, fov=1.4, position=(-2.0, 4.0, 2.5), pitch=0.5, yaw=-1.0, **REACH),
    camera_at(SIZE, SIZE, fov=0.7, position=(3.0, -5.0, 4.0), pitch=0.6, yaw=1.8, **REACH),
    camera_at(SIZE, SIZE, fov=1.2, position=(0.0, 0.0, 9.0), pitch=1.5, yaw=0.4, **REACH),
]


@pytest.fixture(scope="module")
def meshes() -> list[Mesh]:
    square = [(-15, -15, 0), (15, -15, 0), (15, 15, 0), (-15, 15, 0)]
    (upright,) = read_surfaces(DUCK)
    duck = surface(upright.vertices[:, [0, 2, 1]] * (1, -1, 1), upright.triangles, 0, 6)
    return [
        surface(square, [(0, 1, 2), (0, 2, 3)], 0, 1),
        box((1.0, 2.0, 1.5), 0, 2).moved((1.0, 1.5, 0.75), yaw=0.4),
        box((0.6, 0.6, 2.4), 0, 3).moved((2.5, -0.8, 1.2), yaw=-0.2),
        sphere(0.8, 24, 0, 4).moved((-0.8, -1.2, 0.8)),
        sphere(0.5, 24, 0, 4).moved((0.5, 0.2, 2.0)),
        cylinder(0.4, 1.6, 32, 0, 5).moved((-1.0, 1.4, 0.8)),
        cone(0.7, 1.4, 32, 0, 7).moved((0.6, -2.6, 0.7)),
        duck.moved((-2.2, 0.2, 0.0), yaw=2.0, scale=0.7),
    ]


@pytest.fixture(scope="module")
def client(meshes: list[Mesh]) -> Iterator[int]:
    client = bullet.connect(bullet.DIRECT)
    for mesh in meshes:
        shape = bullet.createVisualShape(
            bullet.GEOM_MESH,
            vertices=mesh.vertices.tolist(),
            indices=mesh.triangles.ravel().tolist(),
            normals=mesh.normals.tolist(),
            physicsClientId=client,
        )
        bullet.createMultiBody(baseVisualShapeIndex=shape, physicsClientId=client)
    yield client
    bullet.disconnect(client)


def _as_tiny_renderer_sees(
    mounted: MountedCamera, client: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Body of each pixel, -1 for none, and its depth [m]."""
    view = np.eye(4)
    view[:3] = np.diag([1, -1, -1]) @ mounted.mount.camera_from_body
    fx, fy, cx, cy = mounted.camera.intrinsics
    near, far = mounted.camera.near, mounted.camera.far
    # TinyRenderer samples column i at i / width of the frustum, and row j at (j + 1) / height.
    left, right = (0 - cx) / fx * near, (mounted.camera.width - cx) / fx * near
    top, bottom = (1 + cy) / fy * near, (cy + 1 - mounted.camera.height) / fy * near
    _, _, _, buffer, segmentation = bullet.getCameraImage(
        mounted.camera.width,
        mounted.camera.height,
        view.T.ravel().tolist(),
        bullet.computeProjectionMatrix(left, right, bottom, top, near, far),
        renderer=bullet.ER_TINY_RENDERER,
        shadow=0,
        physicsClientId=client,
    )
    depth = far * near / (far - (far - near) * np.asarray(buffer, np.float64))
    return np.asarray(segmentation).reshape(SIZE, SIZE), depth.reshape(SIZE, SIZE)


@pytest.mark.parametrize("mounted", CAMERAS)
def test_labels_and_depth_agree(meshes: list[Mesh], mounted: MountedCamera, client: int) -> None:
    frames = frames_of(meshes, mounted, channels=("depth", "semantic", "instance"))
    assert frames.depth is not None
    assert frames.instance is not None
    assert frames.semantic is not None
    body, depth = _as_tiny_renderer_sees(mounted, client)
    classes = np.array([mesh.classes[0] for mesh in meshes] + [0])  # the last one: nothing
    for ours, theirs in (
        (frames.instance[0] // 10, body),
        (frames.semantic[0], classes[body]),
    ):
        labels, counts = np.unique(theirs, return_counts=True)
        for label in labels[counts > 400]:
            both, either = (ours == label) & (theirs == label), (ours == label) | (theirs == label)
            assert both.sum() >= 0.99 * either.sum(), label
    assert len(np.unique(body)) >= 7
    inside = _interior(body) & (body >= 0) & (frames.instance[0] // 10 == body)
    assert inside.sum() > 0.9 * (body >= 0).sum()
    np.testing.assert_allclose(frames.depth[0][inside], depth[inside], rtol=1e-3)


def _interior(body: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Pixels whose neighbours are the same body."""
    labels = body.astype(np.float32)
    return cv2.erode(labels, np.ones((3, 3))) == cv2.dilate(labels, np.ones((3, 3)))
