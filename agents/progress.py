"""How far a training is: what it yields, and what curves, checkpoints and consoles consume."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from autonomy.evaluation import Evaluation
from autonomy.policies.folder import SavablePolicy
from autonomy.reporting.witnessed import Witnessed


@dataclass(frozen=True)
class EndedEpisode:
    """An episode that ended while it was learned from."""

    end: str
    """Why it ended."""
    success: bool
    total_reward: float
    length: int
    """Steps."""


@dataclass(frozen=True)
class Validation:
    """How well a policy does in episodes that are not learned from."""

    policy: SavablePolicy
    result: Evaluation
    is_best: bool
    """Whether it is the one to keep: no earlier one was clearly better."""
    seen: Witnessed = field(default_factory=Witnessed)
    """What reports show of those episodes."""


@dataclass(frozen=True)
class Progress:
    """Where a training is after one round of collecting and learning."""

    steps: int
    """Environment steps that were taken so far, all environments together."""
    metrics: Mapping[str, float]
    """Means over the round: `reward/NAME` of the world's terms, `train/NAME` of the learner's."""
    episodes: tuple[EndedEpisode, ...]
    """Those that ended in the round."""
    validation: Validation | None
    """Of the policy as it is now, where one was due; the last round always has one."""
