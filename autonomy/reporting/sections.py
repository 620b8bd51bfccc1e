"""What there is to say of many episodes, as parts of reports."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.comparison import GroupSuccess, success_by_group
from autonomy.json_values import described
from autonomy.quantities import with_unit, words_and_unit
from autonomy.reporting.cards import error_words, length
from autonomy.reporting.histogram import histogram
from autonomy.reporting.page import Chart, Section, Table
from autonomy.reporting.success_charts import Rate, rates
from autonomy.reporting.witnessed import LivedEpisode, Witnessed

GROUPS = (
    "Episodes by what was drawn at random for them, the worst first; bars are 95 % intervals "
    "(Wilson), the dashed line is all episodes. Of so many groups some look bad by chance."
)

_MOST_GROUPS = 12  # that a chart shows
_MOST_ROWS = 1_000  # of the list of episodes


def percent(value: float) -> str:
    """Write a share as people read it."""
    return f"{value:.1%}"


def groups_of(seen: Witnessed) -> list[GroupSuccess]:
    """Return how each group of episodes fared, the worst first; none where all fared alike."""
    successes = _success(seen).astype(np.float64)
    if len(np.unique(successes)) < 2:
        return []
    return success_by_group(successes, seen.randomization)


def group_chart(groups: Sequence[GroupSuccess], overall: float, title: str = "") -> Chart:
    """Return the worst groups, beside how all episodes fared."""
    shown = [
        Rate(own.range.name, own.success_rate, *own.success_rate_ci95, own.episodes)
        for own in groups[:_MOST_GROUPS]
    ]
    return Chart(rates(shown, overall), title)


def group_sections(seen: Witnessed) -> list[Section]:
    """Return the success of groups of episodes, where it differs."""
    groups = groups_of(seen)
    if not groups:
        return []
    rows = [
        (
            own.range.name,
            percent(own.success_rate),
            " to ".join(map(percent, own.success_rate_ci95)),
            str(own.episodes),
        )
        for own in groups
    ]
    table = Table(("group", "success", "95 % interval", "episodes"), rows)
    chart = group_chart(groups, float(_success(seen).mean()))
    return [
        Section("Success by group", GROUPS, charts=[chart]),
        Section("Success of every group", table=table, is_folded=True),
    ]


def error_chart(seen: Witnessed, title: str = "") -> Chart | None:
    """Return how large the task's error was how often; None where no task says what it is."""
    values = [own.error for own in seen.episodes if own.error is not None]
    if seen.error is None or not values:
        return None
    axis = _titled(*words_and_unit(seen.error.measurement))
    return Chart(histogram(np.array(values), _success(seen), axis), title)


def error_section(seen: Witnessed, drawn: Sequence[Chart | None]) -> list[Section]:
    """Return charts of the task's error, where there are any."""
    found = [own for own in drawn if own is not None]
    if seen.error is None or not found:
        return []
    words, _ = words_and_unit(seen.error.measurement)
    how = "at the end of each episode" if seen.error.at_end else "root mean square of each episode"
    return [Section(f"Error: {words}", f"The {words}, {how}.", charts=found)]


def measurement_section(seen: Witnessed) -> list[Section]:
    """Return how large everything was that is measured."""
    names = list(seen.episodes[0].means) if seen.episodes else []
    drawn: list[Chart] = []
    for name in names:
        values = np.array([own.means[name] for own in seen.episodes])
        axis = _titled(*words_and_unit(name))
        drawn.append(Chart(histogram(values, _success(seen), axis, is_small=True)))
    words = "Means over each episode."
    return [Section("Every measurement", words, charts=drawn, is_folded=True)] if drawn else []


def episode_section(seen: Witnessed) -> list[Section]:
    """Return a list of the episodes, those that failed first."""
    order = sorted(seen.episodes, key=lambda own: (own.success, -(own.error or 0.0), own.seed))
    rows = [_row(own, seen) for own in order[:_MOST_ROWS]]
    more = len(order) - len(rows)
    words = "Failures first, then by error." + (f" {more:,} more are left out." if more else "")
    table = Table(("seed", "ended", "return", "length", "error"), rows)
    return [Section("Every episode", words, table=table, is_folded=True)] if rows else []


def film_section(path: Path | None, room: int) -> list[Section]:
    """Return the film, or where it is if it takes more bytes than there is room for."""
    if path is None:
        return []
    if path.stat().st_size * 4 / 3 > room:
        return [Section("Film", f"It is too large for this page: {path}")]
    data = base64.b64encode(path.read_bytes()).decode()
    return [Section("Film", path.name, video=f"data:video/mp4;base64,{data}")]


def values_section(title: str, values: Mapping[str, Any]) -> list[Section]:
    """Return named values as a table, if there are any."""
    rows = [(name, str(own)) for name, own in described(values).items()]
    return [Section(title, table=Table(("name", "value"), rows), is_folded=True)] if rows else []


def _row(own: LivedEpisode, seen: Witnessed) -> tuple[str, ...]:
    return (
        str(own.seed),
        own.end.replace("_", " "),
        with_unit(own.total_reward, ""),
        length(own, seen),
        error_words(own, seen),
    )


def _success(seen: Witnessed) -> NDArray[np.bool_]:
    return np.array([own.success for own in seen.episodes], np.bool_)


def _titled(words: str, unit: str) -> str:
    return f"{words} [{unit}]" if unit else words
