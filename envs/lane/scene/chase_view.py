"""Pictures for people: the car from behind, and a map."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.library import MeshLibrary
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Scene
from envs.lane.scene.lane_scene import camera_from_world

_HEIGHT, _WIDTH = 720, 1280
_SAMPLES = 2  # along each side of a pixel
_CAMERA = Camera(
    height=_HEIGHT * _SAMPLES,
    width=_WIDTH * _SAMPLES,
    fov=math.radians(68.0),
    position=(-6.5, 0.0, 2.9),
    pitch=0.16,
    near=0.5,
    far=700.0,
)


class ChaseView:
    """A camera behind each car, as smooth as four samples a pixel make it."""

    def __init__(self) -> None:
        self._renderer = Renderer(_CAMERA)

    def pictures(
        self, library: MeshLibrary, scene: Scene, world_from_car: NDArray[np.float64]
    ) -> tuple[NDArray[np.uint8], ...]:
        """Return a picture `(720, 1280, 3)` a car, whose poses are `(N, 3, 4)`."""
        mount = np.broadcast_to(_CAMERA.camera_from_body, world_from_car.shape)
        views = camera_from_world(mount, world_from_car)
        pictures: list[NDArray[np.uint8]] = []
        for row in range(len(views)):  # one at a time: a batch of these would fill the memory
            own = scene.rows(np.array([row]))
            frame = self._renderer.render(library, own, views[row : row + 1], ("rgb",)).rgb
            assert frame is not None
            small = cv2.resize(frame[0], (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA)
            pictures.append(small.astype(np.uint8, copy=False))
        return tuple(pictures)
