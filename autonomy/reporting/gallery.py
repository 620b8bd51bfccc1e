"""Which episodes a report shows: some failures of each kind, and the hardest successes."""

from collections import defaultdict
from collections.abc import Callable
from itertools import chain, zip_longest

from autonomy.reporting.witnessed import LivedEpisode, ShownEpisode

FAILURES_OF_A_KIND = 6
SUCCESSES = 3


class Gallery:
    """Keeps few of many episodes; which ones does not depend on the order in which they come."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: defaultdict[str, list[ShownEpisode]] = defaultdict(list)

    def offer(self, lived: LivedEpisode, show: Callable[[], ShownEpisode]) -> None:
        """Keep an episode if it is one to see; only then it is asked for."""
        kept = self._kept["" if lived.success else lived.end]
        room = SUCCESSES if lived.success else FAILURES_OF_A_KIND
        if len(kept) < room or _rank(lived) < _rank(kept[-1].lived):
            kept.append(show())
            kept.sort(key=lambda own: _rank(own.lived))
            del kept[room:]

    def shown(self, most_failures: int) -> tuple[ShownEpisode, ...]:
        """Return failures, of all kinds in turn, and then successes, the hardest first."""
        kinds = [self._kept[end] for end in sorted(self._kept) if end]
        turns = chain.from_iterable(zip_longest(*kinds))
        failures = [own for own in turns if own is not None]
        return (*failures[:most_failures], *self._kept[""])


def _rank(lived: LivedEpisode) -> tuple[float, int]:
    """Return what is the less, the sooner an episode is shown."""
    if not lived.success:
        return 0.0, lived.seed
    return lived.total_reward if lived.error is None else -lived.error, lived.seed
