"""Arm tasks: goals, rewards, splits, experts, cameras."""

from itertools import product
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from arm_cases import make
from world_cases import ARMS, assert_same

from autonomy.camera.classes import SemanticClass
from autonomy.envs.arm.find_robot import ROBOTS
from autonomy.envs.arm.options import FRONT
from autonomy.envs.arm.physics.arm_state import Sizes, allocate
from autonomy.envs.arm.physics.shapes import distinct
from autonomy.envs.arm.physics.tool_control import nearest_in_reach
from autonomy.envs.arm.robot import PANDA
from autonomy.envs.arm.tasks.find_task import find_task
from autonomy.evaluation import evaluate
from autonomy.policy import RandomPolicy
from autonomy.randomization import in_split
from autonomy.task import Judgement, endings

NAMES = ["Reach", "Push", "PickAndPlace", "Stack", "Slide", "Flip"]
HARD = ("Slide", "Flip")
GOALS = ("achieved_goal", "desired_goal")
EVERY_SPLIT = ("train", "validation", "test")


def test_these_are_all_tasks() -> None:
    assert sorted(ARMS) == sorted(f"autonomy/Arm{name}-v0" for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_expert_succeeds_on_episodes_it_never_saw(name: str) -> None:
    world = make(name, 8, split="test")
    episodes, rate = (24, 0.9) if name in HARD else (100, 0.99)
    assert evaluate(world, world.expert(), episodes).success_rate >= rate


@pytest.mark.parametrize("robot", ["kuka", "xarm6"])
@pytest.mark.parametrize("name", ["Reach", "Push", "PickAndPlace"])
def test_the_expert_moves_other_robots_too(name: str, robot: str) -> None:
    world = make(name, 8, robot=robot, split="test")
    assert evaluate(world, world.expert(), 40).success_rate >= 0.95


@pytest.mark.parametrize("name", NAMES)
def test_random_actions_hardly_ever_succeed(name: str) -> None:
    world = make(name, 8, split="test")
    random = RandomPolicy(world.single_action_space, seed=0)
    assert evaluate(world, random, 40).success_rate <= 0.05


@pytest.mark.parametrize("reward", ["sparse", "dense"])
@pytest.mark.parametrize("name", NAMES)
def test_rewards_follow_from_goals(name: str, reward: str) -> None:
    """For a batch, for single goals, and for more axes: what hindsight replay asks for."""
    world = make(name, 4, reward=reward, observations=GOALS)
    observation, _ = world.reset(seed=0)
    expert = world.expert()
    for _ in range(25):
        observation, given, terminated, truncated, _ = world.step(expert.act(observation))
        achieved, desired = (observation[goal] for goal in GOALS)
        expected = world.compute_reward(achieved, desired, None)
        np.testing.assert_allclose(expected, given, atol=1e-5)
        stacked = world.compute_reward(np.stack([achieved] * 3), np.stack([desired] * 3), None)
        assert_same(stacked, np.stack([expected] * 3))
        assert world.compute_reward(achieved[0], desired[0], {}) == expected[0]
        assert ((given >= -1.0) & (given <= 0.0)).all()
        world.reset(options={"reset_mask": terminated | truncated})


def test_the_goal_is_worth_everything_and_far_away_nothing() -> None:
    goal, far = np.zeros((1, 3)), np.full((1, 3), 9.0)
    for reward in ("sparse", "dense"):
        world = make("Push", reward=reward)
        assert world.compute_reward(goal, goal, None) == 0.0
        assert world.compute_reward(far, goal, None) == pytest.approx(-1.0)
    beyond = np.array([[0.35, 0.0, 0.0]])  # tolerance and margin
    assert world.compute_reward(beyond, goal, None) == pytest.approx(0.1 - 1.0)


def test_a_direction_is_rewarded_by_its_angle() -> None:
    goal = np.array([1.0, 0.0, 0.0])

    def at(angle: float) -> Any:
        return np.array([np.cos(angle), 0.0, np.sin(angle)])

    sparse, dense = make("Flip", reward="sparse"), make("Flip", reward="dense")
    assert [sparse.compute_reward(at(angle), goal) for angle in (0.19, 0.21)] == [0.0, -1.0]
    assert dense.compute_reward(at(0.2 + 1.0), goal) == pytest.approx(0.1 - 1.0)


@pytest.mark.parametrize(("name", "measured"), [("Slide", "distance_m"), ("Flip", "angle_rad")])
def test_what_is_measured_is_named_with_its_unit(name: str, measured: str) -> None:
    world = make(name)
    world.reset(seed=0)
    *_, info = world.step(np.zeros((1, 3), np.float32))
    trace = {key: values[:1] for key, values in info["measurements"].items()}
    assert f"goal_{measured}" in trace
    metrics = world.metrics([trace])
    assert metrics[f"final_{measured}"] == pytest.approx(trace[f"goal_{measured}"][0])


def test_both_boxes_of_a_stack_count() -> None:
    goal = np.zeros((1, 6))
    task = find_task("stack")
    assert task.distance(np.array([[0.0, 0.0, 0.0, 0.3, 0.4, 0.0]]), goal) == pytest.approx(0.5)
    assert task.distance(np.array([[0.0, 0.1, 0.0, 0.0, 0.0, 0.0]]), goal) == pytest.approx(0.1)


@pytest.mark.parametrize("name", ["push", "pick_and_place", "stack", "slide", "flip"])
def test_splits_share_no_shape(name: str) -> None:
    shapes = [shape for split in EVERY_SPLIT for shape in find_task(name).shapes(split)]
    assert len(set(shapes)) == len(shapes) >= 18


def test_a_direction_is_as_far_as_the_angle_between_whatever_the_lengths() -> None:
    task = find_task("flip")
    east, up = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 3.0])
    assert task.distance(up, east) == pytest.approx(np.pi / 2)
    assert task.distance(-2.0 * east, east) == pytest.approx(np.pi)
    near = np.array([[1.0, 1e-4, 0.0], [0.0, 0.1, 0.1]])  # and what an arccosine would round away
    np.testing.assert_allclose(task.distance(near, east), [1e-4, np.pi / 2], rtol=1e-6)


