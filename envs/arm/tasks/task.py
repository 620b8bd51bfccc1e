"""What a task is: how episodes begin, what is asked for, how that is rewarded, done and judged."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.robot import Robot, Standing
from autonomy.envs.arm.tasks.expert import Expert
from autonomy.envs.arm.tasks.goal_limits import AROUND, brought_in_reach, out_of_reach
from autonomy.envs.arm.tasks.layout import Layout
from autonomy.envs.arm.tasks.plan import Aim
from autonomy.envs.arm.tasks.situation import Situation
from autonomy.errors import InputError
from autonomy.policy import Policy
from autonomy.rewards import tolerance
from autonomy.task import Judgement, TaskError
from autonomy.world import Trace

STILL = 0.05  # [m/s] what moves slower has arrived
_MEASURED = {"rad": "angle"}  # what is measured in a unit, where it is no distance
_OUT_OF_SIGHT = (0.0, 0.0, -9.0)  # [m]


@dataclass(frozen=True)
class GoalWeights:
    """What each reward term counts."""

    goal: float = 1.0


class ArmTask(ABC):
    """One task, for any number of worlds.

    A task of one's own says how episodes begin (`lay_out`), what is reached (`achieved`) and how a
    script would do it (`plan`); or it changes any of the rest of another one.

    Attributes:
        objects: How many things lie on the table.
        fixtures: What stands on the table besides, and stays there.
        uses_gripper: Whether the action's last number opens and closes the gripper; else it stays
            closed.
        max_steps: Control steps after which an episode is truncated.
        goal_size: How many numbers a goal has.
        draws: Random numbers that a layout takes.
        unit: In what the distance from a goal is measured: `m` or `rad`.
        tolerance: How near the goal is near enough; 50 mm as in Gymnasium-Robotics and panda-gym.
        margin: How far beyond that the dense reward has fallen by 0.9.
        goal_bound: Beyond what a goal's numbers are observed as this.
        weights: A frozen dataclass with what each reward term counts.
        success_terminates: Whether success ends an episode for good; else it is only cut short.
    """

    objects: int = 0
    fixtures: tuple[Fixture, ...] = ()
    uses_gripper: bool = False
    max_steps: int = 50
    goal_size: int = 3
    draws: int = 3
    unit: str = "m"
    tolerance: float = 0.05
    margin: float = 0.3
    goal_bound: float = 0.6
    weights: Any = GoalWeights()
    success_terminates: bool = True

    @property
    def error(self) -> TaskError | None:
        """By what reports say how far from perfect an episode was: how far the goal was at last."""
        return TaskError(f"goal_{self.measured}_{self.unit}", at_end=True)

    @property
    def name(self) -> str:
        """What the task is called, by its class: `pick_and_place`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def shapes(self, split: str) -> tuple[Shape, ...]:
        """Return what may lie on the table; no two splits share a shape."""
        return ()

    @property
    def measured(self) -> str:
        """What is measured from a goal, by its unit: `distance` or `angle`."""
        return _MEASURED.get(self.unit, "distance")

    @abstractmethod
    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Turn random numbers `(n, draws)` in [0, 1) into layouts for the shapes of n worlds."""

    @abstractmethod
    def achieved(self, bodies: Bodies) -> Array:
        """Return `(N, G)` what is reached now."""

    def plan(self, now: Situation) -> Aim:
        """Return where a script would bring the tool next, and how open the gripper would be."""
        raise InputError(f"the task {self.name} must have a plan to have an expert, got none")

    def distance(self, achieved: Array, desired: Array) -> Array:
        """Return `(...)` how far `(..., G)` is from `(..., G)`, in the task's unit."""
        return np.linalg.norm(achieved - desired, axis=-1)

    def is_still(self, bodies: Bodies) -> NDArray[np.bool_]:
        """Return `(N,)` whether what is to arrive has come to rest."""
        speed = np.linalg.norm(bodies.object_velocity[:, :, :3], axis=-1)
        return (speed < STILL).all(axis=1)

    def places(self, goal: Array) -> Array:
        """Return `(n, K, 3)` the places that goals `(n, G)` name [m].

        By default a goal is x, y and z of one or more, and one of fewer numbers names none.
        """
        count = self.goal_size // 3
        return goal[:, : 3 * count].reshape(len(goal), count, 3)

    def taken(self, layout: Layout) -> Array:
        """Return `(n, K, 3)` the places that belong to the task as episodes begin [m]."""
        goals, things = self.places(layout.goal), layout.object_place
        return np.concatenate([np.broadcast_to(things, (len(goals), *things.shape[1:])), goals], 1)

    def fitted(self, layout: Layout, standing: Standing) -> Layout:
        """Bring what a layout asks for within a robot's reach, which some robots have less of.

        By default that are all things, and the places that goals name.
        """
        room = AROUND if self.objects else 0.0
        goal, places = layout.goal.copy(), self.places(layout.goal)
        in_reach = brought_in_reach(places, standing, room)
        goal[:, : places[0].size] = in_reach.reshape(len(goal), -1)
        things = brought_in_reach(layout.object_place, standing, AROUND)
        return layout._replace(goal=goal, object_place=things)

    def mark(self, goal: Array, bodies: Bodies) -> Array:
        """Return `(N, 3)` where goals `(N, G)` are marked for people [m]."""
        places = self.places(goal)
        return places[:, -1] if places.shape[1] else np.tile(_OUT_OF_SIGHT, (len(goal), 1))

    def refusal(self, goal: Array, robot: Robot) -> str:
        """Say what a goal `(G,)` should be that a robot cannot reach; else nothing."""
        return out_of_reach(self.places(goal[np.newaxis])[0], robot)

    def goal_term(self, distance: Array, kind: str) -> Array:
        """Return rewards in [-1, 0] for distances `(...)` from the goal.

        `sparse` is -1 beyond the tolerance; `dense` falls towards that with the distance.
        """
        if kind == "sparse":
            return -(distance >= self.tolerance).astype(np.float64)
        return tolerance(distance, (0.0, self.tolerance), self.margin) - 1.0

    def judge(self, now: Situation) -> Judgement:
        """Return what a control step came to."""
        distance = self.distance(self.achieved(now.bodies), now.goal)
        return Judgement(
            terms={"goal": self.goal_term(distance, now.reward)},
            success=(distance < self.tolerance) & self.is_still(now.bodies),
            failures={},
            measurements={
                f"goal_{self.measured}_{self.unit}": distance,
                "tool_height_m": now.bodies.tool_position[:, 2],
                "tool_speed_m_s": np.linalg.norm(now.bodies.tool_velocity, axis=1),
            },
        )

    def metrics(self, episodes: Sequence[Trace], control_rate: float) -> dict[str, float]:
        """Summarise episodes: means over their last steps and their lengths."""
        measured, unit = self.measured, self.unit
        last = [float(episode[f"goal_{measured}_{unit}"][-1]) for episode in episodes]
        steps = [len(episode["tool_speed_m_s"]) for episode in episodes]
        speeds = np.concatenate([episode["tool_speed_m_s"] for episode in episodes])
        return {
            f"final_{measured}_{unit}": float(np.mean(last)),
            f"final_{measured}_p95_{unit}": float(np.percentile(last, 95)),
            "duration_s": float(np.mean(steps)) / control_rate,
            "tool_speed_m_s": float(speeds.astype(np.float64).mean()),
        }

    def expert(self, read: Callable[[], Situation], control: str) -> Policy:
        """Return a scripted policy that follows the plan.

        Args:
            read: Returns how the worlds are now.
            control: What an action moves.

        Raises:
            InputError: That is not `position`.
        """
        if control != "position":
            raise InputError(f"the expert's control must be position, got {control}")
        return Expert(read, self.plan, self.uses_gripper)
