"""The physics of the arm: it holds still, keeps its limits, and goes where it is told."""

import resource
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from arm_cases import endless, make
from world_cases import assert_same

from autonomy.envs.arm.find_robot import ROBOTS, find_robot
from autonomy.envs.arm.physics.controllers import CONTROLS
from autonomy.envs.arm.physics.tool_control import STEP, TURN
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.appearance import ArmRandomization
from autonomy.envs.arm.tasks.pick_and_place import PickAndPlace
from autonomy.envs.arm.tasks.push import Push
from autonomy.randomization import between

HOLDING = [control for control in CONTROLS if not control.endswith(("velocity", "torque"))]


def hold(world: Any, control: str) -> np.ndarray[Any, Any]:
    """The action that asks for the place where the arm is."""
    if control != "joint_position":
        return np.zeros(world.action_space.shape, np.float32)
    arm = world._physics._simulations[0]._arm.parts.arm
    low, high = np.maximum(arm.lower, -np.pi), np.minimum(arm.upper, np.pi)
    joints = world._bodies.joint_position[:, : len(low)]
    return (2.0 * (joints - low) / (high - low) - 1.0).astype(np.float32)


@pytest.mark.parametrize("robot", ROBOTS)
@pytest.mark.parametrize("control", HOLDING)
def test_an_arm_that_is_told_nothing_holds_still(robot: str, control: str) -> None:
    world = make("Reach", robot=robot, control=control, max_episode_steps=1000)
    world.reset(seed=0)
    action, before = hold(world, control), world._bodies.tool_position.copy()
    for _ in range(100):  # 5 s
        world.step(action)
        assert np.abs(world._bodies.tool_position - before).max() < 0.001


@pytest.mark.parametrize("robot", ROBOTS)
@pytest.mark.parametrize("control", CONTROLS)
def test_limits_are_never_exceeded(robot: str, control: str) -> None:
    world = make("Reach", robot=robot, control=control, max_episode_steps=1000)
    arm = world._physics._simulations[0]._arm.parts.arm
    random, count = np.random.default_rng(0), len(arm.numbers)
    world.reset(seed=0)
    for step in range(150):
        if step % 10 == 0:
            action = random.uniform(-1.0, 1.0, world.action_space.shape).astype(np.float32)
        world.step(action)
        joints, speeds = (
            values[0, :count]
            for values in (world._bodies.joint_position, world._bodies.joint_velocity)
        )
        assert (joints >= arm.lower).all()
        assert (joints <= arm.upper).all()
        assert (np.abs(speeds) <= arm.speed).all()


@pytest.mark.parametrize("robot", ROBOTS)
def test_the_tool_goes_where_it_is_told(robot: str) -> None:
    """Straight, by the step times the action, and without turning."""
    world = make("Reach", robot=robot, max_episode_steps=1000)
    world.reset(seed=0)
    arm = world._physics._simulations[0]._arm
    world.step(np.zeros((1, 3), np.float32))
    start, turn = world._bodies.tool_position[0].copy(), arm.tool().turn
    for direction in np.vstack([np.eye(3), -np.eye(3)]):
        for action in [direction] * 3 + [np.zeros(3)] * 10:
            world.step(action[np.newaxis].astype(np.float32))
        start = start + 3 * STEP * direction
        np.testing.assert_allclose(world._bodies.tool_position[0], start, atol=0.002)
        np.testing.assert_allclose(arm.tool().turn, turn, atol=0.05)


@pytest.mark.parametrize("name", ROBOTS)
def test_the_tool_stays_within_reach(name: str) -> None:
    world = make("Reach", robot=name, max_episode_steps=1000)
    world.reset(seed=0)
    for _ in range(80):
        world.step(np.array([[1.0, 1.0, 0.0]], np.float32))
    place = world._bodies.tool_position[0, :2] - find_robot(name).standing.base[:2]
    assert np.hypot(*place) < find_robot(name).standing.reach + 0.01


def test_a_pose_turns_about_the_vertical() -> None:
    world = make("Reach", control="pose", max_episode_steps=1000)
    world.reset(seed=0)
    arm = world._physics._simulations[0]._arm
    for _ in range(10):
        world.step(np.zeros((1, 4), np.float32))
    before, place = arm.tool().turn, world._bodies.tool_position.copy()
    for turn in [1.0] * 4 + [0.0] * 20:
        world.step(np.array([[0.0, 0.0, 0.0, turn]], np.float32))
    angle = 4 * TURN
    cos, sin = np.cos(angle), np.sin(angle)
    about_z = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(arm.tool().turn, about_z @ before, atol=0.01)
    np.testing.assert_allclose(world._bodies.tool_position, place, atol=0.001)


