"""Every world: the same seed is the same life."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from world_cases import (
    EVERYTHING,
    ROOT,
    VECTORS,
    assert_same,
    every_world,
    live,
    make,
    random_actions,
    row_of,
)


def digest(env_id: str) -> str:
    """What the eyes and the body of two rows go through in forty steps."""
    world = make(env_id, 2, observations=EVERYTHING)
    total = hashlib.sha256()
    observation, _ = world.reset(seed=11)
    for step in live(world, random_actions(world, 40)):
        for name in sorted(observation):
            total.update(observation[name].tobytes())
        observation, *facts, _ = step
        for fact in facts:
            total.update(fact.tobytes())
    return total.hexdigest()


@every_world
def test_the_same_seed_is_the_same_life_after_other_episodes(env_id: str) -> None:
    world = make(env_id, 2, observations=EVERYTHING)
    actions = random_actions(world, 40)
    first = [world.reset(seed=3), *live(world, actions)]
    list(live(world, random_actions(world, 25, seed=1)))
    second = [world.reset(seed=3), *live(world, actions)]
    assert any((step[2] | step[3]).any() for step in first[1:]), "no episode ended"
    assert_same(first, second)


@every_world
def test_the_same_seed_is_the_same_life_in_another_process(env_id: str) -> None:
    program = f"import test_world_seeds; print(test_world_seeds.digest({env_id!r}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{ROOT}:{Path(__file__).parent}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest(env_id)


@every_world
@pytest.mark.parametrize("row", [0, 5])
def test_a_row_of_a_batch_lives_as_if_alone(env_id: str, row: int) -> None:
    alone = make(env_id, 1, observations=EVERYTHING)
    batch = make(env_id, 6, observations=EVERYTHING)
    actions = random_actions(batch, 50)
    expected = alone.reset(seed=20 + row)[0]
    found = batch.reset(seed=20)[0]
    ended = np.zeros(6, np.bool_)
    for action in actions:
        assert_same(row_of(found, row), row_of(expected, 0))
        expected, *expected_facts, _ = alone.step(action[row : row + 1])
        found, *facts, _ = batch.step(action)
        assert [fact[row] for fact in facts] == [fact[0] for fact in expected_facts]
        ended |= facts[1] | facts[2]
    assert np.delete(ended, row).any(), "a neighbour never began anew"


@every_world
def test_another_seed_is_another_life(env_id: str) -> None:
    world = make(env_id, 2, observations=EVERYTHING)
    actions = random_actions(world, 5)
    actions[:, 1] = actions[:, 0]
    world.reset(seed=[1, 2])
    for observation, *_ in live(world, actions):
        for name in ("camera", "depth", *VECTORS):
            assert (observation[name][0] != observation[name][1]).any(), name


@every_world
def test_a_seed_for_each_row(env_id: str) -> None:
    world = make(env_id, 3)
    one, other = world.reset(seed=[9, 4, 9])[0], world.reset(seed=[None, 9, None])[0]
    assert_same(row_of(one, 0), row_of(one, 2))
    assert_same(row_of(one, 0), row_of(other, 1))
    assert (other["camera"][0] != one["camera"][0]).any()
