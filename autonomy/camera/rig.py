"""The cameras of N worlds, each mounted a little differently: from bodies to observed images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.camera.camera import Camera, camera_from_world, mounted
from autonomy.camera.classes import SemanticClass
from autonomy.camera.images import IMAGES
from autonomy.camera.library import MeshLibrary
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Scene
from autonomy.camera.sensor import PERFECT, Sensor, SensorRandomization
from autonomy.linear_algebra import products
from autonomy.policy import Observation
from autonomy.world import CameraInfo, ImageInfo
from autonomy.world_state import Bounds, State

_CHANNELS: dict[str, str] = dict(zip(IMAGES, ("rgb", "depth", "semantic", "instance"), strict=True))


class CameraRig:
    """One renderer a camera, where each camera is, and what its sensor does to the images."""

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        images: Sequence[str],
        num_envs: int,
        sensor: SensorRandomization = PERFECT,
    ) -> None:
        """Prepare to draw `images` (`camera`, `depth`, ...) with each of the cameras."""
        self._cameras = {name: (camera, Renderer(camera)) for name, camera in cameras.items()}
        self._images = images
        self._mounts = {name: np.zeros((num_envs, 3, 4)) for name in cameras}
        self._views = {name: np.zeros((num_envs, 3, 4)) for name in cameras}
        self._every_row = np.arange(num_envs)
        self._matrices = {
            name: np.tile(camera.matrix, (num_envs, 1, 1)) for name, camera in cameras.items()
        }
        self._elapsed = np.zeros(num_envs, np.int64)
        self._sensor: Sensor | None = None
        if images and sensor != PERFECT:
            self._sensor = Sensor(sensor, num_envs, self._entries())

    @property
    def sensor_draws(self) -> int:
        """Random numbers that the sensors of an episode take."""
        return self._sensor.draw_count if self._sensor else 0

    def draw_sensors(self, rows: NDArray[np.intp], uniform: NDArray[np.float64]) -> None:
        """Begin episodes in n rows with numbers in [0, 1) `(n, sensor_draws)`."""
        if self._sensor:
            self._sensor.draw(rows, uniform)

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

    def aim(
        self,
        rows: NDArray[np.intp],
        bodies: Mapping[str, NDArray[np.float64]],
        elapsed: NDArray[np.int64],
    ) -> None:
        """Bring the cameras of some rows to where their bodies are.

        Args:
            rows: Which worlds these are.
            bodies: For each camera, the poses `(n, 3, 4)` of the bodies that it is mounted on.
            elapsed: `(n,)` control steps since their episodes began.
        """
        self._elapsed[rows] = elapsed
        for name, views in self._views.items():
            views[rows] = camera_from_world(self._mounts[name][rows], bodies[name])

    def observe(self, library: MeshLibrary, scene: Scene, rows: NDArray[np.intp]) -> Observation:
        """Return the images of some rows, whose scenes are given."""
        observation: Observation = {}
        channels = [_CHANNELS[image] for image in self._images]
        for position, (name, (_, renderer)) in enumerate(self._cameras.items()):
            views, zoom = self._views[name][rows], self._zoom(name, rows)
            frames = renderer.render(library, scene, views, channels, zoom)
            for image, channel in zip(self._images, channels, strict=True):
                pixels, key = getattr(frames, channel), _key(image, name, position)
                if self._sensor and image == "camera":
                    pixels = self._sensor.capture(pixels, position, rows, self._elapsed[rows])
                observation[key] = self._arriving(key, pixels, rows)
        return observation

    def describe(self) -> ImageInfo:
        """Return what `info` tells of the cameras, nothing where there are no images."""
        if not self._images:
            return {}
        return {"cameras": {name: self._placed(name, self._every_row) for name in self._cameras}}

    def projections(
        self, rows: NDArray[np.intp], origin: tuple[float, float, float]
    ) -> NDArray[np.float32]:
        """Return how the C cameras see places in the images of n rows that arrive now.

        `(n, C, 3, 4)` bring places [m], as seen from `origin` in the world, to homogeneous columns
        and rows in shares of the image, from 0 to 1 from edge to edge; lenses without distortion.
        """
        seen: list[NDArray[np.float64]] = []
        for name, (camera, _) in self._cameras.items():
            size = np.array((camera.width, camera.height, 1.0))
            placed = self._placed(name, rows)
            matrices, views = placed["intrinsics"], placed["camera_from_world"]
            matrices[:, :2, 2] += 0.5
            views[:, :, 3] += (views[:, :, :3] * origin).sum(axis=2)
            seen.append(products(matrices, views) / size[:, np.newaxis])
        return np.stack(seen, axis=1).astype(np.float32)

    def drawn(self) -> dict[str, NDArray[np.float64]]:
        """Return what the sensors drew, each `(N,)`."""
        return self._sensor.drawn() if self._sensor else {}

    def arrays(self) -> State:
        """Return what of the sensors changes; mounts and aims follow from elsewhere."""
        return self._sensor.arrays() if self._sensor else {}

    def bounds(self) -> Bounds:
        """Return the bounds of those of `arrays` that have any."""
        return self._sensor.bounds() if self._sensor else {}

    def _entries(self) -> dict[str, tuple[tuple[int, ...], Any]]:
        """Return shape and type of all that a sensor may delay: images, and from where they are."""
        images = image_spaces({name: one for name, (one, _) in self._cameras.items()}, self._images)
        views = {f"view_{name}": ((3, 4), np.float64) for name in self._cameras}
        return {name: (space.shape or (), space.dtype) for name, space in images.items()} | views

    def _zoom(self, name: str, rows: NDArray[np.intp]) -> NDArray[np.float64] | None:
        """Return the zoom of a camera in some rows, None where there is none."""
        if self._sensor is None or self._cameras[name][0].distortion:
            return None
        return self._sensor.zoom(rows)

    def _placed(self, name: str, rows: NDArray[np.intp]) -> CameraInfo:
        """Return intrinsics and extrinsics of a camera, for the images of rows that arrive now."""
        matrices, zoom = self._matrices[name][rows], self._zoom(name, rows)
        if zoom is not None:
            matrices[:, :2, :2] *= zoom[:, np.newaxis, np.newaxis]
        views = self._arriving(f"view_{name}", self._views[name][rows], rows)
        return {"intrinsics": matrices, "camera_from_world": views}

    def _arriving(self, name: str, values: NDArray[Any], rows: NDArray[np.intp]) -> NDArray[Any]:
        """Return what arrives of values `(n, ...)` that some rows' sensors give now or gave."""
        if self._sensor is None:
            return values
        return self._sensor.delayed(name, values, rows, self._elapsed[rows])


def camera_keys(cameras: Mapping[str, Camera]) -> tuple[str, ...]:
    """Return under which names the colours of each camera are observed."""
    return tuple(_key("camera", name, position) for position, name in enumerate(cameras))


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
        return spaces.Box(0, int(max(SemanticClass)), size, np.uint8)
    return spaces.Box(-1, np.iinfo(np.int32).max, size, np.int32)
