"""What tasks have in common: where things begin, what is to be reached, and how near it is."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import cos, sin
from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.tasks.goal_limits import out_of_reach

STILL = 0.05  # [m/s] what moves slower has arrived


class Layout(NamedTuple):
    """How n episodes begin, and what they are to reach."""

    object_place: Array  # (n, O, 3) [m]
    object_turn: Array  # (n, O) about the vertical [rad]
    goal: Array  # (n, G)


class Task(ABC):
    """One task, for any number of worlds."""

    objects: ClassVar[int] = 0
    """How many things lie on the table."""
    uses_gripper: ClassVar[bool] = False
    """Whether the action's last number opens and closes the gripper; else it stays closed."""
    max_steps: ClassVar[int] = 50
    """Control steps after which an episode is truncated."""
    unit: ClassVar[str] = "m"
    """In what the distance from a goal is measured: `m` or `rad`."""
    tolerance: ClassVar[float] = 0.05
    """How near the goal is near enough; 50 mm as in Gymnasium-Robotics and panda-gym."""
    margin: ClassVar[float] = 0.3
    """How far beyond that the dense reward has fallen by 0.9."""
    goal_bound: ClassVar[float] = 0.6
    """Beyond what a goal's numbers are observed as this."""
    goal_size: ClassVar[int] = 3
    """How many numbers a goal has."""
    draws: ClassVar[int] = 3
    """Random numbers that a layout takes."""

    def shapes(self, split: str) -> tuple[Shape, ...]:
        """Return what may lie on the table; no two splits share a shape."""
        return ()

    @abstractmethod
    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Turn random numbers `(n, draws)` in [0, 1) into layouts for the shapes of n worlds."""

    @abstractmethod
    def achieved(self, bodies: Bodies) -> Array:
        """Return `(N, G)` what is reached now."""

    def distance(self, achieved: Array, desired: Array) -> Array:
        """Return `(...)` how far `(..., G)` is from `(..., G)`, in the task's unit."""
        return np.linalg.norm(achieved - desired, axis=-1)

    def refusal(self, goal: Array, robot: Robot) -> str:
        """Say what a goal `(G,)` should be that a robot cannot reach; else nothing."""
        return out_of_reach(goal.reshape(-1, 3), robot)

    def place_of(self, goal: Array, bodies: Bodies) -> Array:
        """Return `(N, 3)` where goals `(N, G)` are marked for people [m]."""
        return goal

    def is_still(self, bodies: Bodies) -> NDArray[np.bool_]:
        """Return `(N,)` whether what is to arrive has come to rest."""
        speed = np.linalg.norm(bodies.object_velocity[:, :, :3], axis=-1)
        return (speed < STILL).all(axis=1)


def spread(uniform: Array, low: float, high: float) -> Array:
    """Spread numbers in [0, 1) over a range."""
    return low + (high - low) * uniform


def away_from(places: Array, others: Array, distance: float) -> Array:
    """Move places `(n, 2)` straight away from `others` `(n, 2)` to at least a distance [m]."""
    between = places - others
    length = np.linalg.norm(between, axis=1, keepdims=True)
    direction = np.where(length > 1e-6, between / np.maximum(length, 1e-6), (1.0, 0.0))
    return others + direction * np.maximum(length, distance)


def upright_poses(places: Array, turns: Array) -> Array:
    """Return poses `(n, O, 7)` at places `(n, O, 3)` [m], turned about the vertical [rad]."""
    level = np.zeros((*turns.shape, 2))
    turned = np.stack([sin(turns / 2.0), cos(turns / 2.0)], axis=-1)
    return np.concatenate([places, level, turned], axis=-1)
