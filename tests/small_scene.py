"""Scenes of a few meshes, for the tests of the camera."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Appearance, Draws, Frames, Scene

CHANNELS = ("rgb", "depth", "semantic", "instance")
HORIZON, ZENITH = (200.0, 210.0, 220.0), (90.0, 140.0, 230.0)


def camera_at(
    height: int,
    width: int,
    fov: float,
    position: tuple[float, float, float] = (0.0, 0.0, 0.0),
    pitch: float = 0.0,
    yaw: float = 0.0,
    **lens: Any,
) -> MountedCamera:
    """A camera that hangs in the world."""
    return MountedCamera(Camera(height, width, fov, **lens), Mount("world", position, pitch, yaw))


CAMERA = camera_at(32, 40, fov=1.2, position=(0.0, 0.0, 1.5))


def pose(position: ArrayLike = (0, 0, 0), yaw: float = 0.0, scale: float = 1.0) -> NDArray:
    """Pose `(3, 4)` of a body that stands upright."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return np.column_stack([scale * turn, np.asarray(position, np.float64)])


def look_of(
    num_frames: int = 1,
    color: ArrayLike = (100, 100, 100),
    grain: float = 0.0,
    ambient: float = 1.0,
    sun: float = 0.0,
    sun_direction: ArrayLike = (0, 0, 1),
    visibility: float = 1e6,
    patterns: ArrayLike = (),
    shadows: ArrayLike = (),
    textures: ArrayLike = (),
    cast: ArrayLike = (),
) -> Appearance:
    """One look for all frames; every material has one colour. By default light comes evenly."""

    def repeated(values: ArrayLike) -> NDArray[np.float32]:
        return np.stack([np.asarray(values, np.float32)] * num_frames)

    return Appearance(
        palette=repeated([[*np.asarray(color), grain]] * 4),
        sun_direction=repeated(np.asarray(sun_direction) / np.linalg.norm(sun_direction)),
        sun=repeated([sun] * 3),
        ambient=repeated([ambient] * 3),
        horizon=repeated(HORIZON),
        zenith=repeated(ZENITH),
        visibility=repeated(visibility),
        patterns=np.array(patterns, np.float32).reshape(1, -1, 3).repeat(num_frames, axis=0),
        shadows=np.array(shadows, np.float32).reshape(1, -1, 5).repeat(num_frames, axis=0),
        textures=np.array(textures, np.int32).reshape(1, -1).repeat(num_frames, axis=0),
        cast=np.array(cast, np.float32).reshape(1, -1).repeat(num_frames, axis=0),
    )


def draws_of(parts: Sequence[tuple[int, int]], poses: Sequence[NDArray], num_frames: int) -> Draws:
    """The same draws in every frame; the instance of a draw is ten times its number."""
    return Draws(
        parts=np.array([parts] * num_frames, np.int32).reshape(num_frames, -1, 2),
        poses=np.array([poses] * num_frames, np.float64).reshape(num_frames, -1, 3, 4),
        instances=np.array([10 * np.arange(len(parts))] * num_frames, np.int32),
    )


def frames_of(
    meshes: Sequence[Mesh],
    view: MountedCamera,
    look: Appearance | None = None,
    channels: Collection[str] = CHANNELS,
) -> Frames:
    """Draw meshes as they stand in the world, each with a draw of its own, once."""
    library = MeshLibrary()
    parts = [library.add([mesh]) for mesh in meshes]
    draws = draws_of(parts, [pose()] * len(meshes), 1)
    scene = Scene(draws, look_of() if look is None else look)
    pose_of_camera = view.mount.camera_from_body[np.newaxis]
    return Renderer(view.camera).render(library, scene, pose_of_camera, channels)


def wall(distance: float) -> Mesh:
    """A wall across the view that faces the camera."""
    corners = [(distance, y, z) for y, z in ((90, -90), (-90, -90), (-90, 90), (90, 90))]
    return surface(corners, [(0, 1, 2), (0, 2, 3)], 0, 9)


def color_of(
    meshes: list[Mesh], look: Appearance, camera: MountedCamera = CAMERA
) -> NDArray[np.uint8]:
    rgb = frames_of(meshes, camera, look, channels=("rgb",)).rgb
    assert rgb is not None
    return rgb
