"""Policies side by side in the same episodes: how sure it is that one is better, and where not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

from autonomy.episodes import Episode
from autonomy.evaluation import Evaluation, evaluate
from autonomy.groups import Range, groups
from autonomy.policy import Policy
from autonomy.wilson import wilson_interval
from autonomy.wrapped_world import AnyWorld

_RESAMPLES = 9_999
_FEWEST = 10  # episodes of a group that says anything


class Lived(NamedTuple):
    """The episodes of one policy, in the order of their seeds."""

    result: Evaluation
    successes: NDArray[np.float64]  # (E,) 1 where an episode succeeded, else 0
    returns: NDArray[np.float64]  # (E,)


class Difference(NamedTuple):
    """How much more one policy has than another, the mean over the same episodes."""

    mean: float
    low: float
    high: float  # from low to high is the bootstrap's 95 % interval

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0.0 or self.high < 0.0


class GroupSuccess(NamedTuple):
    """How a policy fared in a group of episodes."""

    range: Range
    episodes: int
    success_rate: float
    success_rate_ci95: tuple[float, float]


def live(
    world: AnyWorld,
    policy: Policy,
    episodes: int,
    seed: int = 0,
    on_episode: Callable[[Episode], None] = lambda _: None,
) -> Lived:
    """Let a policy live the episodes `seed`, `seed + 1`, ...; see `evaluate`.

    Raises:
        InputError: As `evaluate`.
    """
    ended: list[Episode] = []

    def note(episode: Episode) -> None:
        ended.append(episode)
        on_episode(episode)

    result = evaluate(world, policy, episodes, seed, note)
    ended.sort(key=lambda episode: episode.seed)
    successes = np.array([episode.success for episode in ended], np.float64)
    return Lived(result, successes, np.array([episode.rewards.sum() for episode in ended]))


def difference(one: NDArray[np.float64], other: NDArray[np.float64]) -> Difference:
    """Return how much more `other` has than `one`, each `(E,)` of the same episodes.

    The interval is the percentile bootstrap's over pairs (Efron and Tibshirani, "An introduction to
    the bootstrap", 1993), with the same random numbers every time.
    """
    pairs = other - one
    mean = float(pairs.mean())
    if (pairs == pairs[0]).all():  # one episode too: there is nothing to draw from
        return Difference(mean, mean, mean)
    interval = bootstrap(
        (pairs,), np.mean, n_resamples=_RESAMPLES, method="percentile", rng=0
    ).confidence_interval
    return Difference(mean, float(interval.low), float(interval.high))


def success_by_group(
    successes: NDArray[np.float64], varied: Mapping[str, NDArray[Any]]
) -> list[GroupSuccess]:
    """Return the success in each group of episodes by what was drawn, the worst first."""
    found: list[GroupSuccess] = []
    for own, rows in groups(varied):
        if len(rows) >= _FEWEST:
            count = int(successes[rows].sum())
            interval = wilson_interval(count, len(rows))
            found.append(GroupSuccess(own, len(rows), count / len(rows), interval))
    return sorted(found, key=lambda group: group.success_rate)


def differences(lived: Sequence[Lived]) -> list[tuple[Difference, Difference]]:
    """Return how much more success and return each policy has than the first one."""
    first = lived[0]
    return [
        (difference(first.successes, own.successes), difference(first.returns, own.returns))
        for own in lived[1:]
    ]
