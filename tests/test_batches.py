"""What a policy does in an episode does not depend on how many others live beside it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from numpy.testing import assert_array_equal
from road_cases import circle
from world_cases import LANE, SHORT

from autonomy.agents.encoders import ENCODERS
from autonomy.agents.network_policy import ActorNetwork, Architecture, NetworkPolicy
from autonomy.episodes import Episode
from autonomy.evaluation import evaluate
from autonomy.make import make_world
from autonomy.policies.folder import save_policy
from autonomy.policies.source import load_policy
from autonomy.row_blocks import SIZES, RowBlocks
from autonomy.world import World

EPISODES = 10
A_WORLD_OF_EACH_KIND = pytest.mark.parametrize("env_id", [LANE, "autonomy/ArmPush-v0"])


def world_of(env_id: str, num_envs: int) -> World:
    one_road: dict[str, Any] = {"roads": circle(60.0)} if env_id == LANE else {}
    return make_world(env_id, num_envs, image_size=(48, 64), **SHORT[env_id], **one_road)


def untrained(
    world: World, encoder: str = "small", layers: tuple[int, ...] = (64,), lstm: int = 0
) -> NetworkPolicy:
    """A network that has learned nothing, and turns every last bit of a frame into action."""
    torch.manual_seed(0)
    space, actions = world.single_observation_space, world.single_action_space
    assert isinstance(space, spaces.Dict)
    assert isinstance(actions, spaces.Box)
    network = ActorNetwork(space, actions, Architecture(encoder, layers, lstm=lstm))
    with torch.no_grad():
        network.action.weight.mul_(3.0)
    return NetworkPolicy(network)


def lives(env_id: str, source: str, num_envs: int, episodes: int) -> tuple[Any, list[Episode]]:
    world, lived = world_of(env_id, num_envs), list[Episode]()
    policy = load_policy(source, world, "cpu", seed=5)
    result = evaluate(world, policy, episodes, 5, lived.append)
    world.close()
    return result.to_json(env_id, source, {}), sorted(lived, key=lambda episode: episode.seed)


@pytest.fixture(scope="module", params=["random", "network"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what names a policy for a world."""

    def named(env_id: str) -> str:
        if request.param == "random":
            return "random"
        folder: Path = tmp_path_factory.mktemp("policies") / "network"
        save_policy(folder, untrained(world_of(env_id, 1)), env_id, {})
        return str(folder)

    return named


@A_WORLD_OF_EACH_KIND
def test_an_evaluation_is_the_same_for_every_batch_size(env_id: str, source: Any) -> None:
    policy = source(env_id)
    expected, alone = lives(env_id, policy, 1, EPISODES)
    for num_envs in (3, 8, 64):
        assert lives(env_id, policy, num_envs, EPISODES)[0] == expected
    more = lives(env_id, policy, 7, 3 * EPISODES)[1]
    for one, other in zip(alone, more[:EPISODES], strict=True):
        assert (one.seed, one.end) == (other.seed, other.end)
        assert_array_equal(one.rewards, other.rewards)


@pytest.mark.parametrize(
    ("encoder", "layers"),
    [*((name, (64,)) for name in ENCODERS), ("small", (50,)), ("small", (17, 130)), ("small", ())],
)
def test_a_network_gives_each_row_the_same_bits_in_any_batch_and_place(
    encoder: str, layers: tuple[int, ...]
) -> None:
    world = world_of(LANE, 1)
    policy, random = untrained(world, encoder, layers), np.random.default_rng(0)
    count = 90
    seen = {
        name: np.stack([space.sample() for _ in range(count)])
        for name, space in policy.observation_space.items()
    }
    expected = policy.act(seen)
    assert np.ptp(expected, axis=0).all()
    for size in (1, 2, 3, 16, 23, 64, count):
        order = random.permutation(count)[:size]
        own = {name: values[order] for name, values in seen.items()}
        assert_array_equal(policy.act(own), expected[order])


@pytest.mark.parametrize("units", [24, 64, 128])
def test_so_does_one_that_remembers(units: int) -> None:
    policy, random = untrained(world_of(LANE, 1), lstm=units), np.random.default_rng(0)
    count = 90
    steps = [
        {
            name: np.stack([space.sample() for _ in range(count)])
            for name, space in policy.observation_space.items()
        }
        for _ in range(3)
    ]
    expected = [policy.act(seen) for seen in steps]
    for size in (1, 3, 16, 23, 64):
        order = random.permutation(count)[:size]
        policy.reset(np.ones(size, np.bool_))
        for seen, wanted in zip(steps, expected, strict=True):
            own = {name: values[order] for name, values in seen.items()}
            assert_array_equal(policy.act(own), wanted[order])


ROWS = np.arange(90, dtype=np.float32)


class Doubling:
    """Doubles rows, and adds a little where it is told to; remembers how many it got at a time."""

    def __init__(self, little: Any = None) -> None:
        self.sizes: list[int] = []
        self._little = little or (lambda size: np.zeros(size, np.float32))

    def __call__(self, arrays: list[Any]) -> Any:
        """Return what is made of the rows."""
        self.sizes.append(len(arrays[0]))
        return 2.0 * arrays[0] + self._little(len(arrays[0]))


@pytest.mark.parametrize("count", [1, 3, 4, 5, 15, 16, 17, 64, 65, 90])
def test_blocks_are_of_few_sizes_and_hold_each_row_once(count: int) -> None:
    doubling = Doubling()
    assert_array_equal(RowBlocks(doubling)([ROWS[:count]]), 2.0 * ROWS[:count])
    assert set(doubling.sizes) <= set(SIZES)


def test_sizes_that_disagree_are_not_used() -> None:
    doubling = Doubling(lambda size: np.full(size, 1.0 if size == 64 else 0.0, np.float32))
    own = RowBlocks(doubling)
    own([ROWS[:1]])
    doubling.sizes.clear()
    assert_array_equal(own([ROWS]), 2.0 * ROWS)
    assert set(doubling.sizes) == {16, 4}


def test_where_the_place_in_a_block_matters_rows_go_one_by_one() -> None:
    doubling = Doubling(lambda size: np.arange(size, dtype=np.float32))
    own = RowBlocks(doubling)
    own([ROWS[:1]])
    doubling.sizes.clear()
    assert_array_equal(own([ROWS[:5]]), 2.0 * ROWS[:5])
    assert doubling.sizes == 5 * [1]
