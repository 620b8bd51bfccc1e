"""Grippers that are found in files, and those of which one jaw moves."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from autonomy.envs.arm.descriptions.hand import with_solid_hand
from autonomy.envs.arm.descriptions.reading import read_description
from autonomy.envs.arm.find_robot import find_robot
from autonomy.envs.arm.physics.arm import Arm
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.collision_mesh import read_collision_mesh
from autonomy.envs.arm.physics.lone_jaw import LoneJaw, lone_jaw_of, middle_of
from autonomy.envs.arm.physics.quaternions import inverse, turned
from autonomy.envs.arm.physics.robot_body import describe_robot
from autonomy.envs.arm.robot_facts import robot_facts
from tests.test_arm_standing import JOINT, LINK, five_joints, success

Z, X = np.array((0.0, 0.0, 1.0)), np.array((1.0, 0.0, 0.0))


def jaw(name: str, side: float, lower: float, upper: float, more: str = "") -> str:
    """A finger along a side of the hand of the arm of five joints, which turns away from it."""
    link = LINK.format(name=name, middle="0.04 0 0", mass=0.02, size="0.08 0.01 0.02")
    joint = JOINT.format(
        name=f"{name}_joint",
        parent="hand",
        child=name,
        origin=f"0.02 {0.015 * side} 0",
        axis="0 0 1",
        lower=lower,
        upper=upper,
    )
    return link + joint.replace("</joint>", f"{more}</joint>")


def vice() -> str:
    """A jaw that slides away from the hand, by at most 12 cm."""
    turning = jaw("jaw", 1.0, 0.0, 0.12)
    return turning.replace('"revolute"', '"prismatic"').replace("0 0 1", "0 1 0")


def written(folder: Path, *elements: str, arm: str = "", name: str = "gripping.urdf") -> str:
    path = folder / name
    whole = (arm or five_joints()).replace("</robot>", "".join((*elements, "</robot>")))
    path.write_text(whole, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_jaw_closes_to_the_hand_and_opens_by_ten_centimetres(sign: float, tmp_path: Path) -> None:
    lower, upper = sorted((0.0, sign * 2.0))
    robot = find_robot(written(tmp_path, jaw("jaw", sign, lower, upper)))
    assert robot.gripper_joints == ("jaw_joint",)
    assert robot.gripper_closed == (0.0,)
    lever = np.hypot(robot.tool_point[0] + 0.08, 0.005)  # type: ignore[index] - it was found
    (opened,) = robot.gripper_open
    assert 2.0 * lever * np.sin(abs(opened) / 2.0) == pytest.approx(0.1, abs=0.015)
    assert np.sign(opened) == sign
    assert robot.tool_point is not None
    np.testing.assert_allclose(robot.tool_point[1:], (sign * 0.01, 0.0), atol=2e-3)


def test_fingers_that_follow_are_none_of_ones_own(tmp_path: Path) -> None:
    mimic = '<mimic joint="left_finger_joint" multiplier="-1"/>'
    robot = find_robot(
        written(
            tmp_path,
            jaw("left_finger", 1.0, 0.0, 0.9),
            jaw("right_finger", -1.0, -0.9, 0.0, mimic),
        )
    )
    assert robot.gripper_joints == ("left_finger_joint",)
    description = describe_robot(robot)
    assert lone_jaw_of(description, robot) is None
    fingers = Arm(connect(), robot).parts.fingers
    assert [description.joints[finger].name for finger in fingers] == [
        "left_finger_joint",
        "right_finger_joint",
    ]


def test_an_arm_without_fingers_has_no_gripper(tmp_path: Path) -> None:
    assert find_robot(written(tmp_path)).gripper_joints == ()


def test_with_one_jaw_that_moves_things_are_picked_and_placed(tmp_path: Path) -> None:
    robot = find_robot(written(tmp_path, vice()))
    assert robot.gripper_open == (0.1,)
    assert success("pick_and_place", robot) >= 0.85


def test_the_middle_goes_half_as_far_as_the_jaw() -> None:
    slides = LoneJaw(X, Z, slides=True, closed=0.01)
    np.testing.assert_allclose(middle_of(slides, np.array((0.01, 0.05))), ((0, 0, 0), (0.02, 0, 0)))
    turns = LoneJaw(Z, np.array((0.0, -0.08, 0.3)), slides=False, closed=-0.5)
    quarter = np.array((np.pi / 2 - 0.5,))  # what was at y = -0.08 is at x = 0.08
    np.testing.assert_allclose(middle_of(turns, quarter), ((0.04, 0.04, 0.0),), atol=1e-9)


def test_a_jaw_is_where_bullet_has_it(tmp_path: Path) -> None:
    robot = find_robot(written(tmp_path, jaw("jaw", 1.0, 0.0, 2.0)))
    client = connect()
    arm = Arm(client, robot)
    number = arm.parts.gripper.numbers[0]
    closed, opened = (place_of_jaw(client, arm, number, opening) for opening in (-1.0, 1.0))
    tool = arm.tool()
    own = tool.turn.T @ np.stack([tool.position - closed[0], opened[0] - tool.position], axis=1)
    meeting = opened[1] @ closed[1].T @ (tool.turn @ own[:, 0]) + opened[0]
    assert arm.jaw is not None
    middle = middle_of(arm.jaw, np.array(robot.gripper_open))[0]
    np.testing.assert_allclose(tool.turn @ middle, (meeting - tool.position) / 2.0, atol=1e-6)


def place_of_jaw(
    client: object, arm: Arm, number: int, opening: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where Bullet has a jaw, and how it is turned."""
    arm.pose(arm.robot.standing.home, opening)
    state = client.getLinkState(arm.parts.body, number, computeForwardKinematics=1)  # type: ignore[attr-defined] - nobody typed it
    turn = client.getMatrixFromQuaternion(state[5])  # type: ignore[attr-defined] - likewise
    return np.array(state[4]), np.array(turn).reshape(3, 3)


