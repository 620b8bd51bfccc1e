"""What a world is: what it shows, takes and rewards, how it ends, and what one may choose of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from gymnasium import spaces

from autonomy.camera.images import IMAGES
from autonomy.errors import InputError
from autonomy.json_values import described
from autonomy.make import make_world, world_creator
from autonomy.options import SPLITS, TRUTH
from autonomy.quantities import words_and_unit
from autonomy.registered import find_spec
from autonomy.world import World
from autonomy.world_options import Option, options_of


@dataclass(frozen=True)
class Number:
    """One number of a vector, or of an action."""

    name: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class Image:
    """What one kind of image of one camera is."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class WorldDescription:
    """What one can know of a world without stepping it.

    Attributes:
        env_id: Its Gymnasium id.
        about: What is asked for, and in which world.
        observed: What is observed unless one chooses otherwise.
        images: By the name under which they are observed.
        vectors: Their numbers, likewise.
        actions: The numbers of an action.
        rewards: What each term of the reward counts.
        episode_ends: `terminated` or `truncated`, by reason.
        measurements: What is told of every step, by name and unit.
        options: What one may choose.
        splits: The parts of its roads or objects that may come.
    """

    env_id: str
    about: str
    observed: Sequence[str]
    images: Mapping[str, Image]
    vectors: Mapping[str, Sequence[Number]]
    actions: Sequence[Number]
    rewards: Mapping[str, float]
    episode_ends: Mapping[str, str]
    measurements: Sequence[str]
    options: Sequence[Option]
    splits: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        options = [
            {"name": own.name, "default": described(own.default), "meaning": own.meaning}
            for own in self.options
        ]
        return {**described(asdict(self)), "options": options}


def describe_world(env_id: str, chosen: Mapping[str, Any]) -> WorldDescription:
    """Return what there is to know of a world with some options; it is made for that, and closed.

    Raises:
        InputError: There is no such world, or it has no such options.
    """
    spec = find_spec(env_id)
    options = options_of(world_creator(spec), spec.kwargs)
    shown = make_world(env_id, 1, **chosen)
    observed = tuple(_entries(shown))
    shown.close()
    world = make_world(env_id, 1, **{**chosen, **_everything(env_id, chosen, options)})
    try:
        return _description(env_id, world, observed, options)
    finally:
        world.close()


def _description(
    env_id: str, world: World, observed: Sequence[str], options: Sequence[Option]
) -> WorldDescription:
    inside: Any = getattr(world, "unwrapped", world)
    world.reset(seed=0)
    ends = getattr(inside, "episode_ends", {})  # before it is stepped, and may have ended
    actions = _numbers(world.single_action_space, world.metadata.get("action_names", ()))
    info = world.step(np.zeros((1, len(actions)), np.float32))[4]
    entries = _entries(world)
    names = world.metadata.get("observation_names", {})
    return WorldDescription(
        env_id,
        getattr(inside, "about", type(inside).__doc__ or ""),
        observed,
        {name: Image(own.shape, str(own.dtype)) for name, own in entries.items() if _is_image(own)},
        {
            name: _numbers(own, names.get(name, ()))
            for name, own in entries.items()
            if not _is_image(own)
        },
        actions,
        getattr(inside, "reward_weights", {}),
        ends,
        [*info["measurements"]],
        options,
        SPLITS if any(own.name == "split" for own in options) else (),
    )


def _everything(
    env_id: str, chosen: Mapping[str, Any], options: Sequence[Option]
) -> dict[str, Any]:
    """Return options with which a world shows all that it can."""
    if "observations" in chosen or all(own.name != "observations" for own in options):
        return {}
    kind = getattr(world_creator(find_spec(env_id)), "options_class", None)
    if kind is None:
        return {}
    there, truth = list(IMAGES), {"perception": TRUTH, **chosen}
    for name in kind.vectors:
        only: dict[str, Any] = {**truth, "observations": (name,)}
        try:
            make_world(env_id, 1, **only).close()
        except InputError:  # this task has no such thing
            continue
        there.append(name)
    return {**truth, "observations": tuple(there)}


def _entries(world: World) -> dict[str, spaces.Box]:
    space = world.single_observation_space
    assert isinstance(space, spaces.Dict), "observations are always a Dict"
    return {name: own for name, own in space.items() if isinstance(own, spaces.Box)}


def _is_image(space: spaces.Box) -> bool:
    return len(space.shape) > 1


def _numbers(space: spaces.Space[Any], names: Sequence[str]) -> list[Number]:
    assert isinstance(space, spaces.Box), "numbers are in a Box"
    known = names or [str(number) for number in range(space.shape[0])]
    return [
        Number(name, words_and_unit(name)[1], float(low), float(high))
        for name, low, high in zip(known, space.low, space.high, strict=True)
    ]
