"""Goals that a user chooses for an arm's episodes."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from arm_cases import make
from world_cases import ARMS, assert_same

from autonomy.envs.arm.robot import PANDA
from autonomy.envs.arm.tasks.find_task import TASKS, find_task
from autonomy.errors import InputError

GOALS = {
    "Reach": (0.1, -0.2, 0.3),
    "Push": (0.05, 0.1, 0.02),
    "PickAndPlace": (0.0, 0.1, 0.2),
    "Stack": (0.1, 0.0, 0.02, 0.1, 0.0, 0.06),
    "Slide": (0.4, 0.0, 0.012),
    "Flip": (0.0, -1.0, 0.0),
}
SEEN = ("achieved_goal", "desired_goal")


def test_these_are_all_tasks() -> None:
    assert sorted(ARMS) == sorted(f"autonomy/Arm{name}-v0" for name in GOALS)


@pytest.mark.parametrize("name", GOALS)
def test_a_chosen_goal_is_the_goal_and_changes_nothing_else(name: str) -> None:
    goal = np.array(GOALS[name])
    world, other = make(name, 3, observations=SEEN), make(name, 3, observations=SEEN)
    observation, _ = world.reset(seed=0, options={"goal": goal})
    np.testing.assert_allclose(observation["desired_goal"], np.tile(goal, (3, 1)), atol=1e-6)
    other.reset(seed=0)
    drawn, chosen = other.get_state(), world.get_state()
    assert (drawn.pop("goal") != chosen.pop("goal")).any()
    assert_same(chosen, drawn)
    rewards = world.step(np.zeros(world.action_space.shape, np.float32))[1]
    achieved = world._task.achieved(world._bodies)
    expected = world.compute_reward(achieved, np.tile(goal, (3, 1)))
    assert_same(rewards, expected)
    assert_same(world.reset(seed=0)[0], other.reset(seed=0)[0])  # for one episode alone


@pytest.mark.parametrize("name", GOALS)
def test_a_single_environment_takes_a_goal_too(name: str) -> None:
    env: Any = gym.make(f"autonomy/Arm{name}-v0", observations=SEEN)
    observation, _ = env.reset(seed=0, options={"goal": list(GOALS[name])})
    np.testing.assert_allclose(observation["desired_goal"], GOALS[name], atol=1e-6)
    env.close()


def test_each_row_that_begins_takes_its_own_goal() -> None:
    world = make("Reach", 3, observations=SEEN)
    before = world.reset(seed=0)[0]["desired_goal"]
    goals = np.array([[0.0, 0.1, 0.1], [np.nan] * 3, [0.0, 0.3, 0.3]])
    options = {"goal": goals, "reset_mask": np.array([True, False, True])}
    after = world.reset(options=options)[0]["desired_goal"]
    np.testing.assert_allclose(after[[0, 2]], goals[[0, 2]], atol=1e-6)
    assert_same(after[1], before[1])


@pytest.mark.parametrize("task", TASKS)
def test_goals_that_are_drawn_are_in_reach(task: str) -> None:
    own, random = find_task(task), np.random.default_rng(0)
    shapes = own.shapes("test") * 2  # Reach has none
    lying = [shapes[number : number + own.objects] for number in range(8)]
    for goal in own.lay_out(random.random((8, own.draws)), lying).goal:
        assert not own.refusal(goal, PANDA)


@pytest.mark.parametrize(
    ("name", "goal", "message"),
    [
        (
            "Reach",
            (0.9, 0.0, 0.2),
            r"goal must be in reach \(up to 0.76 m from the robot's axis at x = -0.55, y = 0.0 m, "
            r"with x of -0.35 to 0.3, .*z of 0.0 to 0.5 m\), got \(0.9, 0.0, 0.2\)",
        ),
        ("Reach", (0.28, 0.0, 0.2), r"goal must be in reach .*got \(0.28, 0.0, 0.2\)"),
        ("Reach", (0.0, 0.0, -0.1), "goal must be in reach"),
        ("PickAndPlace", (0.0, 0.0, 0.6), "goal must be in reach"),
        ("Stack", (0.1, 0.0, 0.02, 0.9, 0.0, 0.06), "goal must be in reach"),
        ("Push", (0.4, 0.0, 0.02), "goal must be in reach"),
        ("Push", (0.0, 0.0, 0.2), r"goal must be on the table .*z of 0.0 to 0.05 m"),
        ("Slide", (0.7, 0.0, 0.012), r"goal must be on the table \(x of -0.6 to 0.5"),
        ("Flip", (0.7, 0.0, 0.7), "goal must be a level or upright direction, up to 0.2 rad"),
        ("Flip", (0.0, 0.5, 0.0), r"goal must be a .* of length 1, got \(0.0, 0.5, 0.0\)"),
        ("Reach", (0.0, np.nan, 0.1), r"goal must be finite, got \(0.0, nan, 0.1\)"),
        ("Reach", (0.0, np.inf, 0.1), "goal must be finite"),
        ("Reach", (0.0, 0.1), r"of shape \(3,\) or \(2, 3\), got one of shape \(2,\)"),
        ("Reach", np.zeros((3, 3)), r"got one of shape \(3, 3\)"),
        ("Reach", "here", "goal must be an array of numbers, got 'here'"),
        ("Reach", None, "got one of shape"),
    ],
)
def test_goals_that_cannot_be_are_refused_and_change_nothing(
    name: str, goal: Any, message: str
) -> None:
    world = make(name, 2)
    world.reset(seed=0)
    before = world.get_state()
    with pytest.raises(InputError, match=message):
        world.reset(seed=7, options={"goal": goal})
    assert_same(world.get_state(), before)


def test_a_puck_is_hit_and_a_box_tipped_to_where_a_user_wants_it() -> None:
    for name, goal in (("Slide", (0.3, 0.1, 0.012)), ("Flip", None)):
        world = make(name, 2)
        world.reset(seed=0)
        if goal is None:  # the side opposite to the one that was drawn
            goal = -world.get_state()["goal"]
        world.reset(seed=0, options={"goal": goal})
        expert, arrived = world.expert(), np.zeros(2, np.bool_)
        for _ in range(find_task(name.lower()).max_steps):
            *_, terminated, truncated, info = world.step(expert.act({}))
            arrived |= info["success"]
            mask = terminated | truncated
            world.reset(options={"reset_mask": mask, "goal": goal})
        assert arrived.all()
