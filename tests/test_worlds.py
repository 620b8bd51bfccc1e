"""What every world promises, asked of every id that the package registers."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import stable_baselines3.common.env_checker as sb3
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

import envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.camera.renderer import Renderer
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.policy import RandomPolicy

ROOT = Path(__file__).parents[1]
IDS = [env_id for env_id in gym.registry if env_id.startswith("autonomy/")]
SIZE = (24, 32)
SHORT: dict[str, dict[str, Any]] = {"autonomy/LaneFollow-v0": {"route_length": 60.0}}
"""What makes the episodes of a world short."""
EVERYTHING = ("camera", "depth", "semantic", "instance", "proprioception", "state")
VECTORS = ("proprioception", "state")

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


def test_there_are_worlds() -> None:
    assert IDS


# --- what the libraries ask ---


@every_world
def test_gymnasiums_checker_finds_nothing(env_id: str) -> None:
    env = gym.make(env_id)
    check_env(env.unwrapped)
    env.close()


@every_world
def test_stable_baselines_checker_finds_nothing(env_id: str) -> None:
    env = gym.make(env_id)
    sb3.check_env(env)
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


# --- the same life ---


@every_world
def test_the_same_seed_is_the_same_life_after_other_episodes(env_id: str) -> None:
    world = make(env_id, 2, observations=EVERYTHING)
    actions = random_actions(world, 40)
    first = [world.reset(seed=3), *live(world, actions)]
    list(live(world, random_actions(world, 25, seed=1)))
    second = [world.reset(seed=3), *live(world, actions)]
    assert any(step[2].any() for step in first[1:]), "no episode ended"
    assert_same(first, second)


@every_world
def test_the_same_seed_is_the_same_life_in_another_process(env_id: str) -> None:
    program = f"import test_worlds; print(test_worlds.digest({env_id!r}))"
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


# --- observations ---


@every_world
def test_observations_are_within_their_space_and_no_element_is_constant(env_id: str) -> None:
    world = make(env_id, 8, observations=EVERYTHING)
    observation, _ = world.reset(seed=0)
    seen: dict[str, list[NDArray[Any]]] = {name: [] for name in EVERYTHING}
    for step in live(world, random_actions(world, 40)):
        assert observation.keys() == world.single_observation_space.spaces.keys()
        assert world.observation_space.contains(observation)
        for name in EVERYTHING:
            seen[name].append(observation[name])
        observation = step[0]
    for name in VECTORS:
        values = np.concatenate(seen[name])
        assert np.isfinite(values).all()
        constant = np.flatnonzero(np.ptp(values, axis=0) == 0)
        assert constant.size == 0, f"{name} {constant} never changed"
    for name in ("camera", "depth", "semantic", "instance"):
        for before, after in zip(seen[name][0], seen[name][-1], strict=True):
            assert len(np.unique(after)) > 1, f"{name} is one colour"
            assert (before != after).any(), f"{name} never changed"


@every_world
def test_only_what_is_asked_for_is_observed(env_id: str) -> None:
    for name in EVERYTHING:
        world = make(env_id, 1, observations=(name,))
        assert list(world.reset(seed=0)[0]) == [name] == list(world.single_observation_space)
        world.close()


@every_world
def test_what_else_is_observed_changes_no_pixel(env_id: str) -> None:
    alone, all_of_them = make(env_id, 2), make(env_id, 2, observations=EVERYTHING)
    expected, found = alone.reset(seed=0)[0], all_of_them.reset(seed=0)[0]
    assert_same({name: found[name] for name in expected}, expected)


@every_world
def test_images_have_the_size_that_was_asked_for(env_id: str) -> None:
    world = make(env_id, 2, observations=EVERYTHING, image_size=(20, 44))
    observation, _ = world.reset(seed=0)
    assert observation["camera"].shape == (2, 20, 44, 3)
    for name, dtype in (("depth", np.float32), ("semantic", np.uint8), ("instance", np.int32)):
        assert (observation[name].shape, observation[name].dtype) == ((2, 20, 44), dtype)
    assert (observation["depth"] > 0).all()


@every_world
def test_observations_share_no_memory(env_id: str) -> None:
    world = make(env_id, 4, observations=EVERYTHING)
    seen = [world.reset(seed=0)[0], world.reset(options={"reset_mask": np.arange(4) < 2})[0]]
    for observation, *_, info in live(world, random_actions(world, 40)):
        seen.append(observation)
        seen += [last for last in info.get("final_obs", ()) if last is not None]
    arrays = [array for observation in seen for array in observation.values()]
    assert len(seen) > 42, "no episode ended"
    for one, other in combinations(arrays, 2):
        assert not np.may_share_memory(one, other)


@every_world
def test_what_a_user_writes_into_observations_and_states_changes_nothing(env_id: str) -> None:
    clean, spoilt = make(env_id, 2), make(env_id, 2)
    clean.reset(seed=0)
    observation, info = spoilt.reset(seed=0)
    for action in random_actions(clean, 15):
        for tree in (observation, info, spoilt.unwrapped.get_state()):
            spoil(tree)
        observation, *_, info = spoilt.step(action.copy())
        assert_same(observation, clean.step(action)[0])


def spoil(tree: dict[str, Any]) -> None:
    for value in tree.values():
        if isinstance(value, dict):
            spoil(value)
        elif value.flags.writeable:
            value[...] = np.zeros((), value.dtype)


@every_world
@pytest.mark.parametrize(("observations", "draws"), [(("state",), False), (("camera",), True)])
def test_only_images_cost_drawing(
    env_id: str, observations: tuple[str, ...], draws: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every frame comes out of `Renderer.render`, the only caller of the drawing kernels."""
    calls: list[int] = []
    render = Renderer.render

    def counting(*arguments: Any) -> Any:
        calls.append(1)
        return render(*arguments)

    monkeypatch.setattr(Renderer, "render", counting)
    world = make(env_id, 2, observations=observations)
    world.reset(seed=0)
    list(live(world, random_actions(world, 40)))
    assert bool(calls) is draws


