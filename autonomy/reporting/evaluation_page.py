"""The page of an evaluation: what a policy's episodes came to, the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autonomy.evaluation import Evaluation
from autonomy.quantities import with_unit, words_and_unit
from autonomy.reporting.cards import Room, Show, failure_section, success_section
from autonomy.reporting.curve_chart import Point
from autonomy.reporting.curve_sections import Curves, every_curve, training_sections
from autonomy.reporting.page import ROOM, Chart, Figure, Page, Section
from autonomy.reporting.sections import (
    episode_section,
    error_chart,
    error_section,
    film_section,
    group_sections,
    measurement_section,
    percent,
    values_section,
)
from autonomy.reporting.success_charts import ends
from autonomy.reporting.witnessed import Witnessed


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
    seen: Witnessed
    command: str
    """That does it again."""
    show: Show
    curves: Curves = field(default_factory=dict[str, Sequence[Point]])
    """Of the training, if there was one."""
    recipe: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """How it was trained, likewise."""
    video: Path | None = None
    about: str = ""
    """What else is to be said of the policy."""


def evaluation_page(own: Evaluated) -> Page:
    """Return the page."""
    room = Room(ROOM)
    sections = [
        *training_sections(own.curves),
        _ends(own),
        *group_sections(own.seen),
        *error_section(own.seen, [error_chart(own.seen)]),
        failure_section(own.seen, own.show, room),
        *success_section(own.seen, own.show, room),
        *film_section(own.video, room.left),
        *every_curve(own.curves),
        *measurement_section(own.seen),
        *episode_section(own.seen),
        Section("How to repeat it", f"In {own.env_id}:", commands=[own.command]),
        *values_section("Options of the world", own.options),
        *values_section("Recipe", own.recipe),
    ]
    return Page(own.kind, own.policy, _lead(own), _figures(own.result), sections)


def _lead(own: Evaluated) -> str:
    first, last = own.result.seed, own.result.seed + own.result.episodes - 1
    episodes = f"{own.result.episodes:,} episodes in {own.env_id}, seeds {first} to {last}"
    split = f", {own.options['split']} split" if "split" in own.options else ""
    return f"{episodes}{split}. {own.about}"


def _figures(result: Evaluation) -> list[Figure]:
    interval = " to ".join(map(percent, result.success_rate_ci95))
    metrics = [
        Figure(words, with_unit(value, unit))
        for words, unit, value in (
            (*words_and_unit(name), value) for name, value in result.metrics.items()
        )
    ]
    return [
        Figure("success", percent(result.success_rate), f"95 % interval {interval}"),
        Figure("episodes", f"{result.episodes:,}", f"{result.steps:,} steps"),
        Figure("mean return", with_unit(result.mean_return, "")),
        *metrics,
    ]


def _ends(own: Evaluated) -> Section:
    good = sorted({episode.end for episode in own.seen.episodes if episode.success})
    chart = Chart(ends(own.result.episode_ends, good))
    return Section("How episodes ended", charts=[chart])