def test_the_painted_end_looks_where_the_boxs_own_z_axis_points() -> None:
    half = np.sqrt(0.5)
    bodies = allocate(4, Sizes(arm=7, joints=9, links=13, objects=1, actions=3)).bodies
    bodies.object_pose[:, 0, 3:] = [
        (0.0, half, 0.0, half),  # a quarter turn about y
        (half, 0.0, 0.0, half),  # about x
        (0.0, 0.0, half, half),  # about z, which nobody sees
        (half, half, 0.0, 0.0),  # head down
    ]
    looks = [(1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)]
    np.testing.assert_allclose(find_task("flip").achieved(bodies), looks, atol=1e-12)


def test_a_box_begins_a_quarter_turn_from_its_goal_which_is_square_to_a_side() -> None:
    task, random = find_task("flip"), np.random.default_rng(0)
    boxes = [(box,) for box in task.shapes("test")]
    layout = task.lay_out(random.random((len(boxes), task.draws)), boxes)
    upright = np.array([0.0, 0.0, 1.0])
    np.testing.assert_allclose(task.distance(upright, layout.goal), np.pi / 2)
    quarters = (np.arctan2(layout.goal[:, 1], layout.goal[:, 0]) - layout.object_turn[:, 0]) * 2
    np.testing.assert_allclose(quarters / np.pi, np.round(quarters / np.pi), atol=1e-9)
    assert len(set(np.round(quarters / np.pi) % 4)) > 1


def test_people_see_the_goal_of_a_box_on_the_side_where_its_end_shall_look() -> None:
    bodies = allocate(1, Sizes(arm=7, joints=9, links=13, objects=1, actions=3)).bodies
    bodies.object_pose[0, 0, :3] = (0.1, 0.0, 0.05)
    mark = find_task("flip").mark(np.array([[0.0, 1.0, 0.0]]), bodies)
    np.testing.assert_allclose(mark, [[0.1, 0.1, 0.05]])


def test_both_colours_of_a_box_that_tips_are_seen() -> None:
    world = make("Flip", observations=("camera", "semantic"), randomization="none")
    observation, _ = world.reset(seed=0)
    own = observation["camera"][observation["semantic"] == SemanticClass.OBJECT].astype(int)
    red = (own[:, 0] > own[:, 2] + 40).sum()
    blue = (own[:, 2] > own[:, 0] + 40).sum()
    assert blue > 10
    assert red > 10


@pytest.mark.parametrize("split", EVERY_SPLIT)
def test_no_arm_pushes_a_puck_as_far_as_its_goal(split: str) -> None:
    """Not even to the edge of what is near enough, with the tool where it can go at most."""
    task, count = find_task("slide"), 200
    pucks = [(task.shapes(split)[number % 8],) for number in range(count)]
    uniform = np.random.default_rng(0).random((count, task.draws))
    layout = task.lay_out(in_split(uniform, split), pucks)
    for goal, (puck,) in zip(layout.goal, pucks, strict=True):
        nearest = nearest_in_reach(goal, PANDA)[:2]
        fingers = 0.0102  # [m] from the tool point to their front
        missing = np.linalg.norm(goal[:2] - nearest) - fingers - puck.size[0] / 2
        assert missing > task.tolerance
        depth = FRONT.mount.camera_from_body @ np.append(goal, 1.0)
        fx, fy, cx, cy = FRONT.camera.intrinsics
        seen = np.array([fx * depth[0] / depth[2] + cx, fy * depth[1] / depth[2] + cy])
        assert (np.abs(seen - 42.0) < 40.0).all(), "the front camera does not see the goal"


def test_pucks_are_smooth() -> None:
    world = make("Slide", 4)
    _, info = world.reset(seed=0)
    np.testing.assert_allclose(
        world.get_state()["friction"][:, 0], 0.06 * info["randomization"]["friction"]
    )


