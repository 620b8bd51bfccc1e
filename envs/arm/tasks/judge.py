"""How a control step of N arms is judged: reward, ending, measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.tasks.task import Task
from autonomy.perception.in_world.loop import perception_metrics
from autonomy.rewards import tolerance
from autonomy.world import Trace

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class RewardWeights:
    """What each reward term counts."""

    goal: float = 1.0


class Verdict(NamedTuple):
    """How N episodes end with a step, if they do."""

    success: Mask
    terminated: Mask
    truncated: Mask
    reason: NDArray[np.str_]


def goal_reward(task: Task, distance: Array, kind: str) -> Array:
    """Return rewards in [-1, 0] for distances `(...)` from the goal.

    `sparse` is -1 beyond the task's tolerance; `dense` falls towards that with the distance.
    """
    if kind == "sparse":
        return -(distance >= task.tolerance).astype(np.float64)
    return tolerance(distance, (0.0, task.tolerance), task.margin) - 1.0


def judge(arrived: Mask, is_late: Mask, lost: Mask) -> Verdict:
    """Judge N episodes; each mask is `(N,)`. A lost simulation has no say in success."""
    success = arrived & ~lost
    truncated = (is_late | lost) & ~success
    reason = np.select(
        [lost, success, is_late], ["physics_lost", "success", "time_limit"], default=""
    )
    return Verdict(success, success.copy(), truncated, reason)


def measurements(bodies: Bodies, distance: Array, unit: str) -> dict[str, NDArray[np.float32]]:
    """Return what is measured at every step, by name and unit, each `(N,)`.

    The distance from the goal is in the task's unit.
    """
    values = {
        f"goal_distance_{unit}": distance,
        "tool_height_m": bodies.tool_position[:, 2],
        "tool_speed_m_s": np.linalg.norm(bodies.tool_velocity, axis=1),
    }
    return {name: value.astype(np.float32) for name, value in values.items()}


def arm_metrics(episodes: Sequence[Trace], control_rate: float, unit: str) -> dict[str, float]:
    """Summarise episodes: means over their last steps and their lengths."""
    last = [float(episode[f"goal_distance_{unit}"][-1]) for episode in episodes]
    steps = [len(episode["tool_speed_m_s"]) for episode in episodes]
    speeds = np.concatenate([episode["tool_speed_m_s"] for episode in episodes])
    return {
        f"final_distance_{unit}": float(np.mean(last)),
        f"final_distance_p95_{unit}": float(np.percentile(last, 95)),
        "duration_s": float(np.mean(steps)) / control_rate,
        "tool_speed_m_s": float(speeds.astype(np.float64).mean()),
        **perception_metrics(episodes),
    }
