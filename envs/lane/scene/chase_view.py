"""The car from behind, for people."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mount import Mount
from autonomy.camera.portrait import Portrait
from autonomy.camera.poses import camera_from_world
from autonomy.camera.scene import Scene

_CAMERA = Camera(height=720, width=1280, fov=math.radians(68.0), near=0.5, far=700.0)
_MOUNT = Mount("car", position=(-6.8, 0.0, 2.8), pitch=0.2)


class ChaseView:
    """A camera behind each car."""

    def __init__(self) -> None:
        self._portrait = Portrait(_CAMERA)

    def pictures(
        self, library: MeshLibrary, scene: Scene, world_from_car: NDArray[np.float64]
    ) -> tuple[NDArray[np.uint8], ...]:
        """Return a picture `(720, 1280, 3)` a car, whose poses are `(N, 3, 4)`."""
        mount = np.broadcast_to(_MOUNT.camera_from_body, world_from_car.shape)
        return self._portrait.pictures(library, scene, camera_from_world(mount, world_from_car))
