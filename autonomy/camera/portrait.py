"""Pictures for people: large, and with soft edges."""

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.library import MeshLibrary
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Scene

_SAMPLES = 2  # along each side of a pixel


class Portrait:
    """A camera whose pictures are as smooth as four samples a pixel make them."""

    def __init__(self, camera: Camera) -> None:
        """Prepare for `camera`, whose size is that of the pictures."""
        self._size = camera.width, camera.height
        self._renderer = Renderer(camera.sized(camera.height * _SAMPLES, camera.width * _SAMPLES))

    def pictures(
        self, library: MeshLibrary, scene: Scene, camera_from_world: NDArray[np.float64]
    ) -> tuple[NDArray[np.uint8], ...]:
        """Return a picture `(H, W, 3)` for each of N scenes, seen from poses `(N, 3, 4)`."""
        pictures: list[NDArray[np.uint8]] = []
        for row in range(len(camera_from_world)):  # a batch of these would fill the memory
            own, view = scene.rows(np.array([row])), camera_from_world[row : row + 1]
            frame = self._renderer.render(library, own, view, ("rgb",)).rgb
            assert frame is not None
            small = cv2.resize(frame[0], self._size, interpolation=cv2.INTER_AREA)
            pictures.append(small.astype(np.uint8, copy=False))
        return tuple(pictures)
