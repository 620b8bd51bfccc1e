"""One call from scenes and views to images."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.lens import lens_of
from autonomy.camera.library import MeshLibrary
from autonomy.camera.rasterizer.cpu import CpuRasterizer
from autonomy.camera.rasterizer.draw import Images
from autonomy.camera.rasterizer.optics import Optics, Views
from autonomy.camera.scene import Frames, Scene
from autonomy.errors import InputError


class Renderer:
    """Draws batches of frames as one kind of camera sees them, for one caller at a time."""

    def __init__(self, camera: Camera) -> None:
        """Prepare for `camera`.

        Raises:
            InputError: The camera's distortion cannot be undone.
        """
        self._lens = lens_of(camera)
        source = self._lens.source if self._lens else camera
        intrinsics = self._lens.intrinsics if self._lens else camera.intrinsics
        self._rasterizer = CpuRasterizer(
            Optics(intrinsics, source.near, source.far, source.height, source.width)
        )

    def render(
        self,
        library: MeshLibrary,
        scene: Scene,
        camera_from_world: NDArray[np.float64],
        channels: Collection[str],
        zoom: NDArray[np.float64] | None = None,
    ) -> Frames:
        """Draw N scenes, each from its own `camera_from_world` `(N, 3, 4)`, into new arrays.

        The frames do not depend on N, on their neighbours or on the number of threads.
        `channels` names the fields of `Frames` to fill; what is not named costs nothing.
        `zoom` `(N,)` are factors of the focal length, of a camera without distortion.

        Raises:
            InputError: The palette lacks a material of the library.
        """
        assert set(channels) <= set(Images._fields)
        assert len(scene.draws.parts) == len(scene.look.palette) == len(camera_from_world)
        if library.material_count > scene.look.palette.shape[1]:
            raise InputError(
                f"a palette must hold the library's {library.material_count} materials, "
                f"got {scene.look.palette.shape[1]}"
            )
        zooms = np.ones(len(camera_from_world)) if zoom is None else zoom
        images = self._rasterizer.draw(library, scene, Views(camera_from_world, zooms), channels)
        frames = Frames(**{name: getattr(images, name) for name in channels})
        return self._lens.distort(frames) if self._lens else frames