def test_quaternions_turn_vectors_there_and_back() -> None:
    quarter = np.array([(0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5))])
    vector = np.array([(1.0, 2.0, 3.0)])
    np.testing.assert_allclose(turned(vector, quarter), [(-2.0, 1.0, 3.0)], atol=1e-12)
    np.testing.assert_allclose(turned(turned(vector, quarter), inverse(quarter)), vector)


def test_slabs_leave_room_that_a_hull_fills(tmp_path: Path) -> None:
    """Of an angle whose arms are 10 and 4 long and 1 thick, the hull fills most of the corner."""
    outline = np.array([(0, 0), (10, 0), (10, 1), (1, 1), (1, 4), (0, 4)], np.float64)
    angle = trimesh.creation.extrude_triangulation(
        outline, [(0, 1, 2), (0, 2, 3), (0, 3, 5), (3, 4, 5)], 1.0
    )
    file = tmp_path / "angle.stl"
    angle.export(file)
    volumes = [volume_of(read_collision_mesh(file, False, slabs).obj) for slabs in (1, 8)]
    assert volumes[0] == pytest.approx(10 + 3 + 0.5 * 9 * 3, abs=1e-6)
    assert volumes[1] == pytest.approx(10 + 3 + 0.5 * 0.25 * 3, abs=1e-6)  # of the first slab


def volume_of(obj: bytes) -> float:
    corners, volume = list[list[float]](), 0.0
    solids = obj.decode().split("o solid")[1:]
    for solid in solids:
        own = [line.split()[1:] for line in solid.splitlines() if line.startswith("v ")]
        corners = [[float(word) for word in words] for words in own]
        volume += float(trimesh.convex.convex_hull(np.array(corners)).volume)
    return volume


def test_a_hand_that_nothing_touches_is_touched_where_it_is_seen(tmp_path: Path) -> None:
    path = Path(written(tmp_path))
    text = path.read_text(encoding="utf-8")
    start = text.index('<link name="hand">')
    end = text.index("</link>", start)
    hand = text[start:end]
    bare = hand[: hand.index("<collision>")] + hand[hand.index("</collision>") + 12 :]
    path.write_text(text[:start] + bare + text[end:], encoding="utf-8")
    description = with_solid_hand(read_description(path), "roll")
    (touched,) = description.link["hand"].collisions
    (seen,) = description.link["hand"].visuals
    assert (touched.geometry, touched.pose) == (seen.geometry, seen.pose)
    robot = find_robot(str(path))
    assert describe_robot(robot).link["hand"].collisions == (touched,)
    assert robot_facts(robot)["notes"] == [
        "the hand has no collision shapes, and its visual shapes are taken for them"
    ]
    assert success("push", path, 8) >= 0.85


def test_it_is_said_that_a_hand_has_nothing_to_push_with(tmp_path: Path) -> None:
    far = five_joints().replace('<child link="tip"/><origin xyz="0.1 0 0"/>', "{}")
    path = written(tmp_path, arm=far.format('<child link="tip"/><origin xyz="0.2 0 0"/>'))
    (note,) = robot_facts(find_robot(path))["notes"]
    assert "nothing of the hand is within 9" in note
    assert robot_facts(find_robot(written(tmp_path)))["notes"] == []


def test_a_robot_that_does_not_look_ahead_stands_at_another_side(tmp_path: Path) -> None:
    pan = '<origin xyz="0 0 0.08"/><axis xyz="0 0 1"/>\n    <limit lower="-2.5" upper="2.5"'
    assert pan in five_joints()
    left = pan.replace('"0 0 0.08"', '"0 0 0.08" rpy="0 0 1.5708"').replace("2.5", "0.8")
    standing = find_robot(
        written(tmp_path, arm=five_joints().replace(pan, left), name="aside.urdf")
    ).standing
    assert find_robot(written(tmp_path)).standing.base[1:] == (0.0, 0.0)
    assert standing.base[0] == 0.0
    assert standing.base[1] < -0.1
    assert standing.home[0] == pytest.approx(0.0, abs=0.1)
