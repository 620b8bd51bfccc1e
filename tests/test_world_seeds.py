"""Every world: the same seed is the same life."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from lives import life, survey
from world_cases import (
    EVERYTHING,
    IDS,
    LANE,
    ROOT,
    SIZE,
    VECTORS,
    assert_same,
    every_world,
    live,
    make,
    random_actions,
    row_of,
)

from autonomy.errors import InputError


@every_world
def test_the_same_seed_is_the_same_life_after_other_episodes(env_id: str) -> None:
    world = make(env_id, 2, observations=EVERYTHING)
    actions = random_actions(world, 40)
    first = [world.reset(seed=3), *live(world, actions)]
    list(live(world, random_actions(world, 25, seed=1)))
    second = [world.reset(seed=3), *live(world, actions)]
    assert any((step[2] | step[3]).any() for step in first[1:]), "no episode ended"
    assert_same(first, second)


def instruction_sets() -> str:
    """Of NumPy's own loops, those that this processor has beyond what NumPy is built for."""
    known: Any = np.show_config(mode="dicts")
    return " ".join(known["SIMD Extensions"]["found"])


KERNELS = {
    **{name: {"OPENBLAS_CORETYPE": name} for name in ("Haswell", "SkylakeX", "Zen")},
    "no vector units": {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": instruction_sets(),
    },
    "an old processor": {"NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": ""},
}
"""What NumPy and Numba may compute with, on other processors than this one."""


@pytest.fixture(scope="module")
def lives_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The lives of all worlds in other processes, each of which computes otherwise.

    The one for an old processor compiles all kernels itself.
    """
    paths = {"PYTHONPATH": f"{ROOT}:{Path(__file__).parent}"}
    kept = {"an old processor": {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("kernels"))}}
    running = {
        name: subprocess.Popen(
            [sys.executable, "-m", "lives"],
            env={**paths, **chosen, **kept.get(name, {})},
            stdout=subprocess.PIPE,
        )
        for name, chosen in KERNELS.items()
    }
    return {name: json.loads(process.communicate()[0]) for name, process in running.items()}


@pytest.mark.parametrize("name", ["survey", *IDS])
def test_lives_are_the_same_in_other_processes_on_other_kernels(
    name: str, lives_elsewhere: dict[str, dict[str, str]]
) -> None:
    here = survey() if name == "survey" else life(name)
    assert {kernels: own[name] for kernels, own in lives_elsewhere.items()} == dict.fromkeys(
        KERNELS, here
    )


@every_world
def test_a_seed_leaves_nothing_of_the_life_before(env_id: str) -> None:
    """Not even in what nobody observes; but Bullet's files hold bytes that it never reads again."""
    fresh, used = (make(env_id, 2, randomization="strong").unwrapped for _ in range(2))
    used.reset(seed=1)
    list(live(used, random_actions(used, 30)))
    for world in (fresh, used):
        world.reset(seed=5)
    expected = fresh.get_state()
    for name, values in used.get_state().items():
        if not name.startswith("physics"):
            assert_same(values, expected[name])


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


@pytest.mark.parametrize("seed", [5, np.int64(5), np.uint8(5), np.array(5)], ids=type)
def test_a_seed_is_of_any_type_of_integers(seed: Any) -> None:
    world, single = make(LANE, 2), gym.make(LANE, image_size=SIZE)
    expected = make(LANE, 2).reset(seed=5)[0]
    assert_same(world.reset(seed=seed)[0], expected)
    assert_same(single.reset(seed=seed)[0], row_of(expected, 0))


@pytest.mark.parametrize("seeds", [(4, None), np.array([4, 5], np.uint32), [np.int16(4), 5]])
def test_seeds_are_of_any_kind_of_sequence(seeds: Any) -> None:
    found, expected = make(LANE, 2).reset(seed=seeds)[0], make(LANE, 2).reset(seed=4)[0]
    assert_same(row_of(found, 0), row_of(expected, 0))


def test_seeds_go_up_to_two_to_the_63() -> None:
    world = make(LANE, 2)
    largest = 2**63 - 1
    first = world.reset(seed=[largest, largest - 2**32])[0]
    assert (first["camera"][0] != first["camera"][1]).any()
    assert_same(row_of(world.reset(seed=[0, largest])[0], 1), row_of(first, 0))
    assert gym.make(LANE, image_size=SIZE).reset(seed=largest)[0]["camera"].any()


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        (1.5, "got 1.5"),
        ("7", "got '7'"),
        (True, "got True"),
        (np.float64(3.0), "got np.float64"),
        (2**63, "got 9223372036854775808"),
        (2**63 - 1, "got 9223372036854775808"),  # the second row's
        ([1, -2], "got -2"),
        (np.array([1.0, 2.0]), "got np.float64"),
        (np.array([[1], [2]]), "got array"),
        (10**5000, "got one of 16610 bits"),
        ([0, -(10**5000)], "got one of 16610 bits"),
        (bytearray(b"ab"), "got bytearray"),
        ("ab", "got 'ab'"),
    ],
    ids=lambda value: type(value).__name__,  # some are too long to be written
)
def test_seeds_that_cannot_be_are_refused(seed: Any, message: str) -> None:
    world = make(LANE, 2)
    with pytest.raises(InputError, match=f"the seed must be a whole number .*{message}"):
        world.reset(seed=seed)


def test_the_single_environment_refuses_seeds_in_the_same_words() -> None:
    for seed in (-1, 0.5, [3], 2**63):
        with pytest.raises(InputError, match="the seed must be a whole number from 0 to"):
            gym.make(LANE, image_size=SIZE).reset(seed=seed)
