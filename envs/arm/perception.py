"""How N arm worlds come to know what a policy observes as `perceived`."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from autonomy.batched_world import State
from autonomy.camera.library import MeshLibrary
from autonomy.camera.rig import CameraRig, camera_keys
from autonomy.camera.scene import Scene
from autonomy.camera.sensor import SensorRandomization
from autonomy.errors import InputError
from autonomy.perception.estimates import Estimates
from autonomy.perception.filtering import STILL, ConstantVelocityFilters, Motion
from autonomy.perception.reading import Reading
from autonomy.randomization import in_split
from autonomy.streams import RandomStreams
from envs.arm.options import PERCEPTION_CAMERAS
from envs.arm.perceived import THING, Perceived

_PLACE = Motion(speed=0.1, acceleration=2.0)  # a thing on the table rests until the hand takes it
_YAW = Motion(speed=0.1, acceleration=2.0, period=np.pi / 2)
_PREFIX = "perception_"


class PoseModule(Protocol):
    """What is needed of an `autonomy.perception.module.PerceptionModule`, without importing it."""

    reading: Reading

    def perceive(self, *frames: NDArray[np.uint8]) -> Estimates:
        """Return what frames mean."""
        ...


def load_pose_module(folder: str, names: tuple[str, ...]) -> PoseModule:
    """Return the module of a folder, which must report `names` from the `PERCEPTION_CAMERAS`.

    Raises:
        InputError: The folder cannot be used, or its module does something else.
    """
    from autonomy.perception.module_folder import load_module

    module = load_module(Path(folder), "arm")
    missing = [name for name in names if name not in module.reading.reports]
    if missing:
        raise InputError(
            f"the module of {folder} must report {', '.join(names)}, it lacks {', '.join(missing)}"
        )
    keys = camera_keys(PERCEPTION_CAMERAS)
    unknown = [name for name in module.reading.cameras if name not in keys]
    if unknown:
        raise InputError(
            f"the module of {folder} must read out of {', '.join(keys)}, "
            f"it reads {', '.join(unknown)}"
        )
    return module


class FramePerception:
    """Looks through the `PERCEPTION_CAMERAS`, asks a module, and filters its answers over time."""

    def __init__(
        self,
        num_envs: int,
        names: tuple[str, ...],
        module: PoseModule,
        sensor: SensorRandomization,
        step: float,
    ) -> None:
        """Prepare for N worlds.

        Args:
            num_envs: N.
            names: What is to be known, as `quantity_names` gives it.
            module: What reads the frames, as `load_pose_module` gives it for these names.
            sensor: Of the cameras.
            step: Seconds between two looks.
        """
        self._module = module
        self._columns = [module.reading.reports.index(name) for name in names]
        self._rig = CameraRig(PERCEPTION_CAMERAS, ("camera",), num_envs, sensor)
        motions = [_PLACE, _PLACE, _PLACE, _YAW] * (len(names) // len(THING)) + [STILL] * 3
        self._filters = ConstantVelocityFilters(num_envs, motions, step)

    def begin(self, rows: NDArray[np.intp], streams: RandomStreams, split: str) -> None:
        """Begin episodes in some rows: draw their sensors, forget what was there."""
        if self._rig.sensor_draws:
            uniform = streams.uniform(rows, "sensor", self._rig.sensor_draws)
            self._rig.draw_sensors(rows, in_split(uniform, split))
        self._filters.begin(rows)

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Mount the cameras of some rows as their random draws say."""
        self._rig.mount(rows, draws)

    def look(
        self, library: MeshLibrary, scene: Scene, rows: NDArray[np.intp], elapsed: NDArray[np.int64]
    ) -> None:
        """Take in what some rows' cameras see, `elapsed` `(n,)` control steps into episodes."""
        world = np.tile(np.eye(3, 4), (len(rows), 1, 1))
        self._rig.aim(rows, dict.fromkeys(PERCEPTION_CAMERAS, world), elapsed)
        frames = self._rig.observe(library, scene, rows)
        found = self._module.perceive(*(frames[name] for name in self._module.reading.cameras))
        mean, std = found.mean[:, self._columns], found.std[:, self._columns]
        self._filters.update(rows, Estimates(mean, std))

    def known(self, base: tuple[float, float, float]) -> Perceived:
        """Return what is known now, of a robot that stands at `base`."""
        mean, rate = self._filters.mean, self._filters.rate
        things = mean.shape[1] // len(THING)
        own = mean[:, : len(THING) * things].reshape(len(mean), things, len(THING))
        rates = rate[:, : len(THING) * things].reshape(own.shape)
        return Perceived(own[:, :, :3] + base, own[:, :, 3], rates[:, :, :3], mean[:, -3:] + base)

    def get_state(self) -> State:
        """Return copies of everything that changes."""
        state = {**self._rig.get_state(), **self._filters.get_state()}
        return {_PREFIX + name: values for name, values in state.items()}

    def set_state(self, state: State) -> None:
        """Take over what `get_state` returned; mounts are to be set besides."""
        own = {
            name.removeprefix(_PREFIX): values
            for name, values in state.items()
            if name.startswith(_PREFIX)
        }
        self._rig.set_state(own)
        self._filters.set_state(own)
