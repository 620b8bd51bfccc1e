"""How well a policy does in a world."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autonomy.episodes import Episode, episodes_of
from autonomy.errors import InputError
from autonomy.json_values import described
from autonomy.policy import Policy
from autonomy.rollouts import rollout
from autonomy.seed import checked_seed
from autonomy.versions import versions
from autonomy.wilson import wilson_interval
from autonomy.wrapped_world import AnyWorld, as_world


@dataclass(frozen=True)
class Evaluation:
    """What the episodes of a policy in a world came to."""

    seed: int  # of the first episode; the others count on from it
    episodes: int
    steps: int  # of all episodes together
    success_rate: float
    success_rate_ci95: tuple[float, float]  # Wilson's interval
    mean_return: float
    episode_ends: Mapping[str, int]  # how often each reason came
    metrics: Mapping[str, float]  # the world's own figures, each named with its unit

    def to_json(self, env_id: str, policy: str, env_options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what JSON can hold, with the conditions; a figure that is not finite is null."""
        return {
            "env_id": env_id,
            "policy": policy,
            **described(env_options),
            "seed": self.seed,
            "episodes": self.episodes,
            "steps": self.steps,
            "success_rate": self.success_rate,
            "success_rate_ci95": list(self.success_rate_ci95),
            "mean_return": self.mean_return,
            "episode_ends": dict(self.episode_ends),
            **{name: _finite(value) for name, value in self.metrics.items()},
            "versions": versions(),
        }


def evaluate(
    envs: AnyWorld,
    policy: Policy,
    episodes: int,
    seed: int = 0,
    on_episode: Callable[[Episode], None] | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Let `policy` live the episodes `seed`, `seed + 1`, ... to their ends, and judge them.

    The episodes are the same for every batch size, and so is the result for a policy that
    treats each environment by itself.

    Args:
        envs: The world.
        policy: Who lives there.
        episodes: How many.
        seed: Of the first one.
        on_episode: Called as each one ends.
        is_stopped: Asked as each one ends. Once it is true, those are judged that ended before the
            first one that did not: of all that ended, too many would be short.

    Raises:
        InputError: If there are no episodes, or a seed cannot be; or it was stopped before the
            first one ended.
    """
    if episodes < 1:
        raise InputError(f"the number of episodes must be positive, got {episodes}")
    world, first = as_world(envs), checked_seed(seed)
    seeds = range(first, checked_seed(first + episodes - 1) + 1)
    lived: list[Episode] = []
    for episode in episodes_of(rollout(world, policy, seeds)):
        lived.append(episode)
        if on_episode:
            on_episode(episode)
        if is_stopped():
            break
    lived.sort(key=lambda episode: episode.seed)  # sums come out the same for every batch size
    lived = [episode for n, episode in enumerate(lived) if episode.seed == seeds[n]]
    if not lived:
        raise InputError(f"it was stopped before the episode of seed {first} ended")
    return _summary(lived, world.metrics([episode.measurements for episode in lived]))


def _summary(episodes: Sequence[Episode], metrics: Mapping[str, float]) -> Evaluation:
    successes = sum(episode.success for episode in episodes)
    return Evaluation(
        seed=episodes[0].seed,
        episodes=len(episodes),
        steps=sum(len(episode.rewards) for episode in episodes),
        success_rate=successes / len(episodes),
        success_rate_ci95=wilson_interval(successes, len(episodes)),
        mean_return=float(np.mean([episode.rewards.sum() for episode in episodes])),
        episode_ends=dict(Counter(episode.end for episode in episodes).most_common()),
        metrics=metrics,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