def test_splits_share_no_number_and_each_covers_the_range() -> None:
    uniform = np.random.default_rng(0).random(20_000)
    cells = [set((in_split(uniform, split) * 32).astype(int)) for split in EVERY_SPLIT]
    assert not cells[0] & cells[1] | cells[0] & cells[2] | cells[1] & cells[2]
    assert set.union(*cells) == set(range(32))
    for split in EVERY_SPLIT:
        values = in_split(uniform, split)
        assert values.min() < 0.1
        assert values.max() > 0.9


def test_the_things_of_an_episode_are_different_ones() -> None:
    which = distinct(np.random.default_rng(0).random((4_000, 3)), 4)
    assert all(len(set(row)) == 3 for row in which.tolist())
    _, counts = np.unique(which, axis=0, return_counts=True)
    assert len(counts) == 4 * 3 * 2
    assert counts.min() > 0.7 * counts.mean()


def test_default_observations_are_those_of_a_goal_task_with_two_cameras() -> None:
    env = gym.make("autonomy/ArmPickAndPlace-v0")
    observation, _ = env.reset(seed=0)
    assert set(observation) == {"camera", "camera_wrist", "proprioception", *GOALS}
    assert observation["camera"].shape == observation["camera_wrist"].shape == (84, 84, 3)
    env.close()


@pytest.mark.parametrize("robot", ROBOTS)
def test_the_wrist_camera_goes_with_the_wrist_and_the_front_camera_stays(robot: str) -> None:
    world = make("Push", robot=robot, observations=("semantic", "depth"), randomization="none")
    before, _ = world.reset(seed=0)
    for key in ("semantic", "semantic_wrist"):
        assert {SemanticClass.ROBOT, SemanticClass.TABLE} <= set(before[key].ravel())
    for _ in range(6):
        after, *_ = world.step(np.array([[0.0, 0.0, 1.0]], np.float32))
    risen = np.median(after["depth_wrist"]) - np.median(before["depth_wrist"])
    assert risen == pytest.approx(6 * 0.03, abs=0.03)
    still = (before["semantic"] == after["semantic"]) & (before["semantic"] == SemanticClass.TABLE)
    np.testing.assert_array_equal(before["depth"][still], after["depth"][still])


def test_the_first_frame_is_fresh() -> None:
    """What an episode shows first is what it shows again when nothing has moved."""
    world = make("Push", observations=("camera",))
    world.reset(seed=1)
    for _ in range(10):
        world.step(np.ones((1, 3), np.float32))
    first, _ = world.reset(seed=0)
    again, _ = world.reset(options={"reset_mask": np.zeros(1, np.bool_)})
    assert_same(first, again)
    other = make("Push", observations=("camera",))
    assert_same(other.reset(seed=0)[0], first)


def test_the_mark_of_the_goal_is_for_people_alone() -> None:
    world: Any = make("PickAndPlace", observations=("semantic",), render_mode="rgb_array")
    observation, _ = world.reset(seed=0)
    assert not (observation["semantic"] == SemanticClass.GOAL).any()
    green = world.render()[0].astype(int)
    is_mark = (green[..., 1] > green[..., 0] + 60) & (green[..., 1] > green[..., 2] + 60)
    assert is_mark.sum() > 50


def test_what_a_step_comes_to() -> None:
    arrived, late, lost = np.array(list(product([False, True], repeat=3))).T
    verdict = endings(Judgement({}, arrived, {}, {}), True, late, lost)
    assert verdict.reason.tolist() == [
        "",
        "physics_lost",
        "time_limit",
        "physics_lost",
        "success",
        "physics_lost",
        "success",
        "physics_lost",
    ]
    assert_same(verdict.success, verdict.reason == "success")
    assert_same(verdict.terminated, verdict.success)
    assert_same(verdict.truncated, (verdict.reason != "") & ~verdict.success)


def test_what_moves_has_not_arrived() -> None:
    bodies = allocate(3, Sizes(arm=7, joints=9, links=13, objects=2, actions=4)).bodies
    bodies.object_velocity[1, 1, 2] = 0.06  # [m/s]
    bodies.tool_velocity[2, 0] = 0.06
    assert find_task("stack").is_still(bodies).tolist() == [True, False, True]
    assert find_task("reach").is_still(bodies).tolist() == [True, True, False]
    bodies.object_velocity[0, 0, 5] = 0.6  # [rad/s]
    assert find_task("flip").is_still(bodies).tolist() == [False, False, True]
    assert find_task("slide").is_still(bodies).tolist() == [True, False, True]


def test_the_state_is_the_truth_in_the_order_that_its_docstring_gives() -> None:
    world = make("Push", 2)
    observation, _ = world.reset(seed=0)
    for _ in range(5):
        observation, *_ = world.step(np.full((2, 3), 0.5, np.float32))
    truth = world.get_state()
    thing, tool = truth["object_pose"][:, 0], truth["tool_position"]
    expected = [
        truth["joint_position"],
        truth["joint_velocity"],
        tool,
        truth["tool_velocity"],
        thing,
        truth["object_velocity"][:, 0],
        thing[:, :3] - tool,
    ]
    np.testing.assert_allclose(observation["state"], np.hstack(expected), atol=1e-4)
