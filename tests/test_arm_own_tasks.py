"""Tasks of a user's own: other weights, another ending, another layout, from a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from arm_cases import make

from autonomy.envs.arm.options import PERCEPTION_CAMERAS, ArmOptions
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.robot import PANDA
from autonomy.envs.arm.tasks.find_task import TASKS
from autonomy.envs.arm.tasks.layout import Layout
from autonomy.envs.arm.tasks.push import Push
from autonomy.envs.arm.tasks.reach import Reach
from autonomy.envs.arm.tasks.situation import Situation
from autonomy.envs.arm.tasks.task import ArmTask, GoalWeights
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.task import Judgement

HOVER = """
import numpy as np
from autonomy.envs.arm.tasks.layout import Layout
from autonomy.envs.arm.tasks.plan import closed
from autonomy.envs.arm.tasks.task import ArmTask

class Hover(ArmTask):
    tolerance = 0.02
    def lay_out(self, uniform, shapes):
        return Layout(goal=(uniform - 0.5) * (0.2, 0.2, 0.0) + (0.0, 0.0, 0.2))
    def achieved(self, bodies):
        return bodies.tool_position.copy()
    def plan(self, now):
        return closed(now.goal)
"""


class Doubled(Reach):
    """Counts the goal twice."""

    weights = GoalWeights(goal=2.0)


@dataclass(frozen=True)
class CarefulWeights(GoalWeights):
    """And haste."""

    haste: float = 0.5


class Careful(Push):
    """Push no farther than the table's middle, and not in haste."""

    weights = CarefulWeights()

    def judge(self, now: Situation) -> Judgement:
        """Judge as for pushing, and end where the tool leaves its half of the table."""
        judged = super().judge(now)
        judged.terms["haste"] = -(np.abs(now.bodies.tool_velocity) > 0.1).any(axis=1).astype(float)
        judged.failures["strayed"] = now.bodies.tool_position[:, 0] > 0.1
        return judged


class Nothing(ArmTask):
    """A task that nobody can do."""

    success_terminates = False
    goal_size = 1

    def lay_out(self, uniform: Array, shapes: list[Any]) -> Layout:
        """Ask for nothing."""
        return Layout(goal=np.zeros((len(uniform), 1)))

    def achieved(self, bodies: Any) -> Array:
        """Reach it."""
        return np.zeros((len(bodies.tool_position), 1))


def made(task: object, num_envs: int = 1, **options: Any) -> Any:
    return make("Reach", num_envs, task=task, **options)


def test_other_weights_are_other_rewards() -> None:
    one, two = made("reach", 2), made(Doubled(), 2)
    for world in (one, two):
        world.reset(seed=0)
    action = np.ones((2, 3), np.float32)
    (_, single, *_), (_, double, *_) = one.step(action), two.step(action)
    np.testing.assert_array_equal(double, 2.0 * single)
    far = np.full((1, 3), 9.0)
    assert two.compute_reward(far, -far) == -2.0


def test_a_term_and_an_ending_are_added_to_those_that_there_are() -> None:
    world = made(Careful(), 2)
    world.reset(seed=0)
    for _ in range(40):
        _, reward, terminated, truncated, info = world.step(np.array([[1, 0, 0], [0, 0, 0]]))
        terms = info["reward_terms"]
        np.testing.assert_array_equal(reward, terms["goal"] + 0.5 * terms["haste"])
        if terminated.any():
            break
    assert info["episode_end"].tolist() == ["strayed", ""]
    assert (terminated.tolist(), truncated.tolist()) == ([True, False], [False, False])
    assert not info["success"].any()
    with pytest.raises(InputError, match="no term but goal, got goal, haste"):
        world.compute_reward(np.zeros(3), np.zeros(3))


def test_a_task_in_a_file_is_a_world(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(HOVER)
    world = made(f"{tmp_path}/mine.py:Hover", 4, split="test")
    assert evaluate(world, world.expert(), 8).success_rate == 1.0
    assert str(world.get_state()["world"][0]).startswith("Arm hover with panda.urdf")


def test_a_task_by_its_module_is_the_same_as_by_its_name() -> None:
    by_name, by_module = made("flip"), made(TASKS["flip"])
    np.testing.assert_equal(by_name.reset(seed=0)[0], by_module.reset(seed=0)[0])


def test_success_may_only_cut_an_episode_short() -> None:
    world = made(Nothing())
    world.reset(seed=0)
    *_, terminated, truncated, info = world.step(np.zeros((1, 3)))
    assert (terminated[0], truncated[0], info["success"][0]) == (False, True, True)
    env: Any = gym.make("autonomy/ArmReach-v0", task=Nothing(), render_mode="rgb_array")
    env.reset(seed=0)
    assert env.render().shape == (720, 1280, 3)  # a goal that is no place is marked nowhere
    env.close()


def test_a_task_without_a_plan_says_that_it_has_no_expert() -> None:
    world = made(Nothing())
    world.reset(seed=0)
    with pytest.raises(InputError, match="the task nothing must have a plan to have an expert"):
        world.expert().act({})


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("juggle", "task must be one of reach, .*flip, .*ArmTask, .* got 'juggle'"),
        (Push, "task must be one of .* got <class"),
        (None, "task must be one of .* got None"),
        ("autonomy.envs.arm.robot:PANDA", "task must be one of .*got Robot"),
        (
            "autonomy.envs.arm.tasks.task:ArmTask",
            "must define achieved, lay_out to be made",
        ),
        ("autonomy.envs.arm.tasks.push:Shove", "there is no 'Shove' where"),
        ("nowhere.py:Mine", "there is no file nowhere.py"),
    ],
)
def test_what_is_no_task_is_refused(task: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        made(task)


def test_a_robot_is_found_where_its_name_says() -> None:
    assert ArmOptions(robot="autonomy.envs.arm.robot:PANDA").chosen_robot is PANDA


def test_cameras_are_named_in_the_options_themselves() -> None:
    assert ArmOptions(cameras="perception").sized_cameras() == PERCEPTION_CAMERAS
    with pytest.raises(InputError, match="cameras must be default, perception, all, a JSON"):
        ArmOptions(cameras="hidden")
