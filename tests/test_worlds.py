"""What every world promises, asked of every id that the package registers."""

from typing import Any

import gymnasium as gym
import numpy as np
import stable_baselines3.common.env_checker as sb3
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import (
    FlattenObservation,
    NormalizeObservation,
    RecordEpisodeStatistics,
)
from numpy.typing import NDArray
from world_cases import (
    EVERYTHING,
    IDS,
    SHORT,
    SIZE,
    assert_same,
    every_world,
    live,
    make,
    random_actions,
    row_of,
)

from autonomy.evaluation import evaluate
from autonomy.policies.source import load_policy
from autonomy.policy import RandomPolicy
from autonomy.world import World
from autonomy.wrapped_world import as_world


def test_there_are_worlds() -> None:
    assert IDS


@every_world
def test_gymnasiums_checker_finds_nothing(env_id: str) -> None:
    env = gym.make(env_id)
    check_env(env.unwrapped)
    env.close()


@every_world
def test_stable_baselines_checker_finds_nothing(env_id: str) -> None:
    env = gym.make(env_id)
    sb3.check_env(env.unwrapped)
    env.close()


@every_world
def test_the_single_environment_is_a_batch_of_one(env_id: str) -> None:
    options = {"image_size": SIZE, **SHORT.get(env_id, {})}
    single, batch = gym.make(env_id, **options), make(env_id, autoreset_mode="Disabled")
    assert_same(single.reset(seed=5), tuple(row_of(part, 0) for part in batch.reset(seed=5)))
    for action in random_actions(batch, 10):
        observation, reward, terminated, truncated, info = single.step(action[0])
        expected = [row_of(part, 0) for part in batch.step(action)]
        assert_same([observation, info], [expected[0], expected[4]])
        assert [reward, terminated, truncated] == expected[1:4]
        assert (type(reward), type(terminated), type(truncated)) == (float, bool, bool)
    single.close()
    batch.close()


@every_world
def test_the_single_environment_has_what_the_batch_has(env_id: str) -> None:
    env = gym.make(env_id, max_episode_steps=None).unwrapped
    expert, trace = env.expert(), list[dict[str, Any]]()
    observation, info = env.reset(seed=0)
    expert.reset()
    info["episode_end"] = ""
    while not info["episode_end"]:
        observation, *_, info = env.step(expert.act(observation))
        trace.append(info["measurements"])
    assert info["success"]
    assert env.overview().ndim == 3
    episode = {name: np.array([each[name] for each in trace]) for name in trace[0]}
    assert env.metrics([episode]) == env.batch.metrics([episode])
    env.close()


@every_world
def test_a_world_in_wrappers_passes_as_a_world(env_id: str) -> None:
    world = make(env_id, 4, autoreset_mode="Disabled", observations=("state",))
    wrapped = RecordEpisodeStatistics(world)
    policy = load_policy("expert", wrapped)
    assert evaluate(wrapped, policy, 4) == evaluate(world, policy, 4)
    assert list(wrapped.return_queue)
    shown = as_world(wrapped)
    assert isinstance(shown, World)
    assert_same(shown.overview(), world.unwrapped.overview())
    assert_same(readable(shown.get_state()), readable(world.unwrapped.get_state()))


@every_world
def test_vector_wrappers_that_want_another_step_for_beginnings(env_id: str) -> None:
    world = make(env_id, 2, autoreset_mode=AutoresetMode.NEXT_STEP, observations=("state",))
    scaled = NormalizeObservation(FlattenObservation(world))
    scaled.reset(seed=0)
    for action in random_actions(world, 30):
        assert np.isfinite(scaled.step(action)[0]).all()


@every_world
def test_closing_twice_is_closing_once(env_id: str) -> None:
    for world in (make(env_id), gym.make(env_id)):
        world.reset(seed=0)
        world.close()
        world.close()


@every_world
def test_pictures_for_people(env_id: str) -> None:
    world = make(env_id, 2, render_mode="rgb_array")
    world.reset(seed=0)
    for pictures in (world.render(), world.unwrapped.overview()):
        assert len(pictures) == 2
        for picture in pictures:
            assert picture.dtype == np.uint8
            assert picture.ndim == 3
            assert picture.shape[2] == 3
            assert picture.std() > 1.0
    assert world.render()[0].shape == (720, 1280, 3)
    world.close()


