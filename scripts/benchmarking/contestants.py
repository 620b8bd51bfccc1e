"""Who is timed: our worlds in every setting asked for, and the peers that are installed."""

from collections.abc import Sequence
from ctypes.util import find_library
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from itertools import product
from typing import Any, Literal

Kind = Literal["world", "gymnasium", "vectors", "rendered", "envpool", "frames", "tiny", "labels"]
Actions = Literal["random", "expert"]

_CAR, _ARM = "autonomy/Lane", "autonomy/Arm"
_GREY = {
    "type": "GrayscaleObservation",
    "observation_shape": (84, 84),
    "stack_size": 1,
    "weights": [0.2989, 0.587, 0.114],
    "scaling": 1.75,
}


@dataclass(frozen=True)
class Contestant:
    """One environment to be timed.

    `world` is a batch of ours, `gymnasium` a single environment of `gym.make` that observes images,
    `vectors` one that observes none, `rendered` one of those whose `render` is called after every
    step, `envpool` a batch of EnvPool's, `frames` and `tiny` draw a Panda at its table without
    physics, by our renderer and by PyBullet's, `labels` draws a batch of a world's labelled frames.
    `against` is how the ids of ours begin that a peer
    is compared with.
    """

    name: str
    kind: Kind
    env_id: str
    num_envs: int = 1
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    actions: Actions = "random"
    peer: bool = False
    against: str = ""


@dataclass(frozen=True)
class Settings:
    """Which of our worlds are timed: every combination, and the first one's variants."""

    ids: tuple[str, ...]
    observations: tuple[tuple[str, ...], ...]
    image_sizes: tuple[tuple[int, int], ...]
    batch_sizes: tuple[int, ...]
    world: dict[str, Any] = field(default_factory=dict[str, Any])
    """Options that all of them have besides."""


def our_worlds(settings: Settings) -> list[Contestant]:
    """Return every batch asked for, and each id's expert and single environment."""
    found: dict[str, Contestant] = {}
    for env_id in settings.ids:
        every = product(settings.batch_sizes, settings.image_sizes, settings.observations)
        batches = [_batch(env_id, settings.world, *setting) for setting in every]
        expert = batches[0]
        single = Contestant(f"{env_id} gym.make", "gymnasium", env_id, options=dict(settings.world))
        driven = Contestant(
            f"{expert.name}, expert",
            "world",
            env_id,
            expert.num_envs,
            expert.options,
            "expert",
        )
        # vectors have no image size, so some settings come twice
        found |= {one.name: one for one in (*batches, driven, single)}
    return list(found.values())


def our_renderers(settings: Settings) -> list[Contestant]:
    """Return who draws a Panda at its table, decimated and whole, if an arm is among the ids."""
    return [
        Contestant(
            f"Panda at its table x {num_envs}, frames {height}x{width}{how}",
            "frames",
            _ARM,
            num_envs,
            {"image_size": (height, width), "triangles": triangles},
        )
        for num_envs, (height, width) in product(settings.batch_sizes, settings.image_sizes)
        for triangles, how in ((5000, ""), (None, ", all triangles"))
        if _has_arm(settings.ids)
    ]


def our_labels(settings: Settings) -> list[Contestant]:
    """Return who draws labelled frames of the worlds that the ids name."""
    return [
        Contestant(
            f"labelled frames of the {world} world x {num_envs}",
            "labels",
            own,
            num_envs,
            {"world": world},
        )
        for num_envs in settings.batch_sizes
        for world, own in (("lane", _CAR), ("arm", _ARM))
        if any(env_id.startswith(own) for env_id in settings.ids)
    ]


def peers_renderers(settings: Settings) -> list[Contestant]:
    """Return PyBullet's TinyRenderer before the same scene."""
    return [
        Contestant(
            f"TinyRenderer, the same, frames {size[0]}x{size[1]}",
            "tiny",
            _ARM,
            options={"image_size": size},
            peer=True,
            against=_ARM,
        )
        for size in settings.image_sizes
        if _has_arm(settings.ids)
    ]


def _has_arm(ids: Sequence[str]) -> bool:
    return any(env_id.startswith(_ARM) for env_id in ids)


def installed_peers(
    ids: Sequence[str], batch_sizes: Sequence[int], threads: int
) -> list[Contestant]:
    """Return the rivals of some ids whose packages are there: the extra `peers` brings them all."""
    peers = _cars(batch_sizes, threads) + _arms()
    return [peer for peer in peers if any(own.startswith(peer.against) for own in ids)]


def _arms() -> list[Contestant]:
    size = 84
    peers: list[Contestant] = []
    if find_spec("panda_gym"):
        camera = {"renderer": "Tiny", "render_width": size, "render_height": size}
        peers += _arm("panda-gym PandaPush-v3", "panda_gym:PandaPush-v3", size, camera)
    if find_spec("gymnasium_robotics") and find_spec("mujoco"):
        camera = {"width": size, "height": size} if find_library("EGL") else None
        env_id = "gymnasium_robotics:FetchPush-v4"
        peers += _arm("Gymnasium-Robotics FetchPush-v4", env_id, size, camera)
    return peers


def _arm(name: str, env_id: str, size: int, camera: dict[str, Any] | None) -> list[Contestant]:
    """Return a peer without its camera, and with it where it can draw."""
    blind = Contestant(f"{name}, state", "vectors", env_id, peer=True, against=_ARM)
    if camera is None:
        return [blind]
    seeing = replace(
        blind,
        name=f"{name}, camera {size}x{size}",
        kind="rendered",
        options={"render_mode": "rgb_array", **camera},
    )
    return [seeing, blind]


def _cars(batch_sizes: Sequence[int], threads: int) -> list[Contestant]:
    peers: list[Contestant] = []
    if find_spec("envpool"):
        peers += [
            Contestant(
                f"EnvPool CarRacing-v3 x {size}",
                "envpool",
                "CarRacing-v3",
                size,
                {"num_threads": threads},
                peer=True,
                against=_CAR,
            )
            for size in batch_sizes
        ]
    if find_spec("Box2D") and find_spec("pygame"):
        peers.append(
            Contestant(
                "CarRacing-v3 gym.make", "gymnasium", "CarRacing-v3", peer=True, against=_CAR
            )
        )
    if find_spec("highway_env"):
        options = {"config": {"observation": _GREY}}
        racetrack = "highway_env:racetrack-v0"
        peers.append(
            Contestant(
                "HighwayEnv racetrack-v0",
                "gymnasium",
                racetrack,
                options=options,
                peer=True,
                against=_CAR,
            )
        )
    return peers


def _batch(
    env_id: str,
    world: dict[str, Any],
    num_envs: int,
    image_size: tuple[int, int],
    observations: tuple[str, ...],
) -> Contestant:
    options: dict[str, Any] = {**world, "observations": observations}
    name = f"{env_id} x {num_envs}, {'+'.join(observations)}"
    if not set(observations) <= {"state", "proprioception"}:
        options["image_size"] = image_size
        name += f" {image_size[0]}x{image_size[1]}"
    return Contestant(name, "world", env_id, num_envs, options)
