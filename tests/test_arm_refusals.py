"""Arm worlds: robots, cameras and options that cannot be."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from arm_cases import make

from autonomy.camera.mount import Mount
from autonomy.envs.arm.options import FRONT
from autonomy.envs.arm.physics import bullet
from autonomy.envs.arm.robot import PANDA, Robot
from autonomy.errors import InputError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"control": "mind"}, "control must be one of position, .* got 'mind'"),
        ({"reward": "medal"}, "reward must be sparse or dense, got 'medal'"),
        ({"robot": "r2d2"}, "robot must be one of panda, kuka, xarm6, a Robot, .* got 'r2d2'"),
        ({"substeps": 0}, "substeps must be positive, got 0"),
        ({"triangles": -1}, "triangles must be positive, got -1"),
        ({"processes": -1}, "processes must not be negative, got -1"),
        ({"cameras": {}}, "cameras must name at least one camera, got none"),
        (
            {"cameras": "hidden"},
            "cameras must be default, perception, all, a JSON file .* got 'hidden'",
        ),
        (
            {"cameras": {"odd": replace(FRONT, mount=Mount("moon"))}},
            "camera odd must be on one of world, tool, .*panda_hand.*, got moon",
        ),
        ({"robot": replace(PANDA, urdf="nowhere.urdf")}, "robot file must exist.*nowhere.urdf"),
        (
            {"robot": replace(PANDA, tool_link="beak")},
            "link must be one of .*panda_hand.* of panda.urdf, got 'beak'",
        ),
        (
            {"robot": replace(PANDA, arm_joints=("elbow",), home=(0.0,))},
            "joint must be one of .*panda_joint1.* of panda.urdf, got 'elbow'",
        ),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make("Reach", **options)


def test_a_malformed_robot_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.urdf").write_text("<robot><link")
    robot = replace(PANDA, urdf=tmp_path / "broken.urdf")
    with pytest.raises(InputError, match=r"robot file .*broken\.urdf must be a URDF"):
        make("Reach", robot=robot)


@pytest.mark.parametrize("field", ["home", "gripper_open", "gripper_closed", "gripper_force"])
def test_robots_name_a_position_for_each_joint(field: str) -> None:
    with pytest.raises(InputError, match=f"{field} must give one .* for each of"):
        replace(PANDA, **{field: (0.0, 0.0, 0.0)})


def test_a_robot_without_a_gripper_reaches_and_cannot_pick() -> None:
    bare = Robot(PANDA.urdf, PANDA.arm_joints, PANDA.tool_link, PANDA.home)
    make("Reach", robot=bare).reset(seed=0)
    with pytest.raises(InputError, match=r"the task pick_and_place needs a gripper, .* has none"):
        make("PickAndPlace", robot=bare)


def test_experts_move_the_tool() -> None:
    with pytest.raises(InputError, match="the expert's control must be position, got pose"):
        make("Reach", control="pose").expert()


def test_without_pybullet_the_arm_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pybullet", None)
    bullet.pybullet.cache_clear()
    with pytest.raises(InputError, match=r"need PyBullet.*pip install 'autonomy\[arm\]'"):
        make("Reach")
    monkeypatch.undo()
    bullet.pybullet.cache_clear()
