"""Clutter on the arm's table: out of the task's way, still, and seen as what it is."""

from dataclasses import replace

import numpy as np
import pytest
from arm_cases import make

from autonomy.camera.classes import SemanticClass
from autonomy.envs.arm.physics.table import TABLE_MIDDLE, TABLE_SIZE
from autonomy.envs.arm.scene.appearance import PRESETS, ArmRandomization
from autonomy.envs.arm.tasks.clutter import Clutter
from autonomy.envs.arm.tasks.find_task import TASKS, find_task
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.randomization import between


def cluttered(number: float) -> ArmRandomization:
    return replace(PRESETS["default"], clutter=between(number, number))


@pytest.mark.parametrize("name", TASKS)
def test_clutter_lies_on_the_table_and_in_nobodys_way(name: str) -> None:
    task, random = find_task(name), np.random.default_rng(0)
    clutter, count = Clutter(between(8.0, 8.0), "train"), 500
    shapes = [task.shapes("train")[: task.objects]] * count
    layout = task.lay_out(random.random((count, task.draws)), shapes)
    uniform = random.random((count, clutter.draw_count))
    which, poses = clutter.lay_out(uniform, np.full(count, 8.0), task.taken(layout))
    radius = np.array([np.hypot(*shape.size[:2]) / 2 for shape in clutter.shapes])[which]
    height = np.array([shape.half_height for shape in clutter.shapes])[which]
    np.testing.assert_array_equal(poses[:, :, 2], height)
    places = poses[:, :, :2]
    edge = np.abs(places - TABLE_MIDDLE[:2]) + radius[..., np.newaxis]
    assert (edge < np.array(TABLE_SIZE[:2]) / 2).all()
    own = task.taken(layout)[:, :, :2]
    to_task = np.linalg.norm(places[:, :, None] - own[:, None], axis=-1)
    assert (to_task.min(axis=2) - radius > 0.04).all()
    apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=-1)
    gaps = apart - radius[:, :, None] - radius[:, None]
    assert gaps[:, ~np.eye(8, dtype=bool)].min() > 0.0
    assert all(len(set(row)) == 8 for row in which.tolist())


def test_as_much_lies_there_as_was_drawn() -> None:
    clutter = Clutter(between(0.0, 4.0), "test")
    task, random = find_task("reach"), np.random.default_rng(0)
    layout = task.lay_out(random.random((4, task.draws)), [()] * 4)
    uniform = random.random((4, clutter.draw_count))
    which, _ = clutter.lay_out(uniform, np.array([0.0, 0.9, 1.0, 3.9]), task.taken(layout))
    assert (which >= 0).sum(axis=1).tolist() == [0, 0, 1, 3]


def test_splits_share_no_clutter() -> None:
    shapes = [Clutter(between(8.0, 8.0), split).shapes for split in ("train", "validation", "test")]
    assert len({shape for own in shapes for shape in own}) == 3 * 16


def test_clutter_lies_still_and_is_no_part_of_the_state() -> None:
    bare = make("Push", 4)
    world = make("Push", 4, randomization=cluttered(3.0), max_episode_steps=1000)
    assert world.single_observation_space == bare.single_observation_space
    world.reset(seed=0)
    before = world._bodies.clutter_pose.copy()
    assert before.shape == (4, 3, 7)
    for _ in range(20):
        world.step(np.zeros(world.action_space.shape, np.float32))
    np.testing.assert_allclose(world._bodies.clutter_pose, before, atol=0.002)


def test_clutter_is_seen_as_what_it_is() -> None:
    observations = ("semantic", "instance")
    world = make("PickAndPlace", 8, observations=observations, randomization=cluttered(6.0))
    observation, _ = world.reset(seed=0)
    is_clutter = observation["semantic"] == SemanticClass.CLUTTER
    assert is_clutter.any(axis=(1, 2)).all()
    of_clutter = np.unique(observation["instance"][is_clutter])
    of_object = np.unique(observation["instance"][observation["semantic"] == SemanticClass.OBJECT])
    assert len(of_clutter) > 3
    assert len(of_object) == 1
    assert not set(of_object) & set(of_clutter)
    bare = make("PickAndPlace", 8, observations=observations).reset(seed=0)[0]
    assert not (bare["semantic"] == SemanticClass.CLUTTER).any()


def test_experts_succeed_beside_clutter() -> None:
    world = make("Push", 10, randomization=cluttered(8.0), split="test")
    assert evaluate(world, world.expert(), 10).success_rate == 1.0


@pytest.mark.parametrize(("low", "high"), [(-1.0, 2.0), (3.0, 12.0)])
def test_clutter_that_cannot_be_is_refused(low: float, high: float) -> None:
    with pytest.raises(InputError, match=f"clutter must be between 0 and 8 things, got {low} to"):
        make("Push", randomization=replace(PRESETS["none"], clutter=between(low, high)))