@every_world
def test_an_ended_episode_begins_anew_in_the_same_step(env_id: str) -> None:
    """SAME_STEP gives what DISABLED and a reset by hand give, and the last frame besides."""
    auto = make(env_id, 4, observations=EVERYTHING)
    manual = make(env_id, 4, observations=EVERYTHING, autoreset_mode=AutoresetMode.DISABLED)
    assert auto.metadata["autoreset_mode"] is auto.autoreset_mode is AutoresetMode.SAME_STEP
    assert manual.metadata["autoreset_mode"] is manual.autoreset_mode is AutoresetMode.DISABLED
    auto.reset(seed=0)
    manual.reset(seed=0)
    endings = 0
    for action in random_actions(auto, 60):
        observation, *facts, info = auto.step(action)
        last, *expected_facts, last_info = manual.step(action)
        assert_same(facts, expected_facts)
        ended = facts[1] | facts[2]
        endings += int(ended.sum())
        assert ("final_obs" in info) == ("final_info" in info) == ended.any()
        if ended.any():
            assert_same(info["_final_obs"], ended)
            for row, final in enumerate(info["final_obs"]):
                assert_same(final, row_of(last, row) if ended[row] else None)
            assert_same(info["final_info"], last_info)
            last, _ = manual.reset(options={"reset_mask": ended})
        assert_same(observation, last)
    assert endings >= 4


@every_world
def test_an_ended_episode_begins_anew_with_the_next_step(env_id: str) -> None:
    """NEXT_STEP gives row by row what SAME_STEP gives, with steps of their own for beginnings."""
    together = make(env_id, 4, observations=EVERYTHING)
    apart = make(env_id, 4, observations=EVERYTHING, autoreset_mode=AutoresetMode.NEXT_STEP)
    assert apart.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    assert_same(apart.reset(seed=0), together.reset(seed=0))
    always = random_actions(apart, 1)[0]  # so that it does not matter which one is ignored
    expected: list[list[Any]] = [[] for _ in range(4)]
    found: list[list[Any]] = [[] for _ in range(4)]
    over, endings = np.zeros(4, np.bool_), 0
    for _ in range(50):
        observation, *facts, info = together.step(always)
        for row in range(4):
            told = [fact[row] for fact in facts]
            if any(told[1:]):
                expected[row].append([info["final_obs"][row], *told])
                told = [0.0, False, False]
            expected[row].append([row_of(observation, row), *told])
        observation, *facts, info = apart.step(always)
        for row in range(4):
            found[row].append([row_of(observation, row), *(fact[row] for fact in facts)])
        assert ("randomization" in info) == over.any()
        named = {**info["reward_terms"], **info["measurements"]}
        for row in np.flatnonzero(over):
            assert not info["success"][row]
            assert info["episode_end"][row] == ""
            assert not any(values[row] for values in named.values())
        over = facts[1] | facts[2]
        endings += int(over.sum())
    assert endings >= 4
    for row in range(4):
        assert_same(found[row], expected[row][:50])


@every_world
def test_a_partial_reset_leaves_the_others_alone(env_id: str) -> None:
    disturbed = make(env_id, 4, observations=EVERYTHING, autoreset_mode="Disabled")
    alone = make(env_id, 4, observations=EVERYTHING, autoreset_mode="Disabled")
    kept = np.array([True, False, True, False])
    before = disturbed.reset(seed=0)[0]
    alone.reset(seed=0)
    ended = ended_alone = np.zeros(4, np.bool_)
    for action in random_actions(alone, 30):
        after, info = disturbed.reset(options={"reset_mask": ~kept | ended})
        alone.reset(options={"reset_mask": ended_alone})
        for name, values in after.items():
            assert_same(values[kept & ~ended], before[name][kept & ~ended])
        assert (after["state"][~kept] != before["state"][~kept]).any()
        before, *facts, info = disturbed.step(action)
        expected, *expected_facts, expected_info = alone.step(action)
        for row in np.flatnonzero(kept):
            assert_same(row_of(before, row), row_of(expected, row))
            assert_same(row_of(info, row), row_of(expected_info, row))
            assert [fact[row] for fact in facts] == [fact[row] for fact in expected_facts]
        ended, ended_alone = facts[1] | facts[2], expected_facts[1] | expected_facts[2]


