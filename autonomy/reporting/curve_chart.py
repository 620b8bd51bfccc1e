"""Curves over environment steps."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt

from autonomy.reporting.charts import SERIES, Spec, chart_of, height_of, spec_of

_MOST_DOTS = 60  # points that are marked


class Point(NamedTuple):
    """A point of a curve."""

    steps: int
    value: float
    low: float | None = None
    high: float | None = None


def curve_chart(
    lines: Mapping[str, Sequence[Point]], title: str, *, is_small: bool = False
) -> Spec:
    """Return lines over environment steps, by their names; points may have intervals."""
    rows = [
        {"name": name, **point._asdict()}
        for name, points in lines.items()
        for point in points
        if math.isfinite(point.value)
    ]
    legend = alt.Legend(orient="top", title=None) if len(lines) > 1 else None
    base = chart_of("points").encode(
        x=alt.X("steps:Q").title("environment steps").axis(format="~s", tickCount=5),
        color=alt.Color("name:N").sort(list(lines)).scale(range=list(SERIES)).legend(legend),
        tooltip=["name:N", alt.Tooltip("steps:Q").format(","), alt.Tooltip("value:Q")],
    )
    y = alt.Y("value:Q").title(title or None).axis(tickCount=5).scale(zero=False)
    drawn = [base.mark_line(strokeWidth=2).encode(y=y)]
    if len(rows) <= _MOST_DOTS:
        drawn.append(base.mark_point(filled=True, size=30, opacity=1).encode(y=y))
    if any(row["low"] is not None for row in rows):
        interval = base.transform_filter("datum.low != null").mark_rule(strokeWidth=2, opacity=0.4)
        drawn.append(interval.encode(y=alt.Y("low:Q").title(title or None), y2="high:Q"))
    chart = alt.layer(*drawn).properties(width="container", height=height_of(is_small=is_small))
    return spec_of(chart, points=rows)
