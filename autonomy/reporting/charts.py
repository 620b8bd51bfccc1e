"""What the charts of reports have in common; how they look by day and by night, the page says."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Spec = dict[str, Any]
"""A chart in Vega-Lite's words."""

Rows = Sequence[Mapping[str, Any]]

GOOD, BAD = "#2a9d8f", "#e4573d"
QUIET = "#8a94a3"
"""Of what is around, on a light page and on a dark one."""
SERIES = ("#3b82f6", "#f59e0b", "#a855f7", "#14b8a6", "#ef4444", "#84cc16", "#ec4899", "#64748b")

OUTCOMES = ("succeeded", "failed")


def chart_of(name: str) -> Any:
    """Return a chart of the rows that `spec_of` is given by that name."""
    return alt.Chart(alt.NamedData(name=name))


def spec_of(chart: Any, **rows: Rows) -> Spec:
    """Return a chart with its rows of data, by their names; numbers as exactly as can be seen.

    Rows are not put into the chart itself, since Altair would look through all of them.
    """
    spec: Spec = chart.to_dict(validate=False)
    spec.pop("config", None)
    return {**spec, "datasets": {name: [_short(row) for row in own] for name, own in rows.items()}}


def outcome_color(*, legend: bool) -> Any:
    """Return the colours of what succeeded and what failed."""
    shown = alt.Legend(orient="top", title=None) if legend else None
    scale = alt.Scale(domain=list(OUTCOMES), range=[GOOD, BAD])
    return alt.Color("outcome:N").scale(scale).legend(shown)


def height_of(*, is_small: bool) -> int:
    """Return how high a chart is [px]."""
    return 130 if is_small else 190


def short(value: float) -> float | None:
    """Return what can be seen of a value, which takes less room; None where it is no number."""
    return float(f"{value:.5g}") if math.isfinite(value) else None


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: short(own) if isinstance(own, float) else own for name, own in row.items()}
