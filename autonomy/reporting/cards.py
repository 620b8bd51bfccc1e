"""Episodes to look at: the frames before their ends, their maps, and how to see them again."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from autonomy.quantities import with_unit, words_and_unit
from autonomy.reporting.lived import Frame, Lived, LivedEpisode, ShownEpisode
from autonomy.reporting.page import Card, Chart, Section
from autonomy.reporting.route_map import route

_MOST_CAMERAS = 3


class Cards:
    """Cards of episodes, as long as there is room for their pictures."""

    def __init__(self, lived: Lived, show: Callable[[LivedEpisode], str], room: int) -> None:
        """Make cards of the shown episodes, whose pictures take at most `room` bytes."""
        self.lived, self.room, self.has_left_out = lived, room, False
        self._show = show
        self.largest = _largest_error(lived)
        self.failures = [self._card(own) for own in lived.shown if not own.lived.success]
        self.successes = [self._card(own) for own in lived.shown if own.lived.success]
        self.has_maps = any(own.drawn for own in lived.shown)

    def _card(self, own: ShownEpisode) -> Card:
        episode, lived = own.lived, self.lived
        facts = [
            ("length", length(episode, lived)),
            ("return", with_unit(episode.total_reward, "")),
            *([("error", error_words(episode, lived))] if episode.error is not None else []),
        ]
        return Card(
            f"Seed {episode.seed}: {episode.end.replace('_', ' ')}",
            episode.success,
            facts,
            self._show(episode),
            self._strips(own.frames),
            self._map(own),
        )

    def _strips(
        self, frames: Mapping[str, tuple[Frame, ...]]
    ) -> dict[str, list[tuple[str, Frame]]]:
        strips: dict[str, list[tuple[str, Frame]]] = {}
        for name, own in list(frames.items())[:_MOST_CAMERAS]:
            size = sum(len(frame.uri) for frame in own)
            if size > self.room:
                self.has_left_out = True
                continue
            self.room -= size
            strips[name] = [(_when(frame, self.lived), frame) for frame in own]
        return strips

    def _map(self, own: ShownEpisode) -> Chart | None:
        if own.drawn is None:
            return None
        error = self.lived.error
        unit = "" if error is None else words_and_unit(error.measurement)[1]
        spec = route(own.drawn, self.largest, unit)
        return Chart(spec, is_square=True)


def cards_section(cards: Cards) -> Iterator[Section]:
    """Yield the failures, and the hardest successes."""
    failed = sum(not own.success for own in cards.lived.episodes)
    scale = _scale(cards) if cards.has_maps else None
    left_out = " Some pictures are left out, for want of room." if cards.has_left_out else ""
    if cards.failures:
        words = f"{len(cards.failures)} of {failed:,} failures, with what the policy last saw."
        yield Section("Failures", words + left_out, cards=cards.failures, scale=scale)
    elif cards.lived.episodes:
        yield Section("Failures", "No episode failed.")
    if cards.successes:
        scale = None if cards.failures else scale
        yield Section("Hardest successes", cards=cards.successes, scale=scale)


def length(own: LivedEpisode, lived: Lived) -> str:
    """Return how long an episode was."""
    if lived.step_s is None:
        return f"{own.steps:,} steps"
    return with_unit(own.steps * lived.step_s, "s")


def error_words(own: LivedEpisode, lived: Lived) -> str:
    """Return how far from perfect an episode was; nothing where no task says."""
    if own.error is None or lived.error is None:
        return ""
    return with_unit(own.error, words_and_unit(lived.error.measurement)[1])


def _when(frame: Frame, lived: Lived) -> str:
    if not frame.steps_before:
        return "end"
    minus = "\N{MINUS SIGN}"
    if lived.step_s is None:
        return f"{minus}{frame.steps_before}"
    return f"{minus}{frame.steps_before * lived.step_s:.1f} s"


def _largest_error(lived: Lived) -> float:
    """Return where the colours of maps end: at the largest error of all that are shown."""
    drawn = [own.drawn.error for own in lived.shown if own.drawn and own.drawn.error is not None]
    return max((float(np.nan_to_num(abs(own)).max()) for own in drawn), default=1.0) or 1.0


def _scale(cards: Cards) -> tuple[str, str] | None:
    error = cards.lived.error
    if error is None:
        return None
    words, unit = words_and_unit(error.measurement)
    return f"{words} 0", with_unit(cards.largest, unit)
