"""The page of an evaluation: what a policy's episodes came to, the worst first."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.comparison import GroupSuccess, success_by_group
from autonomy.evaluation import Evaluation
from autonomy.json_values import described
from autonomy.quantities import with_unit, words_and_unit
from autonomy.reporting import charts
from autonomy.reporting.cards import Cards, cards_section, error_words, length
from autonomy.reporting.lived import Lived, LivedEpisode
from autonomy.reporting.page import MOST_BYTES, Chart, Figure, Page, Section, Table
from autonomy.versions import versions

Curves = Mapping[str, Sequence[charts.Point]]
"""By their names, such as `validation/success_rate`."""

_MOST_GROUPS = 12  # that a chart shows
_MOST_ROWS = 1_000  # of the list of episodes
_ROOM = MOST_BYTES - 1_000_000  # [bytes] for pictures and a film: the rest is the library's


@dataclass(frozen=True)
class Evaluated:
    """What the page of an evaluation is about."""

    kind: str
    """Such as `evaluation`."""
    policy: str
    env_id: str
    options: Mapping[str, Any]
    """Of the world."""
    result: Evaluation
    lived: Lived
    command: str
    """That does it again."""
    show: Callable[[LivedEpisode], str]
    """Returns the command that shows an episode again."""
    curves: Curves = field(default_factory=dict[str, Sequence[charts.Point]])
    """Of the training, if there was one."""
    recipe: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """How it was trained, likewise."""
    video: Path | None = None
    about: str = ""
    """What else is to be said of the policy."""


def evaluation_page(own: Evaluated) -> Page:
    """Return the page."""
    cards = Cards(own.lived, own.show, _ROOM)
    sections = [
        *_curves(own.curves),
        *_how_it_went(own),
        *_groups(own),
        *_errors(own),
        *cards_section(cards),
        *_video(own.video, cards.room),
        *_all_curves(own.curves),
        *_more_measurements(own),
        *_every_episode(own.lived),
        *_repeat(own),
    ]
    return Page(
        own.kind,
        own.policy,
        _lead(own),
        _figures(own.result),
        sections,
        made_by(),
    )


def made_by() -> str:
    """Return which versions a page comes from."""
    return ", ".join(f"{name} {number}" for name, number in versions().items())


def percent(value: float) -> str:
    """Write a share as people read it."""
    return f"{value:.1%}"


def interval(low: float, high: float) -> str:
    """Write the 95 % interval of a share."""
    return f"95 % interval {percent(low)} to {percent(high)}"


def _lead(own: Evaluated) -> str:
    first, last = own.result.seed, own.result.seed + own.result.episodes - 1
    episodes = f"{own.result.episodes:,} episodes in {own.env_id}, seeds {first} to {last}"
    split = f", {own.options['split']} split" if "split" in own.options else ""
    return f"{episodes}{split}{own.about}"


def _figures(result: Evaluation) -> list[Figure]:
    success = Figure("success", percent(result.success_rate), interval(*result.success_rate_ci95))
    metrics = [
        Figure(words, with_unit(value, unit))
        for words, unit, value in (
            (*words_and_unit(name), value) for name, value in result.metrics.items()
        )
    ]
    steps = Figure("episodes", f"{result.episodes:,}", f"{result.steps:,} steps")
    return [success, steps, Figure("mean return", with_unit(result.mean_return, "")), *metrics]


def _how_it_went(own: Evaluated) -> list[Section]:
    good = sorted({episode.end for episode in own.lived.episodes if episode.success})
    spec = charts.ends(own.result.episode_ends, good)
    return [Section("How episodes ended", charts=[Chart(spec)])]


def _groups(own: Evaluated) -> list[Section]:
    successes = np.array([episode.success for episode in own.lived.episodes], np.float64)
    groups = success_by_group(successes, own.lived.randomization) if len(successes) else []
    if not groups:
        return []
    if not 0.0 < own.result.success_rate < 1.0:
        return []  # groups that are all alike tell nothing
    words = (
        "Episodes by what was drawn at random for them, the worst first; bars are 95 % intervals "
        "(Wilson), the dashed line is all episodes. Of so many groups some look bad by chance."
    )
    first = charts.rates([_rate(group) for group in groups[:_MOST_GROUPS]], own.result.success_rate)
    return [
        Section("Success by group", words, charts=[Chart(first)]),
        Section("Success of every group", table=group_table(groups), is_folded=True),
    ]


def _rate(group: GroupSuccess) -> charts.Rate:
    low, high = group.success_rate_ci95
    return charts.Rate(group.range.name, group.success_rate, low, high, group.episodes)


def group_table(groups: Sequence[GroupSuccess]) -> Table:
    """Return how each group of episodes fared."""
    rows = [
        (
            group.range.name,
            percent(group.success_rate),
            f"{percent(group.success_rate_ci95[0])} to {percent(group.success_rate_ci95[1])}",
            str(group.episodes),
        )
        for group in groups
    ]
    return Table(("group", "success", "95 % interval", "episodes"), rows)


def _errors(own: Evaluated) -> list[Section]:
    error, episodes = own.lived.error, own.lived.episodes
    values = [episode.error for episode in episodes if episode.error is not None]
    if error is None or not values:
        return []
    words, unit = words_and_unit(error.measurement)
    how = "at the end of each episode" if error.at_end else "root mean square over each episode"
    spec = charts.histogram(np.array(values), _success(own.lived), _titled(words, unit))
    return [Section(f"Error: {words}", f"The {words} {how}.", charts=[Chart(spec)])]


def _more_measurements(own: Evaluated) -> list[Section]:
    episodes = own.lived.episodes
    names = list(episodes[0].means) if episodes else []
    drawn: list[Chart] = []
    for name in names:
        values = np.array([episode.means[name] for episode in episodes])
        title = _titled(*words_and_unit(name))
        drawn.append(Chart(charts.histogram(values, _success(own.lived), title, is_small=True)))
    words = "Means over each episode."
    return [Section("Every measurement", words, charts=drawn, is_folded=True)] if drawn else []


def _success(lived: Lived) -> NDArray[np.bool_]:
    return np.array([episode.success for episode in lived.episodes], np.bool_)


def _titled(words: str, unit: str) -> str:
    return f"{words} [{unit}]" if unit else words


_FIRST_CURVES = {"success": "success_rate", "return": "return"}
_LINES = {"training": "episode", "validation": "validation"}


def _curves(curves: Curves) -> list[Section]:
    drawn: list[Chart] = []
    for title, name in _FIRST_CURVES.items():
        lines = {
            own: curves[f"{group}/{name}"]
            for own, group in _LINES.items()
            if curves.get(f"{group}/{name}")
        }
        if lines:
            drawn.append(Chart(charts.curves(lines, title)))
    return [Section("Training", charts=drawn)] if drawn else []


def _all_curves(curves: Curves) -> list[Section]:
    first = {
        f"{group}/{name}"
        for group in ("episode", "validation")
        for name in ("success_rate", "return")
    }
    rest = [name for name in sorted(curves) if name not in first and not name.startswith("time/")]
    drawn = [Chart(charts.curves({name: curves[name]}, name, is_small=True)) for name in rest]
    return [Section("Every curve", charts=drawn, is_folded=True)] if drawn else []


def _video(path: Path | None, room: int) -> list[Section]:
    if path is None:
        return []
    if path.stat().st_size * 4 / 3 > room:
        return [Section("Film", f"The film is too large for this page: {path}")]
    data = base64.b64encode(path.read_bytes()).decode()
    return [Section("Film", path.name, video=f"data:video/mp4;base64,{data}")]


def _every_episode(lived: Lived) -> list[Section]:
    if not lived.episodes:
        return []
    order = sorted(lived.episodes, key=lambda own: (own.success, -(own.error or 0.0), own.seed))
    rows = [_row(episode, lived) for episode in order[:_MOST_ROWS]]
    more = len(order) - len(rows)
    words = "Failures first, then by error." + (f" {more:,} more are left out." if more else "")
    table = Table(("seed", "ended", "return", "length", "error"), rows)
    return [Section("Every episode", words, table=table, is_folded=True)]


def _row(own: LivedEpisode, lived: Lived) -> tuple[str, ...]:
    return (
        str(own.seed),
        own.end.replace("_", " "),
        with_unit(own.total_reward, ""),
        length(own, lived),
        error_words(own, lived),
    )


def _repeat(own: Evaluated) -> list[Section]:
    options = Table(("option", "value"), _flat(own.options))
    sections = [
        Section("How to repeat it", f"In {own.env_id}:", commands=[own.command]),
        Section("Options of the world", table=options, is_folded=True),
    ]
    if own.recipe:
        recipe = Table(("field", "value"), _flat(own.recipe))
        sections.append(Section("Recipe", table=recipe, is_folded=True))
    return sections


def _flat(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(own)) for name, own in described(values).items()]
