"""What the gallery shows: all that the packages have by name, so that nothing is forgotten."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.camera.images import IMAGES
from autonomy.envs.arm.find_robot import ROBOTS
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.scene.appearance import PRESETS as ARM_PRESETS
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.scene.appearance import PRESETS as LANE_PRESETS
from autonomy.recording.pictures import fit_width
from autonomy.scripts.picturing.worlds import Image, first_frames, portrait

LANE, ARM = "autonomy/LaneFollow-v0", "autonomy/ArmPickAndPlace-v0"
_PORTRAIT, _CAMERA, _EXAMPLE = 640, 240, 160  # [px] width of pictures


class Picture(NamedTuple):
    """A picture of the gallery, which is made when it is called for."""

    name: str
    says: str
    make: Callable[[], Image]


class Section(NamedTuple):
    """Pictures of a kind."""

    title: str
    says: str
    columns: int
    pictures: list[Picture]


def sections(examples: int = 4) -> list[Section]:
    """Return all; a randomisation is shown by so many `examples`."""
    ids = [env_id for env_id in gym.registry if env_id.startswith("autonomy/")]
    return [
        Section(
            "Worlds",
            "What people see (`render`) half way through an expert's episode, nothing randomised.",
            2,
            [Picture(_stem(own), f"`{own}`", partial(_person, own)) for own in ids],
        ),
        Section(
            "Robots",
            "The option `robot` of the arm worlds; [any other from its file](robots.md).",
            3,
            [Picture(own, f"`{own}`", partial(_person, ARM, robot=own)) for own in ROBOTS],
        ),
        Section(
            "Randomisation",
            "The option `randomization`: where four episodes begin, as the first camera sees them.",
            1,
            [
                Picture(
                    f"{_stem(env_id)}_{preset}",
                    f"`{env_id}`, `{preset}`",
                    partial(_examples, env_id, preset, examples),
                )
                for env_id, presets in ((LANE, LANE_PRESETS), (ARM, ARM_PRESETS))
                for preset in presets
            ],
        ),
        Section(
            "Cameras",
            "The option `cameras`, by the names of sets, and the cameras in them.",
            4,
            [*_cameras(LANE, LaneOptions), *_cameras(ARM, ArmOptions)],
        ),
        Section(
            "Images",
            "What may be among the `observations`, and the option `shadows`.",
            5,
            [own for env_id in (LANE, ARM) for own in _images(env_id)],
        ),
    ]


def _stem(env_id: str) -> str:
    return env_id.removeprefix("autonomy/").removesuffix("-v0")


def _person(env_id: str, **options: Any) -> Image:
    return fit_width(portrait(env_id, **options), _PORTRAIT)


def _examples(env_id: str, preset: str, count: int) -> Image:
    frames = first_frames(
        env_id,
        count,
        randomization=preset,
        image_size=(_EXAMPLE, _EXAMPLE),
        observations=("camera",),
    )
    return np.concatenate([own["camera"] for own in frames], axis=1)


def _cameras(env_id: str, options: Any) -> Iterator[Picture]:
    """Yield a picture of each camera of each set; what two sets share comes once."""
    shown: list[Any] = []
    for group, cameras in options.camera_sets.items():
        for name, camera in cameras.items():
            if camera not in shown:
                shown.append(camera)
                make = partial(_camera, env_id, {name: camera}, ("camera",))
                says = f"`{_stem(env_id)}`: `{name}` of `{group}`"
                yield Picture(f"{_stem(env_id)}_{group}_{name}", says, make)


def _images(env_id: str) -> Iterator[Picture]:
    stem, cameras = _stem(env_id), "default"
    for kind in IMAGES:
        make = partial(_camera, env_id, cameras, (kind,))
        yield Picture(f"{stem}_{kind}", f"`{kind}`", make)
    make = partial(_camera, env_id, cameras, ("camera",), shadows=True)
    yield Picture(f"{stem}_shadows", "`camera` with `shadows=True`", make)


def _camera(env_id: str, cameras: Any, kinds: tuple[str, ...], **more: Any) -> Image:
    frames = first_frames(
        env_id,
        1,
        cameras=cameras,
        observations=kinds,
        image_size=(_CAMERA, _CAMERA),
        **more,
    )
    return next(iter(frames[0].values()))
