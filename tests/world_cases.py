"""Small worlds of every id that the package registers, for the tests of what all promise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.envs.arm.options import FRONT
from autonomy.envs.arm.scene.appearance import ArmRandomization
from autonomy.envs.lane.scene.appearance import LaneRandomization

ROOT = Path(__file__).parents[1]
IDS = [env_id for env_id in gym.registry if env_id.startswith("autonomy/")]
SIZE = (24, 32)
LANE = "autonomy/LaneFollow-v0"
ARMS = [env_id for env_id in IDS if env_id.startswith("autonomy/Arm")]
SHORT: dict[str, dict[str, Any]] = {
    LANE: {"route_length": 60.0},
    **{arm: {"max_episode_steps": 15, "cameras": {"front": FRONT}} for arm in ARMS},
}
"""What makes the episodes of a world short, and gives it one camera."""
EVERYTHING = ("camera", "depth", "semantic", "instance", "proprioception", "state")
VECTORS = ("proprioception", "state")
RANDOMIZATION: dict[str, type[LaneRandomization] | type[ArmRandomization]] = {
    LANE: LaneRandomization,
    **dict.fromkeys(ARMS, ArmRandomization),
}
"""What may vary in a world."""

every_world = pytest.mark.parametrize("env_id", IDS)


def make(env_id: str, num_envs: int = 1, **options: Any) -> Any:
    return gym.make_vec(
        env_id, num_envs, **{"image_size": SIZE, **SHORT.get(env_id, {}), **options}
    )


def random_actions(world: Any, steps: int, seed: int = 0) -> NDArray[np.float32]:
    """`(steps, N, A)`; hard enough that episodes end."""
    shape = (steps, *world.action_space.shape)
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape).astype(np.float32)


def live(world: Any, actions: NDArray[np.float32]) -> Iterator[tuple[Any, ...]]:
    for action in actions:
        yield world.step(action)


def row_of(tree: Any, row: int) -> Any:
    if isinstance(tree, dict):
        return {name: row_of(value, row) for name, value in tree.items()}
    return tree[row].copy()


def assert_same(one: Any, other: Any) -> None:
    np.testing.assert_equal(plain(one), plain(other), strict=True)


def plain(tree: Any) -> Any:
    """Arrays of objects as lists, which NumPy compares through their members."""
    if isinstance(tree, dict):
        return {name: plain(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(map(plain, tree))
    return tree.tolist() if isinstance(tree, np.ndarray) and tree.dtype == object else tree