# --- episodes ---


@every_world
def test_an_ended_episode_begins_anew_in_the_same_step(env_id: str) -> None:
    """SAME_STEP gives what DISABLED and a reset by hand give, and the last frame besides."""
    auto = make(env_id, 4, observations=EVERYTHING)
    manual = make(env_id, 4, observations=EVERYTHING, autoreset_mode=AutoresetMode.DISABLED)
    assert auto.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert manual.metadata["autoreset_mode"] is AutoresetMode.DISABLED
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
def test_a_partial_reset_leaves_the_others_alone(env_id: str) -> None:
    disturbed = make(env_id, 4, observations=EVERYTHING, autoreset_mode="Disabled")
    alone = make(env_id, 4, observations=EVERYTHING, autoreset_mode="Disabled")
    kept = np.array([True, False, True, False])
    before = disturbed.reset(seed=0)[0]
    alone.reset(seed=0)
    for action in random_actions(alone, 30):
        after, info = disturbed.reset(options={"reset_mask": ~kept})
        for name, values in after.items():
            assert_same(values[kept], before[name][kept])
        assert (after["state"][~kept] != before["state"][~kept]).any()
        before, *facts, info = disturbed.step(action)
        expected, *expected_facts, expected_info = alone.step(action)
        for row in np.flatnonzero(kept):
            assert_same(row_of(before, row), row_of(expected, row))
            assert_same(row_of(info, row), row_of(expected_info, row))
            assert [fact[row] for fact in facts] == [fact[row] for fact in expected_facts]


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
    assert any(step[2].any() for step in expected), "no episode ended"
    for restored in (world, other):
        restored.unwrapped.set_state(state)
        assert_same(restored.unwrapped.get_state(), state)
        assert_same(list(live(restored, actions[7:])), expected)


