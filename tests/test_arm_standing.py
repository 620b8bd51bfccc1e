"""Where robots stand, how they begin and how far they reach, found from their files alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.envs.arm.env import ArmVectorEnv
from autonomy.envs.arm.find_robot import ROBOTS, find_robot
from autonomy.envs.arm.physics.arm import Arm
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.chain import chain_of, reached
from autonomy.envs.arm.physics.robot_body import describe_robot
from autonomy.envs.arm.physics.tool_control import step_towards
from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError
from autonomy.evaluation import evaluate

LINK = """
  <link name="{name}">
    <inertial><origin xyz="{middle}"/><mass value="{mass}"/>
      <inertia ixx="0.001" iyy="0.001" izz="0.001" ixy="0" ixz="0" iyz="0"/></inertial>
    <visual><origin xyz="{middle}"/><geometry><box size="{size}"/></geometry></visual>
    <collision><origin xyz="{middle}"/><geometry><box size="{size}"/></geometry></collision>
  </link>"""
JOINT = """
  <joint name="{name}" type="revolute">
    <parent link="{parent}"/><child link="{child}"/><origin xyz="{origin}"/><axis xyz="{axis}"/>
    <limit lower="{lower}" upper="{upper}" effort="30" velocity="6"/>
  </joint>"""
LINKS = (
    ("foot", "0 0 0.03", 2.0, "0.1 0.1 0.06"),
    ("shoulder", "0 0 0.02", 0.5, "0.05 0.05 0.04"),
    ("upper", "0 0 0.1", 0.4, "0.03 0.03 0.2"),
    ("lower", "0.09 0 0", 0.3, "0.18 0.03 0.03"),
    ("wrist", "0.03 0 0", 0.1, "0.06 0.03 0.03"),
    ("hand", "0.05 0 0", 0.1, "0.1 0.02 0.02"),
)
JOINTS = (
    ("pan", "foot", "shoulder", "0 0 0.08", "0 0 1", -2.5, 2.5),
    ("lift", "shoulder", "upper", "0 0 0.04", "0 1 0", -1.9, 1.9),
    ("elbow", "upper", "lower", "0 0 0.2", "0 1 0", -1.9, 1.9),
    ("flex", "lower", "wrist", "0.18 0 0", "0 1 0", -1.9, 1.9),
    ("roll", "wrist", "hand", "0.06 0 0", "1 0 0", -2.8, 2.8),
)
TOOL = """
  <link name="tip"/>
  <joint name="tip_joint" type="fixed">
    <parent link="hand"/><child link="tip"/><origin xyz="0.1 0 0"/>
  </joint>"""


def five_joints() -> str:
    """Write an arm of five joints, as hobby arms have them: nothing turns the hand sideways."""
    links = [
        LINK.format(name=name, middle=middle, mass=mass, size=size)
        for name, middle, mass, size in LINKS
    ]
    keys = ("name", "parent", "child", "origin", "axis", "lower", "upper")
    joints = [JOINT.format(**dict(zip(keys, own, strict=True))) for own in JOINTS]
    return f'<robot name="five">{"".join((*links, *joints))}{TOOL}</robot>'


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("robots") / "five.urdf"
    path.write_text(five_joints(), encoding="utf-8")
    return path


def success(task: str, robot: Robot | Path, episodes: int = 24) -> float:
    chosen = str(robot) if isinstance(robot, Path) else robot
    mode = AutoresetMode.DISABLED
    world = ArmVectorEnv(
        8, None, mode, task=task, robot=chosen, observations=("state",), split="test", processes=0
    )
    result = evaluate(world, world.expert(), episodes)
    world.close()
    return result.success_rate


@pytest.mark.parametrize(("task", "least"), [("reach", 0.95), ("push", 0.85)])
def test_an_arm_of_five_joints_that_is_only_a_file_does_its_tasks(
    task: str, least: float, five: Path
) -> None:
    assert success(task, five) >= least


@pytest.mark.parametrize("name", ROBOTS)
def test_our_robots_do_without_what_we_say_of_them(name: str) -> None:
    bare = replace(find_robot(name), home=None, base=None, reach=None)
    assert success("reach", bare, 16) == 1.0


def moved(arm: Arm, joints: NDArray[np.float64]) -> NDArray[np.float64]:
    """How Bullet moves the tool `(3, n)` for each joint, by central differences."""
    step, ways = 1e-2, list[NDArray[np.float64]]()
    for joint in range(len(joints)):
        places = list[NDArray[np.float64]]()
        for sign in (-1.0, 1.0):
            arm.pose((joints + sign * step * np.eye(len(joints))[joint]).tolist(), -1.0)
            places.append(arm.tool().position)
        ways.append((places[1] - places[0]) / (2 * step))
    return np.stack(ways, axis=1)


@pytest.mark.parametrize("name", ROBOTS)
def test_a_chain_is_where_bullet_has_it(name: str) -> None:
    robot = find_robot(name)
    arm = Arm(connect(), robot)
    point = robot.standing.tool_point
    chain = chain_of(describe_robot(robot), robot.arm_joints, robot.tool_link, point)
    random = np.random.default_rng(0)
    for _ in range(5):
        joints = np.array(robot.standing.home) + 0.4 * random.standard_normal(len(chain.lower))
        arm.pose(joints.tolist(), -1.0)
        ours, tool = reached(chain, joints), arm.tool()
        base = np.array(robot.standing.base)
        np.testing.assert_allclose(ours.tool[:, 3] + base, tool.position, atol=1e-6)
        np.testing.assert_allclose(ours.tool[:, :3], tool.turn, atol=1e-6)
        np.testing.assert_allclose(ours.jacobian[:3], moved(arm, joints), atol=1e-4)


def test_what_is_told_stays(five: Path) -> None:
    robot = Robot(five, tuple(own[0] for own in JOINTS), "tip", base=(-0.3, 0.1, 0.0))
    assert robot.standing.base == (-0.3, 0.1, 0.0)
    home = (0.0, 0.2, 0.9, 0.5, 0.0)
    told = replace(robot, home=home, reach=0.3)
    point = (0.0, 0.0, 0.0)
    assert told.standing == (home, (-0.3, 0.1, 0.0), 0.3, 0.0, point)
    bare = Robot(five, robot.arm_joints, "tip", home)
    assert bare.standing == (home, (-0.55, 0.0, 0.0), 0.76, 0.0, point)


def test_the_tool_is_where_the_hand_ends(five: Path) -> None:
    names = tuple(own[0] for own in JOINTS)
    point = Robot(five, names, "hand").standing.tool_point
    np.testing.assert_allclose(point, (0.1, 0.0, 0.0), atol=0.006)
    assert Robot(five, names, "hand", tool_point=(0.05, 0.0, 0.0)).standing.tool_point[0] == 0.05


def test_home_is_over_the_middle_with_the_tool_down(five: Path) -> None:
    robot = find_robot(str(five))
    arm = Arm(connect(), robot)
    tool = arm.tool()
    np.testing.assert_allclose(tool.position[:2], (0.0, 0.0), atol=0.006)
    assert tool.turn[2, 0] < -0.98  # the hand's x axis is the one that it points along
    assert 0.05 < tool.position[2] < 0.25


def test_goals_and_things_are_within_reach(five: Path) -> None:
    world = ArmVectorEnv(
        64, task="push", robot=str(five), observations=("state",), split="train", processes=0
    )
    world.reset(seed=0)
    standing = find_robot(str(five)).standing
    things, goals = world._bodies.object_pose[:, 0, :2], world._stage.goal[:, :2]
    for places in (things, goals):
        away = np.hypot(*(places - standing.base[:2]).T)
        assert (away < standing.reach - 0.05).all()
        assert (away > standing.nearest).all()
    assert (np.hypot(*(things - goals).T) > 0.05).all(), "some goals are reached as they begin"
    world.close()


def test_a_step_never_leaves_the_joints_range_and_place_comes_before_turn() -> None:
    random = np.random.default_rng(1)
    for count in (2, 4, 5, 6, 7):
        jacobian = random.standard_normal((6, count))
        error = 0.05 * random.standard_normal(6)
        low, high = -0.02 * np.ones(count), 0.02 * np.ones(count)
        homewards = 0.1 * random.standard_normal(count)
        step = step_towards(jacobian, error, homewards, low, high)
        assert (step >= low - 1e-12).all()
        assert (step <= high + 1e-12).all()
        far = 10.0 * np.ones(count)
        free = step_towards(jacobian, error, homewards, -far, far)
        if count >= 3:
            np.testing.assert_allclose(jacobian[:3] @ free, error[:3], atol=2e-3)


@pytest.mark.parametrize(
    ("arm_joints", "tool_link", "message"),
    [
        ((), "palm", "link must be one of foot, shoulder, .* of five.urdf, got 'palm'"),
        (("pan", "lift"), "foot", "arm_joints must carry the tool link foot, got pan"),
        (("pan", "twist"), "tip", "joint must be one of pan, .* got 'twist'"),
    ],
)
def test_what_a_file_has_not_is_refused(
    arm_joints: tuple[str, ...], tool_link: str, message: str, five: Path
) -> None:
    with pytest.raises(InputError, match=message):
        ArmVectorEnv(1, robot=str(five), arm_joints=arm_joints, tool_link=tool_link)


def test_what_the_tool_is_on_is_asked_for_where_there_is_a_choice(tmp_path: Path) -> None:
    twins = TOOL.replace("tip", "left") + TOOL.replace("tip", "right")
    path = tmp_path / "twins.urdf"
    path.write_text(five_joints().replace(TOOL, twins), encoding="utf-8")
    with pytest.raises(InputError, match=r"tool_link must be named, .*ends in left, right"):
        find_robot(str(path))
    assert find_robot(str(path), (), "left").arm_joints == tuple(own[0] for own in JOINTS)


def test_names_of_joints_go_with_files_only() -> None:
    with pytest.raises(InputError, match=r"tool_link must go with a URDF or SDF file .*'panda'"):
        ArmVectorEnv(1, robot="panda", tool_link="panda_hand")


def test_an_arm_that_does_not_get_to_the_table_says_so(five: Path) -> None:
    robot = Robot(five, tuple(own[0] for own in JOINTS), "tip", base=(-3.0, 0.0, 0.0))
    with pytest.raises(InputError, match="must bring its tool tip to the table, pointing down"):
        _ = robot.standing
