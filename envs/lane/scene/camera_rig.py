"""The cameras on N cars, each mounted a little differently."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera, mounted
from autonomy.camera.library import MeshLibrary
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Scene
from autonomy.policy import Observation
from envs.lane.observations import image_key
from envs.lane.scene.lane_scene import camera_from_world

_CHANNELS = {"camera": "rgb", "depth": "depth", "semantic": "semantic", "instance": "instance"}


class CameraRig:
    """One renderer a camera, and where each camera sits on each car."""

    def __init__(self, cameras: Mapping[str, Camera], images: Sequence[str], num_envs: int) -> None:
        """Prepare to draw `images` (`camera`, `depth`, ...) with each of the cameras."""
        self._cameras = {name: (camera, Renderer(camera)) for name, camera in cameras.items()}
        self._images = images
        self._mounts = {name: np.zeros((num_envs, 3, 4)) for name in cameras}

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Mount the cameras of n rows as their random draws `(n,)` say."""
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
        world_from_car: NDArray[np.float64],
        rows: NDArray[np.intp],
    ) -> Observation:
        """Return the images of some rows, whose scenes and poses `(n, 3, 4)` are given."""
        observation: Observation = {}
        channels = [_CHANNELS[image] for image in self._images]
        for position, (name, (_, renderer)) in enumerate(self._cameras.items()):
            views = camera_from_world(self._mounts[name][rows], world_from_car)
            frames = renderer.render(library, scene, views, channels)
            for image, channel in zip(self._images, channels, strict=True):
                observation[image_key(image, name, position)] = getattr(frames, channel)
        return observation
