"""The cameras of N worlds, each mounted a little differently: from bodies to observed images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.camera.camera import Camera, camera_from_world, mounted
from autonomy.camera.classes import SemanticClass
from autonomy.camera.library import MeshLibrary
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Scene
from autonomy.policy import Observation

_CHANNELS = {"camera": "rgb", "depth": "depth", "semantic": "semantic", "instance": "instance"}
IMAGES = tuple(_CHANNELS)
"""The kinds of image that a camera gives."""


class CameraRig:
    """One renderer a camera, and where each camera sits on its body."""

    def __init__(self, cameras: Mapping[str, Camera], images: Sequence[str], num_envs: int) -> None:
        """Prepare to draw `images` (`camera`, `depth`, ...) with each of the cameras."""
        self._cameras = {name: (camera, Renderer(camera)) for name, camera in cameras.items()}
        self._images = images
        self._mounts = {name: np.zeros((num_envs, 3, 4)) for name in cameras}

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Mount the cameras of n rows as their random draws `(n,)` say.

        Those have the fields `camera_shift` [m], `camera_pitch` and `camera_yaw` [rad].
        """
        for name, (camera, _) in self._cameras.items():
            self._mounts[name][rows] = mounted(
                np.array(camera.position) + draws["camera_shift"],
                camera.pitch + draws["camera_pitch"],
                camera.yaw + draws["camera_yaw"],
            )

    def observe(
        self,
        library: MeshLibrary,
        scene: Scene,
        bodies: Mapping[str, NDArray[np.float64]],
        rows: NDArray[np.intp],
    ) -> Observation:
        """Return the images of some rows, whose scenes are given.

        Args:
            library: The meshes.
            scene: Of n worlds.
            bodies: For each camera, the poses `(n, 3, 4)` of the bodies that it is mounted on.
            rows: Which worlds these are.
        """
        observation: Observation = {}
        channels = [_CHANNELS[image] for image in self._images]
        for position, (name, (_, renderer)) in enumerate(self._cameras.items()):
            views = camera_from_world(self._mounts[name][rows], bodies[name])
            frames = renderer.render(library, scene, views, channels)
            for image, channel in zip(self._images, channels, strict=True):
                observation[_key(image, name, position)] = getattr(frames, channel)
        return observation


def image_spaces(
    cameras: Mapping[str, Camera], images: Sequence[str]
) -> dict[str, spaces.Space[NDArray[Any]]]:
    """Return the spaces of one environment's images."""
    return {
        _key(image, name, position): _image_space(image, camera)
        for position, (name, camera) in enumerate(cameras.items())
        for image in images
    }


def _key(image: str, camera: str, position: int) -> str:
    """Return the key of a camera's image: the first camera's needs no name."""
    return image if position == 0 else f"{image}_{camera}"


def _image_space(image: str, camera: Camera) -> spaces.Box:
    size = (camera.height, camera.width)
    if image == "camera":
        return spaces.Box(0, 255, (*size, 3), np.uint8)
    if image == "depth":
        return spaces.Box(0.0, np.inf, size, np.float32)
    if image == "semantic":
        return spaces.Box(0, max(SemanticClass), size, np.uint8)
    return spaces.Box(-1, np.iinfo(np.int32).max, size, np.int32)
