"""Worlds as people and cameras see them."""

from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.make import make_world
from autonomy.recording.pictures import observed_pictures
from autonomy.rollouts import Step, rollout
from autonomy.world import World

Image = NDArray[np.uint8]

_LONGEST = 60  # [control steps] of an episode of which a picture is taken


def portrait(env_id: str, **options: Any) -> Image:
    """Return what people see of an expert's first episode, when half of it is over."""
    options = {"max_episode_steps": _LONGEST, "randomization": "none", "split": "test", **options}
    with closing(make_world(env_id, 1, render_mode="rgb_array", **options)) as world:
        half = sum(1 for _ in _steps(world, [0])) // 2
        for _ in islice(_steps(world, [0]), max(half, 1)):
            pass
        return world.render()[0]


def first_frames(env_id: str, episodes: int, **options: Any) -> list[dict[str, Image]]:
    """Return the images that are observed where episodes `0`, `1`, ... begin, in colours."""
    options = {"randomization": "none", "split": "test", **options}
    with closing(make_world(env_id, episodes, **options)) as world:
        observation, _ = world.reset(seed=list(range(episodes)))
        return [observed_pictures(observation, row) for row in range(episodes)]


def film_of(env_id: str, **options: Any) -> Iterator[tuple[Image, Image]]:
    """Yield what people and the first camera see of an expert's episodes, step by step."""
    with closing(make_world(env_id, 1, render_mode="rgb_array", **options)) as world:
        for step in _steps(world, count()):
            yield world.render()[0], observed_pictures(step.next_observation, 0)["camera"]


def _steps(world: World, seeds: Any) -> Iterator[Step]:
    return rollout(world, world.expert(), seeds)
