"""How N arm worlds come to know what a policy observes as `perceived`."""

from collections.abc import Callable, Sequence
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
from envs.arm.labels import symmetric_yaw
from envs.arm.objects import Shape
from envs.arm.options import PERCEPTION_CAMERAS
from envs.arm.perceived import GOAL, THING, Perceived
from envs.arm.plan import Truth

_PLACE = Motion(speed=0.1, acceleration=2.0)  # a thing on the table rests until the hand takes it
_YAW = Motion(speed=0.1, acceleration=2.0, period=np.pi / 2)
_PREFIX = "perception_"

See = Callable[[NDArray[np.intp]], tuple[MeshLibrary, Scene]]
"""Returns what the cameras of some rows see."""


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


class Perception(Protocol):
    """Comes to know what is perceived."""

    def begin(self, rows: NDArray[np.intp], streams: RandomStreams, split: str) -> None:
        """Begin episodes in some rows."""
        ...

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Mount the cameras of some rows as their random draws say."""
        ...

    def look(self, see: See, rows: NDArray[np.intp], elapsed: NDArray[np.int64]) -> None:
        """Look at some rows, `elapsed` `(n,)` control steps into their episodes, once a step."""
        ...

    def known(self) -> Perceived:
        """Return what is known now of all rows."""
        ...

    def get_state(self) -> State:
        """Return copies of everything that changes."""
        ...

    def set_state(self, state: State) -> None:
        """Take over what `get_state` returned; mounts are to be set besides."""
        ...


class TruePerception:
    """Knows the truth."""

    def __init__(self, read: Callable[[], Truth], catalogue: Sequence[Shape]) -> None:
        """Know what `read` returns, of things with the shapes of a catalogue."""
        self._read, self._catalogue = read, catalogue

    def begin(self, rows: NDArray[np.intp], streams: RandomStreams, split: str) -> None:
        """Do nothing."""

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Do nothing."""

    def look(self, see: See, rows: NDArray[np.intp], elapsed: NDArray[np.int64]) -> None:
        """Do nothing: there is no need to look."""

    def known(self) -> Perceived:
        """Return how it is."""
        truth = self._read()
        things = truth.bodies.object_pose
        yaw = symmetric_yaw(things, truth.setup.shape, self._catalogue)
        velocity = truth.bodies.object_velocity[:, :, :3]
        return Perceived(things[:, :, :3], yaw, velocity, truth.goal)

    def get_state(self) -> State:
        """Return nothing: nothing is remembered."""
        return {}

    def set_state(self, state: State) -> None:
        """Do nothing."""


class FramePerception:
    """Looks through the `PERCEPTION_CAMERAS`, asks a module, and filters its answers over time."""

    def __init__(
        self,
        num_envs: int,
        module: PoseModule,
        things: int,
        base: tuple[float, float, float],
        sensor: SensorRandomization,
        step: float,
    ) -> None:
        """Prepare for N worlds.

        Args:
            num_envs: N.
            module: What reads the frames, as `load_pose_module` gives it.
            things: O, how many there are in each world.
            base: Where the robot stands (x, y, z) [m], from where the module measures.
            sensor: Of the cameras.
            step: Seconds between two looks.
        """
        self._module, self._things, self._base = module, things, base
        self._columns = [module.reading.reports.index(name) for name in THING * things + GOAL]
        self._rig = CameraRig(PERCEPTION_CAMERAS, ("camera",), num_envs, sensor)
        motions = [_PLACE, _PLACE, _PLACE, _YAW] * things + [STILL] * len(GOAL)
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

    def look(self, see: See, rows: NDArray[np.intp], elapsed: NDArray[np.int64]) -> None:
        """Take in what some rows' cameras see, `elapsed` `(n,)` control steps into episodes."""
        library, scene = see(rows)
        world = np.tile(np.eye(3, 4), (len(rows), 1, 1))
        self._rig.aim(rows, dict.fromkeys(PERCEPTION_CAMERAS, world), elapsed)
        frames = self._rig.observe(library, scene, rows)
        found = self._module.perceive(*(frames[name] for name in self._module.reading.cameras))
        mean, std = found.mean[:, self._columns], found.std[:, self._columns]
        self._filters.update(rows, Estimates(mean, std))

    def known(self) -> Perceived:
        """Return what the filters say."""
        mean, rate = self._filters.mean, self._filters.rate
        shape = (len(mean), self._things, len(THING))
        things, rates = (values[:, : -len(GOAL)].reshape(shape) for values in (mean, rate))
        goal = mean[:, -len(GOAL) :] + self._base
        return Perceived(things[:, :, :3] + self._base, things[:, :, 3], rates[:, :, :3], goal)

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