@every_world
def test_a_restored_state_goes_on_bit_for_bit(env_id: str) -> None:
    """Also in another world that has lived otherwise, and through the episodes that follow."""
    world, other = (make(env_id, 3, observations=EVERYTHING) for _ in range(2))
    actions = random_actions(world, 50)
    world.reset(seed=0)
    other.reset(seed=77)
    list(live(world, actions[:7]))
    list(live(other, actions[:30]))
    state = world.unwrapped.get_state()
    assert all(isinstance(values, np.ndarray) for values in state.values())
    expected = list(live(world, actions[7:]))
    assert any((step[2] | step[3]).any() for step in expected), "no episode ended"
    for restored in (world, other):
        restored.unwrapped.set_state(state)
        assert_same(readable(restored.unwrapped.get_state()), readable(state))
        assert_same(list(live(restored, actions[7:])), expected)


def readable(state: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Leave out Bullet's own file, which also holds numbers that Bullet never reads again."""
    return {name: values for name, values in state.items() if not name.startswith("physics")}


@every_world
def test_a_time_limit_truncates(env_id: str) -> None:
    world = make(env_id, 2, max_episode_steps=4)
    world.reset(seed=0)
    for count in range(1, 9):
        _, _, terminated, truncated, info = world.step(np.zeros(world.action_space.shape))
        facts = info.get("final_info", info)
        assert not terminated.any()
        assert truncated.all() == (count % 4 == 0)
        assert not facts["success"].any()
        assert set(facts["episode_end"]) == ({"time_limit"} if count % 4 == 0 else {""})


@every_world
def test_what_info_tells(env_id: str) -> None:
    world = make(env_id, 8, autoreset_mode="Disabled")
    _, info = world.reset(seed=0)
    drawn = info["randomization"]
    assert drawn
    assert any(np.ptp(values, axis=0).any() for values in drawn.values())
    rewards, terms = [], []
    for _, reward, terminated, truncated, info in live(world, random_actions(world, 60)):
        ended = terminated | truncated
        assert not (terminated & truncated).any()
        assert_same(info["episode_end"] != "", ended)
        assert_same(info["success"] & ~ended, np.zeros(8, np.bool_))
        for name, values in info["measurements"].items():
            assert (values.shape, values.dtype) == ((8,), np.float32), name
            assert np.isfinite(values).all(), name
        for name, values in info["reward_terms"].items():
            low, high = (-1.0, 0.0) if values.min() < 0 else (0.0, 1.0)
            assert ((low <= values) & (values <= high)).all(), name
        rewards.append(reward)
        terms.append(np.stack(list(info["reward_terms"].values()), axis=1))
        world.reset(options={"reset_mask": ended})
    # one weight a term explains every reward
    table, total = np.concatenate(terms), np.concatenate(rewards)
    weights = np.linalg.lstsq(table, total)[0]
    np.testing.assert_allclose(table @ weights, total, atol=1e-9)


@every_world
def test_the_expert_succeeds_and_random_does_not(env_id: str) -> None:
    options = {"observations": ("state",), "split": "test", "max_episode_steps": None}
    world = make(env_id, 16, autoreset_mode="Disabled", **options).unwrapped
    assert evaluate(world, world.expert(), 16).success_rate == 1.0
    random = RandomPolicy(world.single_action_space, seed=0)
    assert evaluate(world, random, 16).success_rate <= 0.25


@every_world
def test_actions_beyond_their_bounds_are_those_at_the_bounds(env_id: str) -> None:
    bounded, beyond = make(env_id, 2), make(env_id, 2)
    bounded.reset(seed=0)
    beyond.reset(seed=0)
    for action in np.sign(random_actions(bounded, 5)):
        assert_same(beyond.step(7.0 * action), bounded.step(action))
