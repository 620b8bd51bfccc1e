"""The charts of reports, in Vega-Lite's words; the page says how they look by day and by night."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np
from numpy.typing import NDArray

from autonomy.reporting.lived import Drawn
from autonomy.reporting.map_lines import Extent, extent_of, thinned, within

Spec = dict[str, Any]

GOOD, BAD = "#2a9d8f", "#e4573d"
OUTCOMES = ("succeeded", "failed")
SERIES = ("#3b82f6", "#f59e0b", "#a855f7", "#14b8a6", "#ef4444", "#84cc16", "#ec4899", "#64748b")
CALM_TO_BAD = ("#3b82f6", "#22b8a6", "#f5b335", "#e4573d", "#c2185b")
"""Of errors from none to the largest."""

_MAP_SIZE = 300  # [px]
_BAR = 22  # [px]
_MOST_BINS = 24
_GROUND = {"edge": "#8a94a3"}


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
    base = alt.Chart(_data([_rounded(row._asdict()) for row in rows])).encode(
        y=alt.Y("of:N").sort(order).title(None).axis(labelLimit=150, domain=False, ticks=False),
        tooltip=[
            alt.Tooltip("of:N").title("of"),
            *([alt.Tooltip("series:N").title("policy")] if len(series) > 1 else []),
            alt.Tooltip("rate:Q").format(".1%").title("success"),
            alt.Tooltip("low:Q").format(".1%").title("from"),
            alt.Tooltip("high:Q").format(".1%").title("to"),
            alt.Tooltip("episodes:Q").title("episodes"),
        ],
    )
    if len(series) > 1:
        legend = alt.Legend(orient="top", title=None, columns=1, labelLimit=280)
        color = alt.Color("series:N").sort(series).scale(range=list(SERIES)).legend(legend)
        base = base.encode(color=color, yOffset=alt.YOffset("series:N").sort(series))
    x = alt.X("low:Q").scale(domain=[0, 1]).axis(share).title("success")
    plain = {} if len(series) > 1 else {"color": SERIES[0]}
    interval = base.mark_rule(strokeWidth=3, opacity=0.55, **plain).encode(x=x, x2="high:Q")
    middle = base.mark_point(filled=True, size=70, opacity=1, **plain).encode(x="rate:Q")
    layers = [interval, middle]
    if overall is not None:
        line = alt.Chart(_data([{"rate": overall}])).mark_rule(strokeDash=[4, 4], opacity=0.7)
        layers.insert(0, line.encode(x="rate:Q", color=alt.value("#8a94a3")))
    height = _BAR * len(order) * max(1.0, 0.7 * len(series))
    return _spec(alt.layer(*layers).properties(width="container", height=height))


def ends(counts: Mapping[str, int], good: Sequence[str]) -> Spec:
    """Return how often episodes ended for each reason; some are good."""
    rows = [
        {"end": end.replace("_", " "), "episodes": count, "outcome": OUTCOMES[end not in good]}
        for end, count in counts.items()
    ]
    bars = alt.Chart(_data(rows)).encode(
        y=alt.Y("end:N").sort(None).title(None).axis(domain=False, ticks=False, labelLimit=150),
        x=alt.X("episodes:Q").axis(tickMinStep=1, tickCount=5).title("episodes"),
        tooltip=["end:N", "episodes:Q"],
    )
    chart = alt.layer(
        bars.mark_bar(cornerRadiusEnd=3).encode(color=_outcome(legend=False)),
        bars.mark_text(align="left", dx=5).encode(text="episodes:Q"),
    )
    return _spec(chart.properties(width="container", height=_BAR * len(rows)))


def histogram(
    values: NDArray[np.float64], success: NDArray[np.bool_], title: str, height: int = 190
) -> Spec:
    """Return how often values `(E,)` came, in episodes that succeeded and that failed."""
    finite = np.isfinite(values)
    if not finite.any():
        edges = np.linspace(0.0, 1.0, 2)
    else:
        edges = np.histogram_bin_edges(values[finite], bins=_bins(values[finite]))
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
    bars = alt.Chart(_data([_rounded(row) for row in rows])).mark_bar(binSpacing=1)
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
    return _spec(chart.properties(width="container", height=height))


def curves(lines: Mapping[str, Sequence[Point]], title: str, height: int = 190) -> Spec:
    """Return lines over environment steps, by their names; points may have intervals."""
    rows = [
        {"name": name, **_rounded(point._asdict())}
        for name, points in lines.items()
        for point in points
        if math.isfinite(point.value)
    ]
    legend = alt.Legend(orient="top", title=None) if len(lines) > 1 else None
    base = alt.Chart(_data(rows)).encode(
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
    return _spec(alt.layer(*drawn).properties(width="container", height=height))


def route(drawn: Drawn, largest: float, unit: str) -> Spec:
    """Return a map with the way that was gone, coloured by the error up to the largest one."""
    extent = extent_of(drawn)
    layers = [*_ground(drawn, extent), _way(drawn, largest, unit, extent), *_ends(drawn, extent)]
    chart = alt.layer(*layers).properties(width=_MAP_SIZE, height=_MAP_SIZE)
    return _spec(chart.resolve_scale(color="independent"))


def _ground(drawn: Drawn, extent: Extent) -> list[Any]:
    lines, marks = list[Spec](), list[Spec]()
    for name, own in drawn.lines.items():
        for line in own:
            if len(line) == 1:
                marks.append({"what": name, **_place(line[0])})
                continue
            for piece in within(line, extent):
                number = len(lines)
                lines += [
                    {"what": name, "line": number, "n": n, **_place(place)}
                    for n, place in enumerate(thinned(piece))
                ]
    x, y = _axes(extent)
    ground = alt.Chart(_data(lines)).mark_line(strokeWidth=1.4, color="#8a94a3", clip=True)
    found: list[Any] = [
        ground.encode(
            x=x,
            y=y,
            detail="line:N",
            order="n:Q",
            strokeDash=alt.StrokeDash("what:N").sort(list(drawn.lines)).legend(None),
            tooltip="what:N",
        )
    ]
    if marks:
        mark = alt.Chart(_data(marks)).mark_point(shape="cross", size=160, color=GOOD, filled=True)
        found.append(mark.encode(x=x, y=y, tooltip="what:N"))
    return found


def _way(drawn: Drawn, largest: float, unit: str, extent: Extent) -> Any:
    path = thinned(drawn.path, most=160)
    rows = [
        {**_place(one), **{f"{axis}2": own for axis, own in _place(other).items()}}
        for one, other in zip(path[:-1], path[1:], strict=True)
    ]
    x, y = _axes(extent)
    if drawn.error is None:
        way = alt.Chart(_data(rows)).mark_rule(strokeWidth=4, strokeCap="round", color=SERIES[0])
        return way.encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
    errors = _thinned_errors(drawn.error, len(rows))
    for row, error in zip(rows, errors, strict=True):
        row["error"] = _short(error)
    way = alt.Chart(_data(rows)).mark_rule(strokeWidth=4, strokeCap="round", clip=True)
    scale = alt.Scale(domain=[0, largest], range=list(CALM_TO_BAD), clamp=True)
    tooltip = alt.Tooltip("error:Q").format(".3~g").title(f"error [{unit}]" if unit else "error")
    color = alt.Color("error:Q").scale(scale).legend(None)
    return way.encode(x=x, y=y, x2="x2:Q", y2="y2:Q", color=color, tooltip=tooltip)


def _ends(drawn: Drawn, extent: Extent) -> list[Any]:
    x, y = _axes(extent)
    rows = [
        {"what": what, **_place(drawn.path[number])} for what, number in (("start", 0), ("end", -1))
    ]
    shape = alt.Shape("what:N").scale(domain=["start", "end"], range=["circle", "square"])
    marks = alt.Chart(_data(rows)).mark_point(size=70, strokeWidth=2, color="#8a94a3", opacity=1)
    return [marks.encode(x=x, y=y, shape=shape.legend(None), tooltip="what:N")]


def _axes(extent: Extent) -> tuple[Any, Any]:
    def scale(low: float, high: float) -> Any:
        return alt.Scale(domain=[_short(low), _short(high)], zero=False, nice=False)

    axis = alt.Axis(tickCount=4, grid=False)
    x = alt.X("x:Q").scale(scale(extent.left, extent.right)).title("x [m]").axis(axis)
    y = alt.Y("y:Q").scale(scale(extent.bottom, extent.top)).title("y [m]").axis(axis)
    return x, y


def _outcome(*, legend: bool) -> Any:
    shown = alt.Legend(orient="top", title=None) if legend else None
    scale = alt.Scale(domain=list(OUTCOMES), range=[GOOD, BAD])
    return alt.Color("outcome:N").scale(scale).legend(shown)


def _thinned_errors(errors: NDArray[np.float64], count: int) -> list[float]:
    """Return the largest error on each of so many parts of a way."""
    parts = np.array_split(np.abs(np.nan_to_num(errors)), count)
    return [float(part.max()) if len(part) else 0.0 for part in parts]


def _bins(values: NDArray[np.float64]) -> int:
    """Return how many bins: as the square root of how many there are."""
    different = len(np.unique(values))
    return max(1, min(_MOST_BINS, math.ceil(2 * math.sqrt(len(values))), different))


def _place(place: NDArray[np.float64]) -> dict[str, float]:
    return {"x": _short(place[0]), "y": _short(place[1])}


def _short(value: float) -> float:
    """Return what can be seen of a value: it takes less room."""
    return float(f"{value:.5g}")


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _short(own) if isinstance(own, float) else own for name, own in row.items()}


def _data(rows: list[dict[str, Any]]) -> Any:
    return alt.Data(values=rows)


def _spec(chart: Any) -> Spec:
    spec: Spec = chart.to_dict()
    spec.pop("config", None)  # looks are the page's
    return spec
