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

from agents.encoders import ENCODERS
from agents.network_policy import ActorNetwork, Architecture, NetworkPolicy
from autonomy.episodes import Episode
from autonomy.evaluation import evaluate
from autonomy.make import make_world
from autonomy.policy_folder import POLICY_FOLDER
from autonomy.policy_source import load_policy
from autonomy.row_blocks import BLOCK_ROWS, row_blocks
from autonomy.world import World

EPISODES = 10
A_WORLD_OF_EACH_KIND = pytest.mark.parametrize("env_id", [LANE, "autonomy/ArmPush-v0"])


def world_of(env_id: str, num_envs: int) -> World:
    one_road: dict[str, Any] = {"road": circle(60.0)} if env_id == LANE else {}
    return make_world(env_id, num_envs, image_size=(48, 64), **SHORT[env_id], **one_road)


def untrained(world: World, encoder: str = "small") -> NetworkPolicy:
    """A network that has learned nothing, and turns every last bit of a frame into action."""
    torch.manual_seed(0)
    space, actions = world.single_observation_space, world.single_action_space
    assert isinstance(space, spaces.Dict)
    assert isinstance(actions, spaces.Box)
    network = ActorNetwork(space, actions, Architecture(encoder, (64,), "tanh", "clip"))
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
        policy = untrained(world_of(env_id, 1))
        POLICY_FOLDER.save(
            folder, {**policy.description(), "env_id": env_id, "env_options": {}}, policy.tensors()
        )
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


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_network_gives_each_row_the_same_bits_in_any_batch_and_place(encoder: str) -> None:
    world = world_of(LANE, 1)
    policy, random = untrained(world, encoder), np.random.default_rng(0)
    count = 2 * BLOCK_ROWS + 5
    seen = {
        name: np.stack([space.sample() for _ in range(count)])
        for name, space in policy.observation_space.items()
    }
    expected = policy.act(seen)
    assert np.ptp(expected, axis=0).all()
    for size in (1, 2, 3, BLOCK_ROWS, BLOCK_ROWS + 1, count):
        order = random.permutation(count)[:size]
        own = {name: values[order] for name, values in seen.items()}
        assert_array_equal(policy.act(own), expected[order])


@pytest.mark.parametrize("count", [1, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS])
def test_blocks_are_of_one_size_and_hold_each_row_once(count: int) -> None:
    rows, twice = np.arange(count), 2 * np.arange(count)[:, np.newaxis]
    found = list(row_blocks([rows, twice]))
    assert all(len(values) == BLOCK_ROWS for _, block in found for values in block)
    for name, whole in enumerate((rows, twice)):
        parts = [block[name][: own.stop - own.start] for own, block in found]
        assert_array_equal(np.concatenate(parts), whole)
