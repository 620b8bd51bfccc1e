"""How a control step of N arms is judged: reward, ending, measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.rewards import tolerance
from autonomy.world import Trace
from envs.arm.arm_state import Bodies
from envs.arm.control import Array
from envs.arm.task import Task

Mask = NDArray[np.bool_]

_MARGIN = 0.3  # [m] beyond the tolerance, where the dense reward has fallen by 0.9


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
    return tolerance(distance, (0.0, task.tolerance), _MARGIN) - 1.0


def judge(arrived: Mask, is_late: Mask, lost: Mask) -> Verdict:
    """Judge N episodes; each mask is `(N,)`. A lost simulation has no say in success."""
    success = arrived & ~lost
    truncated = (is_late | lost) & ~success
    reason = np.select(
        [lost, success, is_late], ["physics_lost", "success", "time_limit"], default=""
    )
    return Verdict(success, success.copy(), truncated, reason)


def measurements(bodies: Bodies, distance: Array) -> dict[str, NDArray[np.float32]]:
    """Return what is measured at every step, by name and unit, each `(N,)`."""
    values = {
        "goal_distance_m": distance,
        "tool_height_m": bodies.tool_position[:, 2],
        "tool_speed_m_s": np.linalg.norm(bodies.tool_velocity, axis=1),
    }
    return {name: value.astype(np.float32) for name, value in values.items()}


def arm_metrics(episodes: Sequence[Trace], control_rate: float) -> dict[str, float]:
    """Summarise episodes: means over their last steps and their lengths."""
    last = [float(episode["goal_distance_m"][-1]) for episode in episodes]
    steps = [len(episode["goal_distance_m"]) for episode in episodes]
    speeds = np.concatenate([episode["tool_speed_m_s"] for episode in episodes])
    return {
        "final_distance_m": float(np.mean(last)),
        "final_distance_p95_m": float(np.percentile(last, 95)),
        "duration_s": float(np.mean(steps)) / control_rate,
        "tool_speed_m_s": float(speeds.astype(np.float64).mean()),
    }
