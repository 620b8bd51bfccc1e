"""Every world: actions, options and resets that cannot be."""

from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray
from world_cases import EVERYTHING, assert_same, every_world, make, random_actions

from autonomy.errors import InputError
from autonomy.make import make_world


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
    with pytest.raises(InputError, match="a world must be reset before anything else"):
        world.step(random_actions(world, 1)[0])


@every_world
def test_a_step_past_an_end_is_refused_and_changes_nothing(env_id: str) -> None:
    world = make(env_id, 3, max_episode_steps=2, autoreset_mode="Disabled")
    world.reset(seed=0)
    for action in random_actions(world, 2):
        ended = np.logical_or(*world.step(action)[2:4])
    assert ended.all()
    world.reset(options={"reset_mask": np.array([False, True, False])})
    before = world.unwrapped.get_state()
    with pytest.raises(InputError, match=r"ended must be reset .*, got those of rows 0, 2$"):
        world.step(action)
    assert_same(world.unwrapped.get_state(), before)
    world.reset(options={"reset_mask": ended})
    world.step(action)


@every_world
def test_a_step_past_the_end_of_a_single_environment_is_refused(env_id: str) -> None:
    single = gym.make(env_id, observations=("state",))
    single.reset(seed=0)
    action, ended = single.action_space.high, False
    while not ended:
        _, _, terminated, truncated, _ = single.step(action)
        ended = terminated or truncated
    with pytest.raises(InputError, match="episodes that ended must be reset before the next step"):
        single.step(action)


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
        ({"speed": 3}, "unexpected keyword argument 'speed': the options are "),
        ({"observations": ("smell",)}, "observations must .* got smell"),
        ({"observations": ()}, "observations must .* got none"),
        ({"observations": 5}, "observations must be names out of .* got 5"),
        ({"observations": ("camera", 5)}, "observations must be names out of .* got "),
        ({"control_rate": "fast"}, "control_rate must be positive, got 'fast'"),
        ({"control_rate": None}, "control_rate must be positive, got None"),
        ({"control_rate": 10**400}, "control_rate must be positive, got 1000"),
        ({"split": "night"}, "split must .* got 'night'"),
        ({"randomization": "wild"}, "randomization must .* got 'wild'"),
        ({"image_size": (0, 24)}, "height must be positive, got 0"),
        ({"image_size": (24, -3)}, "width must be positive, got -3"),
        ({"image_size": (24,)}, "image_size must"),
        ({"image_size": 24}, "image_size must"),
        ({"image_size": (24.5, 32)}, "image_size must"),
        ({"max_episode_steps": 0}, "max_episode_steps must be positive, got 0"),
        ({"autoreset_mode": "never"}, "autoreset_mode must .* got 'never'"),
        ({"render_mode": "ansi"}, "render_mode must .* got 'ansi'"),
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
def test_an_unknown_option_is_a_type_error_too(env_id: str) -> None:
    """As of any function in Python, and in its words; TorchRL's GymEnv relies on both."""
    for maker in (gym.make, gym.make_vec, partial(make_world, num_envs=1)):
        with pytest.raises(TypeError, match="unexpected keyword argument 'speed'") as raised:
            maker(env_id, speed=3)
        assert isinstance(raised.value, InputError)


@every_world
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "the seed must be a whole .*, got -1"),
        ({"seed": [1, 2, 3]}, "seeds must be 2, one a row, got 3"),
        ({"options": {"reset_mask": np.ones(3, np.bool_)}}, "reset_mask must be a boolean array"),
        ({"options": {"reset_mask": [0, 1]}}, "reset_mask must be a boolean array"),
        ({"options": {"mood": "good"}}, "reset must get no option but reset_mask.*, got 'mood'"),
    ],
)
def test_resets_that_cannot_be_are_refused(
    env_id: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        make(env_id, 2).reset(**arguments)