@pytest.mark.parametrize("name", ROBOTS)
def test_fingers_move_together(name: str) -> None:
    robot = find_robot(name)
    shut, wide = np.array(robot.gripper_closed), np.array(robot.gripper_open)
    world = make("PickAndPlace", robot=name)
    world.reset(seed=0)
    for opening in (-1.0, 1.0, 0.0):
        for _ in range(25):
            world.step(np.array([[0.0, 0.0, 0.0, opening]], np.float32))
        fingers = world._bodies.joint_position[0, -len(shut) :]
        expected = shut + (wide - shut) * (opening + 1.0) / 2.0
        np.testing.assert_allclose(fingers, expected, atol=0.02 * np.abs(wide - shut).max())


def test_things_lie_where_they_were_laid() -> None:
    """Also after a second: nothing sinks, jumps or rolls away."""
    world = make("Push", 16, max_episode_steps=1000)
    world.reset(seed=0)
    before = world._bodies.object_pose.copy()
    for _ in range(20):
        world.step(np.zeros(world.action_space.shape, np.float32))
    np.testing.assert_allclose(world._bodies.object_pose, before, atol=0.002)


@pytest.mark.parametrize("robot", ROBOTS)
def test_many_episodes_take_no_more_memory(robot: str) -> None:
    world = make("Push", robot=robot)
    world.reset(seed=0)
    for _ in range(200):
        world.reset()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(10_000):
        world.reset()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 4.0, f"{grown} MB"  # a few hundred bytes a reset; the allocator moves by 2 MB


def test_the_tools_velocity_is_how_its_place_changes() -> None:
    """Also where the tool point is far from its link's centre of mass, and the link turns."""
    robot = replace(find_robot("panda"), tool_point=(0.1, 0.05, 0.1))
    world = make("Reach", robot=robot, control="joint_velocity", substeps=200)
    world.reset(seed=0)
    arm = world._physics._simulations[0]._arm
    for _ in range(3):
        world.step(np.array([[0.2, 0.1, -0.2, 0.3, 0.2, -0.3, 0.5]], np.float32))
    before, velocity = arm.tool().position, arm.tool().velocity
    arm._client.stepSimulation()
    moved = (arm.tool().position - before) * 20.0 * 200
    assert np.linalg.norm(velocity) > 0.05
    np.testing.assert_allclose(moved, velocity, atol=0.01)


def test_a_grasp_shuts_both_fingers_around_the_middle_of_a_thing() -> None:
    world = make("PickAndPlace", 8)
    world.reset(seed=0)
    expert = world.expert()
    for _ in range(11):
        world.step(expert.act({}))
    left, right = world._bodies.joint_position[:, -2:].T
    assert ((left > 0.015) & (left < 0.038)).all()
    np.testing.assert_allclose(left, right, atol=0.001)


@pytest.mark.parametrize("robot", ROBOTS)
def test_a_grasp_goes_on_from_its_state_to_the_bit(robot: str) -> None:
    task = endless(PickAndPlace())
    world, other = (make("PickAndPlace", 2, robot=robot, task=task) for _ in range(2))
    for one, seed in ((world, 0), (other, 1)):
        one.reset(seed=seed)
        for _ in range(11):
            one.step(one.expert().act({}))
    other.set_state(world.get_state())
    start = world._bodies.object_pose.copy()
    for _ in range(10):
        ours, theirs = (one.step(one.expert().act({})) for one in (world, other))
        assert_same(ours[0], theirs[0])
    assert np.abs(world._bodies.object_pose - start).max() > 0.01, "nothing was carried"


@pytest.mark.parametrize("name", ["mass", "friction", "joint_damping", "motor_gain"])
def test_what_is_drawn_reaches_the_physics(name: str) -> None:
    ends: list[Any] = []
    for value in (0.2, 0.9):
        ranges = replace(ArmRandomization(), **{name: between(value, value)})
        world = make("Push", randomization=ranges, task=endless(Push()))
        world.reset(seed=0)
        expert = world.expert()
        for _ in range(20):
            world.step(expert.act({}))
        ends.append(np.hstack([world._bodies.object_pose[0, 0], world._bodies.joint_position[0]]))
    assert np.abs(ends[0] - ends[1]).max() > 1e-4


def test_a_joint_that_turns_without_end_has_no_limits(stick_arm: Robot) -> None:
    world = make("Reach", robot=stick_arm, control="joint_velocity", max_episode_steps=1000)
    world.reset(seed=0)
    for _ in range(100):
        world.step(np.array([[1.0, 0.0]], np.float32))
    assert world._bodies.joint_position[0, 0] > 2 * np.pi
