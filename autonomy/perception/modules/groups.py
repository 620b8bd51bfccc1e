"""A module judged group by group: where it is dark, or foggy, or the camera looks askew."""

from typing import Any, NamedTuple

from autonomy.groups import Range, groups
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.results import rows_of
from autonomy.perception.samples import Samples

_PREFIX = "group_"


class Group(NamedTuple):
    """How a module fared on some of the frames."""

    range: Range
    frames: int
    score: float  # the module's, more is better

    @property
    def name(self) -> str:
        """What people call it."""
        return self.range.name


def by_group(module: PerceptionModule[Any], result: Any, samples: Samples) -> list[Group]:
    """Return how a module's result `(n, ...)` fared in each group of frames by what varied."""
    varied = {
        entry.removeprefix(_PREFIX): values
        for entry, values in samples.items()
        if entry.startswith(_PREFIX)
    }
    judged: list[Group] = []
    for own, rows in groups(varied):
        some = {entry: values[rows] for entry, values in samples.items()}
        score = module.measure(rows_of(result, rows), some)[module.score]
        judged.append(Group(own, len(rows), score))
    return judged
