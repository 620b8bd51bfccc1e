"""Fixtures on the arm's table: they stand, move, are seen, and are part of the state."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arm_cases import endless, make
from fixture_tasks import IntoBin, Press, Pull
from world_cases import assert_same, row_of

from autonomy.camera.classes import SemanticClass
from autonomy.envs.arm.fixture import Fixture, MovingPart, Solid
from autonomy.envs.arm.furniture import button, open_bin
from autonomy.envs.arm.physics.fixtures import radius_of
from autonomy.envs.arm.samples import ArmSamples
from autonomy.envs.arm.scene.appearance import PRESETS
from autonomy.envs.arm.scene.link_meshes import fixture_meshes
from autonomy.envs.arm.tasks.reach import Reach
from autonomy.envs.arm.tasks.task import ArmTask
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.policy import RandomPolicy

TASKS: list[type[ArmTask]] = [IntoBin, Press, Pull]
IMAGES = ("camera", "depth", "semantic", "instance")

GATE = """<?xml version="1.0"?>
<robot name="gate">
  <link name="post">
    <inertial><origin xyz="0.1 0 0.3"/><mass value="5"/>
      <inertia ixx="0.1" iyy="0.1" izz="0.1" ixy="0" ixz="0" iyz="0"/></inertial>
    <visual><origin xyz="0 0 0.1"/><geometry><box size="0.02 0.02 0.2"/></geometry></visual>
    <collision><origin xyz="0 0 0.1"/><geometry><box size="0.02 0.02 0.2"/></geometry></collision>
  </link>
  <joint name="hinge" type="{kind}">
    <parent link="post"/><child link="wing"/><origin xyz="0 0 0.1"/><axis xyz="0 0 1"/>
    <limit lower="-1.0" upper="1.0" effort="1" velocity="3"/><dynamics friction="0.1"/>
  </joint>
  <link name="wing">
    <inertial><origin xyz="0.1 0 0"/><mass value="0.2"/>
      <inertia ixx="0.01" iyy="0.01" izz="0.01" ixy="0" ixz="0" iyz="0"/></inertial>
    <visual><origin xyz="0.1 0 0"/><geometry><box size="0.2 0.01 0.1"/></geometry>
      <material name="red"><color rgba="1 0 0 1"/></material></visual>
    <collision><origin xyz="0.1 0 0"/><geometry><box size="0.2 0.01 0.1"/></geometry></collision>
  </link>
