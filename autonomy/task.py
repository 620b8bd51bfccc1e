"""What a task makes of a control step, and how episodes end by it."""

from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.errors import InputError

Mask = NDArray[np.bool_]


class TaskError(NamedTuple):
    """By which measurement one sees how far from perfect an episode was: at best it is zero."""

    measurement: str
    at_end: bool
    """Whether its last value counts, or its root mean square over all steps."""


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
    failures = judgement.failures
    masks = np.array([lost, *failures.values(), judgement.success, is_late], np.bool_)
    names, terminates = _endings(tuple(failures), success_terminates)
    success, terminated, truncated, reason = _first_counts(masks, terminates)
    return Endings(success, terminated, truncated, names[reason])


def check_judgement(judgement: Judgement, weights: Any, num_envs: int) -> None:
    """Check what a task, which may be a user's own, makes of a step of N worlds.

    Raises:
        InputError: Terms and weights have other names, or what is to be `(N,)` is not.
    """
    named = set(vars(weights)) if is_dataclass(weights) else set[str]()
    if named != set(judgement.terms):
        raise InputError(
            f"a task's weights must be a dataclass with {', '.join(judgement.terms)}, one for each "
            f"reward term, got {', '.join(sorted(named)) or weights!r}"
        )
    masks = {"success": judgement.success, **judgement.failures}
    for name, values in {**judgement.terms, **masks, **judgement.measurements}.items():
        if np.shape(values) != (num_envs,):
            raise InputError(
                f"a task's {name} must be of shape ({num_envs},), got {np.shape(values)}"
            )


@cache
def _endings(failures: tuple[str, ...], success_terminates: bool) -> tuple[NDArray[np.str_], Mask]:
    """Return the reason of each ending in their order, of none at last, and if it terminates."""
    names = np.array(["physics_lost", *failures, "success", "time_limit", ""])
    terminates = [False, *(True for _ in failures), success_terminates, False, False]
    return names, np.array(terminates)


@compiled
def _first_counts(masks: Mask, terminates: Mask) -> tuple[Mask, Mask, Mask, NDArray[np.int64]]:
    """Return, each `(N,)`, success, termination, truncation, and the number of the reason.

    That is which of M masks `(M, N)` is the first to be true, M where none is. Success is the last
    but one; `terminates` `(M + 1,)` says which reasons are for good.
    """
    count, nothing = masks.shape[1], len(masks)
    success, terminated, truncated = np.zeros((3, count), np.bool_)
    first = np.full(count, nothing)
    for n in range(count):
        for m in range(nothing):
            if masks[m, n]:
                first[n] = m
                break
        success[n] = first[n] == nothing - 2
        terminated[n] = terminates[first[n]]
        truncated[n] = first[n] < nothing and not terminated[n]
    return success, terminated, truncated, first
