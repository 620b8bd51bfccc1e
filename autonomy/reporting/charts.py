"""The charts of reports, in Vega-Lite's words; the page says how they look by day and by night."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np
from numpy.typing import NDArray

Spec = dict[str, Any]

GOOD, BAD = "#2a9d8f", "#e4573d"
OUTCOMES = ("succeeded", "failed")
SERIES = ("#3b82f6", "#f59e0b", "#a855f7", "#14b8a6", "#ef4444", "#84cc16", "#ec4899", "#64748b")
QUIET = "#8a94a3"
"""Of what is around, on a light page and on a dark one."""

_BAR = 22  # [px]
_NAMES = alt.Axis(domain=False, ticks=False, labelPadding=8)
_MOST_BINS = 24


class Rate(NamedTuple):
    """A share of episodes, with its 95 % interval."""

    of: str
    rate: float
    low: float
    high: float
    episodes: int
    series: str = ""
    """Whose it is, where several are compared."""


class Point(NamedTuple):
    """A point of a curve."""

    steps: int
    value: float
    low: float | None = None
    high: float | None = None


def rates(rows: Sequence[Rate], overall: float | None = None) -> Spec:
    """Return success rates with their intervals, from top to bottom as they are given."""
    order = list(dict.fromkeys(row.of for row in rows))
    series = list(dict.fromkeys(row.series for row in rows))
    share = alt.Axis(format="%", tickCount=5)
    base = alt.Chart(data([_rounded(row._asdict()) for row in rows])).encode(
        y=alt.Y("of:N")
        .sort(order)
        .title(None)
        .axis(labelLimit=150, domain=False, ticks=False, labelPadding=8),
        tooltip=[
            alt.Tooltip("of:N").title("of"),
            *([alt.Tooltip("series:N").title("policy")] if len(series) > 1 else []),
            alt.Tooltip("rate:Q").format(".1%").title("success"),
            alt.Tooltip("low:Q").format(".1%").title("from"),
            alt.Tooltip("high:Q").format(".1%").title("to"),
            alt.Tooltip("episodes:Q").title("episodes"),
        ],
    )
    if len(series) == 1:
        base = base.encode(color=alt.value(SERIES[0]))
    else:
        legend = alt.Legend(orient="top", title=None, columns=1, labelLimit=280)
        color = alt.Color("series:N").sort(series).scale(range=list(SERIES)).legend(legend)
        base = base.encode(color=color, yOffset=alt.YOffset("series:N").sort(series))
    x = alt.X("low:Q").scale(domain=[0, 1]).axis(share).title("success")
    interval = base.mark_rule(strokeWidth=3, opacity=0.55).encode(x=x, x2="high:Q")
    middle = base.mark_point(filled=True, size=70, opacity=1).encode(x="rate:Q")
    layers = [interval, middle]
    if overall is not None:
        line = alt.Chart(data([{"rate": overall}])).mark_rule(strokeDash=[4, 4], opacity=0.7)
        layers.insert(0, line.encode(x="rate:Q", color=alt.value(QUIET)))
    height = _BAR * len(order) * max(1.0, 0.7 * len(series))
    return spec_of(alt.layer(*layers).properties(width="container", height=height))


def ends(counts: Mapping[str, int], good: Sequence[str]) -> Spec:
    """Return how often episodes ended for each reason; some are good."""
    rows = [
        {"end": end.replace("_", " "), "episodes": count, "outcome": OUTCOMES[end not in good]}
        for end, count in counts.items()
    ]
    bars = alt.Chart(data(rows)).encode(
        y=alt.Y("end:N")
        .sort(None)
        .title(None)
        .axis(domain=False, ticks=False, labelLimit=150, labelPadding=8),
        x=alt.X("episodes:Q").axis(tickMinStep=1, tickCount=5).title("episodes"),
        tooltip=["end:N", "episodes:Q"],
    )
    chart = alt.layer(
        bars.mark_bar(cornerRadiusEnd=3).encode(color=_outcome(legend=False)),
        bars.mark_text(align="left", dx=5).encode(text="episodes:Q"),
    )
    return spec_of(chart.properties(width="container", height=_BAR * len(rows)))


def histogram(
    values: NDArray[np.float64], success: NDArray[np.bool_], title: str, *, is_small: bool = False
) -> Spec:
    """Return how often values `(E,)` came, in episodes that succeeded and that failed.

    Where they are as near to zero as errors are, zero is shown too.
    """
    finite = np.isfinite(values)
    edges = _edges(values[finite])
    rows = [
        {"from": low, "to": high, "episodes": int(count), "outcome": outcome}
        for outcome, chosen in zip(OUTCOMES, (success, ~success), strict=True)
        for low, high, count in zip(
            edges[:-1].tolist(),
            edges[1:].tolist(),
            np.histogram(values[finite & chosen], edges)[0].tolist(),
            strict=True,
        )
        if count
    ]
    bars = alt.Chart(data([_rounded(row) for row in rows])).mark_bar(binSpacing=1)
    chart = bars.encode(
        x=alt.X("from:Q").bin("binned").title(title).axis(tickCount=6),
        x2="to:Q",
        y=alt.Y("episodes:Q").stack("zero").title("episodes").axis(tickMinStep=1, tickCount=4),
        color=_outcome(legend=bool(success.any() and not success.all())),
        tooltip=[
            "outcome:N",
            "episodes:Q",
            alt.Tooltip("from:Q").format(".3~g"),
            alt.Tooltip("to:Q").format(".3~g"),
        ],
    )
    return spec_of(chart.properties(width="container", height=_height(is_small)))


def curves(lines: Mapping[str, Sequence[Point]], title: str, *, is_small: bool = False) -> Spec:
    """Return lines over environment steps, by their names; points may have intervals."""
    rows = [
        {"name": name, **_rounded(point._asdict())}
        for name, points in lines.items()
        for point in points
        if math.isfinite(point.value)
    ]
    legend = alt.Legend(orient="top", title=None) if len(lines) > 1 else None
    base = alt.Chart(data(rows)).encode(
        x=alt.X("steps:Q").title("environment steps").axis(format="~s", tickCount=5),
        color=alt.Color("name:N").sort(list(lines)).scale(range=list(SERIES)).legend(legend),
        tooltip=["name:N", alt.Tooltip("steps:Q").format(","), alt.Tooltip("value:Q")],
    )
    y = alt.Y("value:Q").title(title).axis(tickCount=5).scale(zero=False)
    drawn = [base.mark_line(strokeWidth=2, interpolate="linear").encode(y=y)]
    if len(rows) <= 60:
        drawn.append(base.mark_point(filled=True, size=30, opacity=1).encode(y=y))
    if any(row["low"] is not None for row in rows):
        interval = base.transform_filter("datum.low != null").mark_rule(strokeWidth=2, opacity=0.4)
        drawn.append(interval.encode(y=alt.Y("low:Q").title(title), y2="high:Q"))
    return spec_of(alt.layer(*drawn).properties(width="container", height=_height(is_small)))


def _outcome(*, legend: bool) -> Any:
    shown = alt.Legend(orient="top", title=None) if legend else None
    scale = alt.Scale(domain=list(OUTCOMES), range=[GOOD, BAD])
    return alt.Color("outcome:N").scale(scale).legend(shown)


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of bins: so many as the square root of how many values there are."""
    if not len(values):
        return np.array([0.0, 1.0])
    count = min(_MOST_BINS, math.ceil(2 * math.sqrt(len(values))), len(np.unique(values)))
    low, high = float(values.min()), float(values.max())
    if 0.0 < low < high:
        low = 0.0 if low < 0.5 * high else low
    return np.histogram_bin_edges(values, count, (low, high))


def _height(is_small: bool) -> int:
    return 130 if is_small else 190


def short(value: float) -> float | None:
    """Return what can be seen of a value, which takes less room; None where it is no number."""
    return float(f"{value:.5g}") if math.isfinite(value) else None


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: short(own) if isinstance(own, float) else own for name, own in row.items()}


def data(rows: list[dict[str, Any]]) -> Any:
    """Return rows as a chart takes them."""
    return alt.Data(values=rows)


def spec_of(chart: Any) -> Spec:
    """Return what a chart is in Vega-Lite's words; how it looks is for the page to say."""
    spec: Spec = chart.to_dict(validate=False)
    spec.pop("config", None)
    return spec
