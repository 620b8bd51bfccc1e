"""What is said of robots, and joints that follow others."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arm_cases import make
from robot_cases import ARM, FINGERS, joint, link, robot_of, written

from autonomy.envs.arm.physics.arm import Arm
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.postures import make_postures
from autonomy.envs.arm.robot import PANDA, XARM6, Robot
from autonomy.errors import InputError

NAN = float("nan")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base": (0, 0)}, r"base must be 3 finite numbers, got \(0, 0\)"),
        ({"base": 0.5}, "base must be 3 finite numbers, got 0.5"),
        ({"tool_point": (0, 0, NAN)}, "tool_point must be 3 finite numbers"),
        ({"home": (NAN,) * 7}, "home must be finite numbers"),
        ({"home": "home"}, "home must be finite numbers, got 'home'"),
        ({"home": (None,) * 7}, "home must be finite numbers"),
        ({"home": (0.0,)}, "home must give one position for each of 7 arm joints, got 1"),
        ({"reach": -1}, "reach must be a positive number, got -1"),
        ({"reach": 0.0}, "reach must be a positive number, got 0.0"),
        ({"reach": NAN}, "reach must be a positive number, got nan"),
        ({"reach": "far"}, "reach must be a positive number, got 'far'"),
        ({"gripper_width": -0.1}, "gripper_width must be a number that is not negative, got -0.1"),
        ({"gripper_inertia": 0.0}, "gripper_inertia must be a positive number, got 0.0"),
        ({"arm_joints": "panda_joint1"}, "arm_joints must be a tuple of names, got 'panda_joint1'"),
        ({"arm_joints": (1, 2)}, r"arm_joints must be a tuple of names, got \(1, 2\)"),
        ({"gripper_joints": "finger"}, "gripper_joints must be a tuple of names, got 'finger'"),
        (
            {"arm_joints": ("j1",) * 7},
            "a robot's joints must be named once each, got j1 7 times",
        ),
        (
            {"gripper_joints": ("panda_joint1", "panda_finger_joint2")},
            "must be named once each, got panda_joint1 2 times",
        ),
        ({"urdf": None}, "urdf must be a name, got None"),
        ({"tool_link": 3}, "tool_link must be a name, got 3"),
        ({"packages": "here"}, "packages must be paths, got 'here'"),
    ],
)
def test_robots_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(PANDA, **change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"home": (0.0, 0.19, 0.0, 5.0, 0.0, 2.41, 0.785)},
            "home of panda_joint4 must be within its limits of -3.1416 to 0, got 5",
        ),
        (
            {"gripper_open": (0.5, 0.5)},
            "gripper_open of panda_finger_joint1 must be within its limits of 0 to 0.04, got 0.5",
        ),
        (
            {"arm_joints": ("panda_hand_joint",), "home": (0.0,)},
            "arm_joints must move, got panda_hand_joint, which is fixed in panda.urdf",
        ),
        (
            {"tool_link": "panda_link4"},
            "arm_joints must carry the tool link panda_link4, got panda_joint5, which does not",
        ),
        (
            {"gripper_joints": ("panda_finger_joint2",), "gripper_open": (0.04,)}
            | {"gripper_closed": (0.0,)},
            "gripper_joints must name panda_finger_joint1, which panda_finger_joint2 mimics",
        ),
    ],
)
def test_robots_that_are_not_as_their_file_are_refused(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        make("Reach", robot=replace(PANDA, **change))


def test_lists_and_arrays_do_as_well_as_tuples() -> None:
    home = np.array(PANDA.home)
    assert replace(PANDA, arm_joints=list(PANDA.arm_joints), home=home) == PANDA  # type: ignore[arg-type] - accepted
    assert hash(replace(PANDA, home=list(PANDA.home))) == hash(PANDA)  # type: ignore[arg-type] - accepted


def test_an_arm_joint_that_follows_another_is_refused(tmp_path: Path) -> None:
    follows = ARM.replace("</joint>", '<mimic joint="j2"/></joint>', 1)
    with pytest.raises(InputError, match="must move by themselves, got j1, which mimics j2"):
        make("Reach", robot=robot_of(written(tmp_path, follows)))


def gripping(folder: Path) -> Robot:
    more: dict[str, object] = {"gripper_joints": ("g1",), "gripper_open": (0.04,)}
    return robot_of(written(folder, ARM + FINGERS), gripper_closed=(0.0,), **more)


def test_a_joint_that_mimics_another_follows_it(tmp_path: Path) -> None:
    """At -0.5 times the other's position, plus 10 mm."""
    client = connect()
    arm = Arm(client, gripping(tmp_path))
    parts = arm.parts
    (follower,) = parts.followers
    assert parts.others.numbers == []

    def fingers() -> tuple[float, float]:
        numbers = (follower.leader, follower.joint)
        leader, led = (client.getJointState(parts.body, k)[0] for k in numbers)
        return leader, led

    assert fingers() == pytest.approx((0.0, 0.01))
    arm.pose((0.1, 0.2), opening=1.0)
    assert fingers() == pytest.approx((0.04, -0.01))
    for _ in range(200):
        arm.grip(0.0)
        client.stepSimulation()
        leader, led = fingers()
        assert led == pytest.approx(-0.5 * leader + 0.01, abs=2e-4)
    assert leader == pytest.approx(0.02, abs=1e-3)
    client.disconnect()


def test_what_follows_the_gripper_is_of_the_hand(tmp_path: Path) -> None:
    postures = make_postures(gripping(tmp_path), 2, grips=True, random=np.random.default_rng(0))
    assert postures.gripper_links == {2, 3, 4}  # the hand, and both fingers


def test_followers_of_followers_go_with_the_first(tmp_path: Path) -> None:
    chain = link("tip") + joint(
        "g3",
        "hand",
        "tip",
        more='<mimic joint="g2" multiplier="4" offset="0.1"/>',
    )
    path = written(tmp_path, ARM + FINGERS + chain)
    client = connect()
    robot = robot_of(path, gripper_joints=("g1",), gripper_open=(0.04,), gripper_closed=(0.0,))
    parts = Arm(client, robot).parts
    last = parts.followers[-1]
    assert (last.multiplier, last.offset) == pytest.approx((-2.0, 0.14))
    assert last.leader == parts.gripper.numbers[0]
    client.disconnect()


def test_what_is_named_of_the_gripper_needs_no_gears_of_ours() -> None:
    for robot in (PANDA, XARM6):
        client = connect()
        assert Arm(client, robot).parts.followers == ()
        client.disconnect()
