"""Every world: states are checked before they are taken, and copies live by themselves."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray
from world_cases import ARMS, EVERYTHING, LANE, SIZE, assert_same, every_world, live, make
from world_cases import random_actions as actions_for

from autonomy.errors import InputError

State = dict[str, NDArray[Any]]
A_WORLD_OF_EACH_KIND = pytest.mark.parametrize("env_id", [LANE, "autonomy/ArmPush-v0"])


def lived(env_id: str, num_envs: int = 2, **options: Any) -> Any:
    """A world some steps after its reset, that will refuse or take states."""
    world = make(env_id, num_envs, **{"observations": EVERYTHING, **options}).unwrapped
    world.reset(seed=3)
    list(live(world, actions_for(world, 6)))
    return world


def without(name: str) -> Callable[[State], Any]:
    return lambda state: {key: values for key, values in state.items() if key != name}


def with_entry(name: str, change: Callable[[NDArray[Any]], Any]) -> Callable[[State], Any]:
    return lambda state: {**state, name: change(state[name])}


def first_set(value: Any) -> Callable[[NDArray[Any]], NDArray[Any]]:
    def change(values: NDArray[Any]) -> NDArray[Any]:
        changed = values.copy()
        changed.flat[0] = value
        return changed

    return change


DAMAGE: list[tuple[Callable[[State], Any], str]] = [
    (lambda _: None, "a state must be a dict of arrays, got NoneType"),
    (without("draws"), "the state must be as get_state returns it, but it lacks draws"),
    (without("world"), "it lacks world"),
    (lambda state: {**state, "mood": np.zeros(2)}, "but it also has 'mood'"),
    (with_entry("world", lambda values: values.astype("V9")), "world must be <U.*, got .V9"),
    (with_entry("world", first_set("a\nb")), r"must be of .*, got one of 'a\\nb'"),
    (with_entry("draws", lambda values: values[:1]), r"draws must be of shape \(2, .* got \(1, "),
    (with_entry("draws", lambda values: values.astype("f4")), "draws must be float64, got float32"),
    (with_entry("draws", lambda values: values.tolist()), "draws must be an array, got list"),
    (with_entry("draws", np.ma.masked_array), "draws must be an array, got MaskedArray"),
    (with_entry("draws", first_set(np.nan)), "draws must be finite .*, got nan"),
    (with_entry("draws", first_set(-np.inf)), "draws must be finite .*, got -inf"),
    (with_entry("draws", first_set(1e6)), "draws must be from .* to .*, got 1000000"),
    (with_entry("stream_used", lambda values: values[:, :1]), "stream_used must be of shape"),
]
DAMAGE_OF_LANES = [
    (with_entry("road", first_set(-1)), "road must be from 0 to 511, got -1"),
    (with_entry("road", first_set(600)), "road must be from 0 to 511, got 600"),
    (with_entry("lane", first_set(9)), "lane must be from . to ., got 9"),
    (with_entry("location_station", first_set(10**6)), "location_station must be from 0 to"),
    (with_entry("vehicles_x", first_set(np.nan)), "vehicles_x must be finite"),
    (with_entry("vehicles_x", first_set(1e300)), "vehicles_x must be finite and at most 1e.09"),
    (with_entry("vehicles_y", first_set(1e8)), "vehicles_y must be from .* to .*, got 1"),
    (with_entry("location_along", first_set(1e8)), "location_along must be from"),
]
DAMAGE_OF_ARMS = [
    (with_entry("shape", first_set(99)), "shape must be from 0 to .*, got 99"),
    (with_entry("joint_velocity", first_set(np.inf)), "joint_velocity must be finite"),
    (with_entry("physics", lambda files: files // 2), "physics must be .* damaged file in row 0"),
    (with_entry("physics", lambda files: files[:, :9]), "physics_bytes must be lengths of files"),
    (with_entry("physics_bytes", first_set(10**9)), "physics_bytes must be lengths of files"),
    (with_entry("physics_bytes", first_set(-5)), "physics_bytes must be lengths of files"),
    (with_entry("physics_digest", lambda digests: digests[:1]), "physics_digest must be 2 rows"),
    (with_entry("physics_digest", lambda own: own[:, None]), "physics_digest must be 2 rows"),
    (with_entry("physics", lambda _: "file"), "physics must be 2 rows of uint8"),
    (
        lambda state: {
            name: values if name == "world" else np.zeros_like(values)
            for name, values in state.items()
        },
        "draws must be from|physics_bytes must be lengths of files",
    ),
]


@pytest.mark.parametrize(
    ("env_id", "damage", "message"),
    [(LANE, *each) for each in DAMAGE + DAMAGE_OF_LANES]
    + [("autonomy/ArmPush-v0", *each) for each in DAMAGE + DAMAGE_OF_ARMS],
)
def test_a_damaged_state_is_refused_and_nothing_of_it_taken(
    env_id: str, damage: Callable[[State], Any], message: str
) -> None:
    other, world, untouched = (lived(env_id), lived(env_id), lived(env_id))
    list(live(other, actions_for(other, 3, seed=1)))
    with pytest.raises(InputError, match=message):
        world.set_state(damage(other.get_state()))
    actions = actions_for(world, 4)
    assert_same(list(live(world, actions)), list(live(untouched, actions)))


@pytest.mark.parametrize(
    ("one", "options", "other", "other_options"),
    [
        (LANE, {}, "autonomy/ArmPush-v0", {}),
        ("autonomy/ArmPush-v0", {}, "autonomy/ArmSlide-v0", {}),
        ("autonomy/ArmPush-v0", {}, "autonomy/ArmPush-v0", {"split": "test"}),
        ("autonomy/ArmReach-v0", {}, "autonomy/ArmReach-v0", {"control": "pose"}),
        ("autonomy/ArmReach-v0", {}, "autonomy/ArmReach-v0", {"robot": "kuka"}),
        (LANE, {}, LANE, {"split": "test"}),
    ],
)
def test_a_state_of_another_world_or_task_is_refused(
    one: str, options: dict[str, Any], other: str, other_options: dict[str, Any]
) -> None:
    state = lived(one, **options).get_state()
    with pytest.raises(
        InputError, match=r"the state must be (of .*, got one of |as get_state returns it, but it )"
    ):
        lived(other, **other_options).set_state(state)


def test_infinite_depths_on_their_way_are_no_damage() -> None:
    world = lived(LANE, randomization="strong")
    state = world.get_state()
    assert np.isinf(state["late_depth_front"]).any()
    world.set_state(state)
    state["late_depth_front"].flat[0] = np.nan
    with pytest.raises(InputError, match=r"late_depth_front must be finite .*, got nan"):
        world.set_state(state)


@pytest.mark.parametrize(
    ("env_id", "randomization", "name", "value"),
    [
        (LANE, "strong", "sensor_draws", -0.4),
        (LANE, "strong", "sensor_draws", 3e8),
        ("autonomy/ArmPush-v0", "strong", "sensor_draws", -1.0),
    ],
)
def test_draws_out_of_their_ranges_are_refused(
    env_id: str, randomization: str, name: str, value: float
) -> None:
    world = lived(env_id, randomization=randomization)
    state = world.get_state()
    state[name].flat[0] = value
    with pytest.raises(InputError, match=f"the state's {name} must be from .* to "):
        world.set_state(state)


@pytest.mark.parametrize("state", [None, [1], 3, "abc"], ids=repr)
@A_WORLD_OF_EACH_KIND
def test_what_is_no_state_is_refused(env_id: str, state: Any) -> None:
    for world in (lived(env_id), gym.make(env_id, image_size=SIZE).unwrapped):
        with pytest.raises(InputError, match="a state must be a dict of arrays, got "):
            world.set_state(state)


COPYING: dict[str, Callable[[Any], Any]] = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda world: pickle.loads(pickle.dumps(world)),
}
every_copy = pytest.mark.parametrize("copied", COPYING.values(), ids=COPYING)


@every_world
@every_copy
def test_a_copy_lives_on_by_itself(env_id: str, copied: Callable[[Any], Any]) -> None:
    world = lived(env_id, randomization="strong")
    other = copied(world)
    actions = actions_for(world, 20)
    expected = list(live(copied(world), actions))
    list(live(other, actions_for(world, 7, seed=2)))  # which leaves the first one alone
    assert_same(list(live(world, actions)), expected)
    other.close()
    world.step(actions[0])
    world.close()


@A_WORLD_OF_EACH_KIND
@every_copy
def test_a_copy_of_a_single_environment_lives_on_by_itself(
    env_id: str, copied: Callable[[Any], Any]
) -> None:
    world = gym.make(env_id, image_size=SIZE).unwrapped
    world.reset(seed=3)
    other = copied(world)
    actions = actions_for(world, 8)
    expected = [world.step(action) for action in actions]
    assert_same([other.step(action) for action in actions], expected)
    assert other.spec == world.spec


@A_WORLD_OF_EACH_KIND
@every_copy
def test_a_world_that_has_not_begun_is_copied_too(
    env_id: str, copied: Callable[[Any], Any]
) -> None:
    world = make(env_id, 2).unwrapped
    assert_same(copied(world).reset(seed=1), world.reset(seed=1))


@A_WORLD_OF_EACH_KIND
@every_copy
def test_a_copy_draws_the_actions_that_the_world_would_have_drawn(
    env_id: str, copied: Callable[[Any], Any]
) -> None:
    world = make(env_id, 2).unwrapped
    world.action_space.seed(4)
    assert_same(copied(world).action_space.sample(), world.action_space.sample())


@A_WORLD_OF_EACH_KIND
def test_the_single_environment_gives_and_takes_its_state(env_id: str) -> None:
    world, other = (gym.make(env_id, image_size=SIZE).unwrapped for _ in range(2))
    for one, seed in ((world, 0), (other, 1)):
        one.reset(seed=seed)
    action = actions_for(world, 3)
    world.step(action[0])
    other.set_state(world.get_state())
    for now in action[1:]:
        assert_same(other.step(now), world.step(now))


@pytest.mark.parametrize(
    ("env_id", "num_envs"), [(LANE, 2), (ARMS[0], 2), pytest.param(ARMS[0], 8, id="in processes")]
)
def test_a_closed_world_says_that_it_is_closed(env_id: str, num_envs: int) -> None:
    world = lived(env_id, num_envs, render_mode="rgb_array")
    state, action = world.get_state(), actions_for(world, 1)[0]
    world.close()
    uses: list[Callable[[], Any]] = [
        world.reset,
        lambda: world.step(action),
        world.render,
        world.overview,
        world.get_state,
        lambda: world.set_state(state),
        lambda: copy.deepcopy(world),
        lambda: pickle.dumps(world),
    ]
    for use in uses:
        with pytest.raises(InputError, match=r"this .*VectorEnv is closed; make another one"):
            use()


@A_WORLD_OF_EACH_KIND
def test_nothing_is_shown_or_saved_before_the_first_reset(env_id: str) -> None:
    world = make(env_id, 2, render_mode="rgb_array").unwrapped
    expert = world.expert()
    for use in (world.render, world.overview, world.get_state, lambda: expert.act({})):
        with pytest.raises(InputError, match="a world must be reset before anything else"):
            use()
    with pytest.raises(InputError, match="the first reset must be of all rows, got reset_mask"):
        world.reset(options={"reset_mask": np.array([True, False])})
