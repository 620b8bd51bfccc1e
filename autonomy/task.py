"""What a task makes of a control step, and how episodes end by it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_REASON = np.dtype("<U32")


@dataclass(frozen=True)
class Judgement:
    """What a task makes of one control step of N episodes.

    Attributes:
        terms: Of the reward, by name, each `(N,)` in [0, 1] or [-1, 0]; the task's `weights` have
            one number for each.
        success: `(N,)` where what is asked for is done.
        failures: By name, each `(N,)`: where the episode ends without it. Of several that hold at
            once the first one counts, and all of them before success.
        measurements: Quantities, named with their units, each `(N,)`.
    """

    terms: dict[str, NDArray[np.float64]]
    success: Mask
    failures: dict[str, Mask]
    measurements: dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Endings:
    """How N episodes end with a step, if they do; each is `(N,)`."""

    success: Mask
    terminated: Mask
    truncated: Mask
    reason: NDArray[np.str_]  # "" where the episode goes on


def endings(judgement: Judgement, success_terminates: bool, is_late: Mask, lost: Mask) -> Endings:
    """Return how episodes end: their physics is lost, they fail, succeed, or are over in time.

    Args:
        judgement: What the task makes of the step.
        success_terminates: Whether nothing is worth anything after success; else what comes after
            is worth as much as what came before, and success truncates.
        is_late: `(N,)` where this is the last step that an episode may take.
        lost: `(N,)` where the physics of a world was lost, so that nothing can be said.
    """
    failed = np.zeros(len(is_late), np.bool_)
    for mask in judgement.failures.values():
        failed |= mask
    failed &= ~lost
    success = judgement.success & ~(lost | failed)
    terminated = failed | success if success_terminates else failed
    truncated = (lost | is_late | success) & ~terminated
    reason = np.full(len(is_late), "", _REASON)
    if (terminated | truncated).any():
        reasons = {"time_limit": is_late, "success": success}
        reasons |= dict(reversed(judgement.failures.items())) | {"physics_lost": lost}
        for name, mask in reasons.items():  # what counts most comes last
            reason[mask] = name
    return Endings(success, terminated, truncated, reason)