@every_world
def test_a_time_limit_truncates(env_id: str) -> None:
    world = make(env_id, 2, max_episode_steps=4)
    expert = world.unwrapped.expert()
    observation, _ = world.reset(seed=0)
    for count in range(1, 9):
        observation, _, terminated, truncated, info = world.step(expert.act(observation))
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
    world = make(env_id, 16, observations=("state",), split="test", autoreset_mode="Disabled")
    world = world.unwrapped
    assert evaluate(world, world.expert(), 16).success_rate == 1.0
    random = RandomPolicy(world.single_action_space, seed=0)
    assert evaluate(world, random, 16).success_rate <= 0.25


# --- what is refused ---


def wrong_actions(kind: str, right: NDArray[np.float32]) -> Any:
    spoilt = right.copy()
    spoilt.flat[0] = {"NaN": np.nan, "infinite": np.inf}.get(kind, 0.0)
    return {"wider": np.zeros((2, right.shape[1] + 1)), "fewer": right[:1], "words": "left"}.get(
        kind, spoilt
    )


@every_world
@pytest.mark.parametrize("kind", ["NaN", "infinite", "wider", "fewer", "words"])
def test_actions_that_cannot_be_are_refused_and_change_nothing(env_id: str, kind: str) -> None:
    world, other = make(env_id, 2), make(env_id, 2)
    actions = random_actions(world, 1)[0]
    world.reset(seed=0)
    other.reset(seed=0)
    with pytest.raises(InputError, match="actions must"):
        world.step(wrong_actions(kind, actions))
    assert_same(world.step(actions), other.step(actions))


@every_world
def test_a_step_before_the_first_reset_is_refused(env_id: str) -> None:
    world = make(env_id, 2)
    with pytest.raises(InputError, match="a world must be reset before its first step"):
        world.step(random_actions(world, 1)[0])


@every_world
def test_a_reset_of_no_row_changes_nothing(env_id: str) -> None:
    world = make(env_id, 2, observations=EVERYTHING)
    before, _ = world.reset(seed=0)
    state = world.unwrapped.get_state()
    after, _ = world.reset(options={"reset_mask": np.zeros(2, np.bool_)})
    assert_same(after, before)
    assert_same(world.unwrapped.get_state(), state)


@every_world
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": 3}, "there is no option 'speed'"),
        ({"observations": ("smell",)}, "observations must .* got smell"),
        ({"observations": ()}, "observations must .* got none"),
        ({"split": "night"}, "split must .* got 'night'"),
        ({"randomization": "wild"}, "randomization must .* got 'wild'"),
        ({"image_size": (0, 24)}, "height must be positive, got 0"),
        ({"image_size": (24, -3)}, "width must be positive, got -3"),
        ({"image_size": (24,)}, "image_size must"),
        ({"image_size": 24}, "image_size must"),
        ({"image_size": (24.5, 32)}, "image_size must"),
        ({"max_episode_steps": 0}, "max_episode_steps must be positive, got 0"),
        ({"autoreset_mode": AutoresetMode.NEXT_STEP}, "autoreset_mode must .* got .*NEXT_STEP"),
        ({"autoreset_mode": "NextStep"}, "autoreset_mode must .* got 'NextStep'"),
        ({"autoreset_mode": "never"}, "autoreset_mode must .* got 'never'"),
        ({"render_mode": "human"}, "render_mode must .* got 'human'"),
        ({"num_envs": 0}, "the number of environments must be positive, got 0"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_options_that_cannot_be_are_refused(
    env_id: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        make(env_id, **options)


@every_world
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "the seed must not be negative, got -1"),
        ({"seed": [1, 2, 3]}, "seeds must be 2, one a row, got 3"),
        ({"options": {"reset_mask": np.ones(3, np.bool_)}}, "reset_mask must be a boolean array"),
        ({"options": {"reset_mask": [0, 1]}}, "reset_mask must be a boolean array"),
    ],
)
def test_resets_that_cannot_be_are_refused(
    env_id: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        make(env_id, 2).reset(**arguments)
