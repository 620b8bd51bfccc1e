"""Episodes to look at: the frames before their ends, their maps, and how to see them again."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from autonomy.quantities import with_unit, words_and_unit
from autonomy.reporting.page import Card, Chart, Section
from autonomy.reporting.route_map import route
from autonomy.reporting.witnessed import Frame, LivedEpisode, ShownEpisode, Witnessed

Show = Callable[[LivedEpisode], Sequence[str]]
"""Returns the commands that show an episode again."""

_MOST_CAMERAS = 3


class Room:
    """What is left of a page for pictures."""

    def __init__(self, size: int) -> None:
        """Begin with so many bytes."""
        self.left = size

    def take(self, size: int) -> bool:
        """Take so many bytes, if there are as many; tell whether there were."""
        if size > self.left:
            return False
        self.left -= size
        return True


def failure_section(seen: Witnessed, show: Show, room: Room, whose: str = "") -> Section:
    """Return the failures that are shown; of several policies, `whose` they are."""
    failures = [own for own in seen.shown if not own.lived.success]
    count = sum(not own.success for own in seen.episodes)
    words = f"{len(failures)} of {count:,} failures, with what the policy last saw."
    title = f"Failures: {whose}" if whose else "Failures"
    return _section(title, words if count else "No episode failed.", seen, failures, show, room)


def success_section(seen: Witnessed, show: Show, room: Room) -> list[Section]:
    """Return the successes that are shown, if there are any."""
    successes = [own for own in seen.shown if own.lived.success]
    words = "Those with the largest error." if seen.error else "Those with the smallest return."
    title = "Hardest successes"
    return [_section(title, words, seen, successes, show, room)] if successes else []


def _section(
    title: str,
    words: str,
    seen: Witnessed,
    shown: Sequence[ShownEpisode],
    show: Show,
    room: Room,
) -> Section:
    cards = [_card(own, seen, show(own.lived), room) for own in shown]
    left_out = any(own.frames and not card.strips for own, card in zip(shown, cards, strict=True))
    more = " Pictures are left out where there was no room." if left_out else ""
    has_maps = any(card.map for card in cards)
    return Section(title, words + more, cards=cards, scale=_scale(seen) if has_maps else None)


def _card(own: ShownEpisode, seen: Witnessed, commands: Sequence[str], room: Room) -> Card:
    episode = own.lived
    facts = [
        ("length", length(episode, seen)),
        ("return", with_unit(episode.total_reward, "")),
        *([("error", error_words(episode, seen))] if episode.error is not None else []),
    ]
    return Card(
        f"Seed {episode.seed}: {episode.end.replace('_', ' ')}",
        episode.success,
        facts,
        commands,
        _strips(own.frames, seen, room),
        _map(own, seen),
    )


def _strips(
    frames: Mapping[str, tuple[Frame, ...]], seen: Witnessed, room: Room
) -> dict[str, list[tuple[str, Frame]]]:
    return {
        name: [(_when(frame, seen), frame) for frame in own]
        for name, own in list(frames.items())[:_MOST_CAMERAS]
        if room.take(sum(len(frame.uri) for frame in own))
    }


def _map(own: ShownEpisode, seen: Witnessed) -> Chart | None:
    if own.drawn is None:
        return None
    unit = "" if seen.error is None else words_and_unit(seen.error.measurement)[1]
    return Chart(route(own.drawn, _largest_error(seen), unit), is_square=True)


def length(own: LivedEpisode, seen: Witnessed) -> str:
    """Return how long an episode was."""
    if seen.step_s is None:
        return f"{own.steps:,} steps"
    return with_unit(own.steps * seen.step_s, "s")


def error_words(own: LivedEpisode, seen: Witnessed) -> str:
    """Return how far from perfect an episode was; nothing where no task says."""
    if own.error is None or seen.error is None:
        return ""
    return with_unit(own.error, words_and_unit(seen.error.measurement)[1])


def _when(frame: Frame, seen: Witnessed) -> str:
    if not frame.steps_before:
        return "end"
    minus = "\N{MINUS SIGN}"
    if seen.step_s is None:
        return f"{minus}{frame.steps_before}"
    return f"{minus}{frame.steps_before * seen.step_s:.1f} s"


def _largest_error(seen: Witnessed) -> float:
    """Return where the colours of maps end: at the largest error of all that are shown."""
    drawn = [own.drawn.error for own in seen.shown if own.drawn and own.drawn.error is not None]
    return max((float(np.nan_to_num(abs(own)).max()) for own in drawn), default=1.0) or 1.0


def _scale(seen: Witnessed) -> tuple[str, str] | None:
    if seen.error is None:
        return None
    words, unit = words_and_unit(seen.error.measurement)
    return f"{words} 0", with_unit(_largest_error(seen), unit)