</robot>
"""


def made(task: ArmTask, num_envs: int = 1, **options: Any) -> Any:
    return make("Reach", num_envs, task=task, **options)


def gate(folder: Path, kind: str = "revolute", **options: Any) -> Fixture:
    path = folder / "gate.urdf"
    path.write_text(GATE.format(kind=kind), encoding="utf-8")
    return Fixture(urdf=path, **options)


class Passing(Reach):
    """Reach, beside a fixture."""

    def __init__(self, *fixtures: Fixture) -> None:
        self.fixtures = fixtures


@pytest.mark.parametrize("task", TASKS)
def test_experts_succeed_where_random_actions_do_not(task: type[ArmTask]) -> None:
    world = made(task(), 8, split="test")
    assert evaluate(world, world.expert(), 40).success_rate >= 0.95
    random = RandomPolicy(world.single_action_space, seed=0)
    assert evaluate(world, random, 40).success_rate <= 0.05


@pytest.mark.parametrize("task", TASKS)
def test_a_state_goes_on_to_the_bit(task: type[ArmTask]) -> None:
    world, other = (made(endless(task()), 3, observations=("state", *IMAGES)) for _ in range(2))
    world.reset(seed=0)
    expert = world.expert()
    for _ in range(20):
        world.step(expert.act({}))
    state = world.get_state()
    assert state["fixture_position"].shape[1] == len(task().fixtures[0].moving)
    other.reset(seed=7)
    other.set_state(state)
    for _ in range(30):
        actions = expert.act({})
        assert_same(other.step(actions), world.step(actions))


@pytest.mark.parametrize("task", [Press, Pull])
def test_lives_are_the_same_alone_in_a_batch_and_in_processes(task: type[ArmTask]) -> None:
    own, options = endless(task()), {"observations": ("state", "camera")}
    batch, beside = made(own, 4, **options), made(own, 4, **options, processes=2)
    alone = made(own, **options)
    assert_same(beside.reset(seed=3), batch.reset(seed=3))
    assert_same(row_of(alone.reset(seed=5)[0], 0), row_of(batch.reset(seed=3)[0], 2))
    beside.reset(seed=3)
    expert = batch.expert()
    for _ in range(25):
        actions = expert.act({})
        observation = batch.step(actions)[0]
        assert_same(beside.step(actions)[0], observation)
        assert_same(row_of(alone.step(actions[2:3])[0], 0), row_of(observation, 2))
    assert (batch._bodies.fixture_position != 0.0).any()
    beside.close()


def test_a_button_comes_up_again_and_stays_within_its_travel() -> None:
    world = made(endless(Press()), 2)
    world.reset(seed=0)
    expert, positions = world.expert(), list[Any]()
    for _ in range(30):
        world.step(expert.act({}))
        positions.append(world._bodies.fixture_position.copy())
    assert np.min(positions) == pytest.approx(-0.012, abs=1e-9)
    for _ in range(15):
        world.step(np.tile((0.0, 0.0, 1.0), (2, 1)))
    np.testing.assert_allclose(world._bodies.fixture_position, 0.0, atol=1e-4)
    np.testing.assert_allclose(world._bodies.fixture_velocity, 0.0, atol=1e-3)


def test_joints_begin_where_they_are_drawn() -> None:
    world = made(Pull(), 4)
    world.reset(seed=0)
    state = world.get_state()
    positions = state["fixture_position"][:, 0]
    assert_same(positions, state["fixture_joints"][:, 0])
    assert len(set(positions.tolist())) == 4
    stands, bar = state["fixture_start"][:, 0, :3], state["fixture_pose"][:, 1, :3]
    assert len(set(stands[:, 1].tolist())) == 4
    moved = np.column_stack([-positions, 0.0 * positions, 0.045 + 0.0 * positions])
    np.testing.assert_allclose(bar, stands + moved, atol=1e-9)


def test_the_state_ends_with_the_fixtures() -> None:
    world = made(Pull(), 2)
    observation, _ = world.reset(seed=0)
    truth = world.get_state()
    own = [truth["fixture_start"][:, 0], truth["fixture_position"], truth["fixture_velocity"]]
    np.testing.assert_allclose(observation["state"][:, -9:], np.hstack(own), atol=1e-6)
    space = world.single_observation_space["state"]
    assert (space.low[-2], space.high[-2]) == pytest.approx((0.0, 0.1))


def test_every_camera_sees_what_a_fixture_is_and_where() -> None:
    seen, bare = (
        made(task, observations=IMAGES, randomization="none").reset(seed=0)[0]
        for task in (Passing(open_bin((0.05, 0.1, 0.0))), Passing())
    )
    for key in ("semantic", "semantic_wrist"):
        is_bin = seen[key] == SemanticClass.FIXTURE
        assert is_bin.sum() > 100
        depth = key.replace("semantic", "depth")
        assert (seen[depth][is_bin] < bare[depth][is_bin]).all()
        np.testing.assert_array_equal(seen[key][~is_bin], bare[key][~is_bin])
    blue = seen["camera"][seen["semantic"] == SemanticClass.FIXTURE].astype(int)
    assert (blue[:, 2] > blue[:, 0]).all()


def test_fixtures_of_files_stand_and_turn_as_they_say(tmp_path: Path) -> None:
    turned = gate(tmp_path, position=(0.1, -0.1, 0.0), yaw=0.5, start=(0.3,))
    tray = Fixture(urdf="tray/traybox.urdf", position=(-0.1, 0.5, 0.0))
    world = made(Passing(turned, tray), observations=("state", "semantic"))
    world.reset(seed=0)
    state = world.get_state()
    poses = state["fixture_pose"][0]
    half = np.array((0.25, 0.4))  # the wing hangs at an angle of 0.5 + 0.3
    upright = np.column_stack([np.zeros((2, 2)), np.sin(half), np.cos(half)])
    np.testing.assert_allclose(poses[0], (0.1, -0.1, 0.0, *upright[0]), atol=1e-6)
    np.testing.assert_allclose(poses[1], (0.1, -0.1, 0.1, *upright[1]), atol=1e-6)
    np.testing.assert_allclose(poses[2], (-0.1, 0.5, 0.0, 0, 0, 0, 1), atol=1e-6)
    assert len(poses) == 3
    meshes = fixture_meshes((turned, tray), None, 9)
    assert [number for number, _ in meshes.links] == [0, 1, 2]
    assert [252.0, 0.0, 0.0] in meshes.colors.tolist()
    for _ in range(10):  # it has friction, and stays where it is
        world.step(np.zeros((1, 3)))
    np.testing.assert_allclose(world._bodies.fixture_position, [[0.3]], atol=1e-6)


def test_there_is_nothing_of_fixtures_where_there_are_none() -> None:
    world = make("Push", observations=("state",))
    world.reset(seed=0)
    state = world.get_state()
    assert {own.size for name, own in state.items() if name.startswith("fixture")} == {0}


def test_clutter_lies_beside_fixtures() -> None:
    wide = open_bin((0.0, 0.3, 0.0), size=(0.4, 0.3, 0.05))
    task, world = Passing(wide), None
    world = made(task, 8, randomization=PRESETS["strong"])
    world.reset(seed=0)
    state = world.get_state()
    is_there = state["clutter_shape"] >= 0
    assert is_there.any()
    places = state["clutter_start"][is_there][:, :2]
    assert (np.linalg.norm(places - (0.0, 0.3), axis=1) > radius_of(wide)).all()
    assert radius_of(wide) == pytest.approx(0.25, abs=0.01)


def test_labelled_frames_show_fixtures_as_a_class_of_their_own() -> None:
    source = ArmSamples("train", 0, task=Passing(button((0.0, 0.0, 0.0))), randomization="none")
    classes = source.labels["segments"]
    drawn = source.draw(0, 6, ("segments",))
    assert (drawn["segments"] == classes.index("fixture")).any(axis=(1, 2)).all()


BOX = Solid("box", (0.1, 0.1, 0.1))


@pytest.mark.parametrize(
    ("make_it", "message"),
    [
        (lambda: Fixture(), "a fixture must be a urdf, or solids and moving parts, and not both"),
        (lambda: Fixture(urdf="a.urdf", solids=(BOX,)), "and not both"),
        (lambda: Fixture(solids=(BOX,), position=(0, 0)), "position must be 3 finite numbers"),  # type: ignore[arg-type] - refused
        (lambda: Fixture(solids=(BOX,), yaw=float("nan")), "yaw must be 1 finite numbers"),
        (lambda: Solid("ball", (1, 1, 1)), "a solid must be a box or a cylinder, got 'ball'"),  # type: ignore[arg-type] - refused
        (lambda: Solid("box", (1, 0, 1)), r"size must be positive along x, y and z, got \(1, 0"),
        (lambda: MovingPart("a", (BOX,), "slide", (0, 0, 1), (1, 0)), "limits must be a low and"),
        (lambda: MovingPart("a", (BOX,), "hop", (0, 0, 1), (0, 1)), "must slide or turn, got"),  # type: ignore[arg-type] - refused
        (lambda: MovingPart("a", (), "turn", (0, 0, 1), (0, 1)), "the part a must have solids"),
    ],
)
def test_fixtures_that_cannot_be_are_refused(make_it: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_it()


def test_fixtures_whose_file_is_another_are_refused(tmp_path: Path) -> None:
    for fixture, message in (
        (Fixture(urdf="nowhere.urdf"), "fixture file must exist.*got nowhere.urdf"),
        (gate(tmp_path, start=(0.1, 0.2)), "start must give one number for each of its 1 joints"),
        (gate(tmp_path, spring=(1.0, 2.0)), "spring must give one number for each of its 1"),
    ):
        with pytest.raises(InputError, match=message):
            made(Passing(fixture))
    with pytest.raises(InputError, match=r"joint hinge must be one of fixed, .*, got spherical"):
        made(Passing(gate(tmp_path, kind="spherical")))


def test_a_layout_of_another_shape_is_refused() -> None:
    class Wrong(Press):
        goal_size = 2

    with pytest.raises(InputError, match=r"must lay out goals of shape \(1, 2\), got"):
        made(Wrong()).reset(seed=0)
