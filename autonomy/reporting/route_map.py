"""Maps of episodes: the way that was gone, coloured by the error on it."""

from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from autonomy.reporting.charts import GOOD, QUIET, SERIES, Rows, Spec, chart_of, short, spec_of
from autonomy.reporting.map_lines import Extent, Line, extent_of, thinned, within
from autonomy.reporting.witnessed import Drawn

CALM_TO_BAD = ("#3b82f6", "#22b8a6", "#f5b335", "#e4573d", "#c2185b")
"""The colours of errors from none to the largest."""

_SIZE = 250  # [px]
_MOST = 160  # pieces of a way


def route(drawn: Drawn, largest: float, unit: str) -> Spec:
    """Return a map with the way that was gone, coloured by the error up to the largest one."""
    extent = extent_of(drawn)
    x, y = _axes(extent)
    layers = [
        _ground(drawn).encode(x=x, y=y),
        _marks().encode(x=x, y=y),
        _way(drawn, largest, unit).encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        _ends().encode(x=x, y=y),
    ]
    chart = alt.layer(*layers).properties(width=_SIZE, height=_SIZE)
    return spec_of(
        chart.resolve_scale(color="independent"),
        ground=_ground_rows(drawn, extent),
        marks=[
            {"what": name, **_place(line[0])}
            for name, own in drawn.lines.items()
            for line in own
            if len(line) == 1
        ],
        way=_way_rows(drawn),
        ends=[
            {"what": what, **_place(drawn.path[number])}
            for what, number in (("start", 0), ("end", -1))
        ],
    )


def _ground(drawn: Drawn) -> Any:
    """Draw lines: whole ones of what is named first, and the rest with dashes."""
    names = list(drawn.lines)
    dashes = alt.Scale(domain=names, range=[[1, 0], *([4, 3] for _ in names[1:])])
    lines = chart_of("ground").mark_line(strokeWidth=1.4, color=QUIET, clip=True)
    return lines.encode(
        detail="line:N",
        order="n:Q",
        strokeDash=alt.StrokeDash("what:N").scale(dashes).legend(None),
        tooltip="what:N",
    )


def _ground_rows(drawn: Drawn, extent: Extent) -> Rows:
    pieces = [
        (name, piece)
        for name, own in drawn.lines.items()
        for line in own
        if len(line) > 1
        for piece in within(line, extent)
    ]
    return [
        {"what": name, "line": number, "n": n, **_place(place)}
        for number, (name, piece) in enumerate(pieces)
        for n, place in enumerate(thinned(piece))
    ]


def _marks() -> Any:
    marks = chart_of("marks").mark_point(shape="cross", size=160, color=GOOD, filled=True)
    return marks.encode(tooltip="what:N")


def _way(drawn: Drawn, largest: float, unit: str) -> Any:
    way = chart_of("way")
    if drawn.error is None:
        return way.mark_rule(strokeWidth=4, strokeCap="round", color=SERIES[0])
    scale = alt.Scale(domain=[0, largest], range=list(CALM_TO_BAD), clamp=True)
    title = f"error [{unit}]" if unit else "error"
    return way.mark_rule(strokeWidth=4, strokeCap="round").encode(
        color=alt.Color("error:Q").scale(scale).legend(None),
        tooltip=alt.Tooltip("error:Q").format(".3~g").title(title),
    )


def _way_rows(drawn: Drawn) -> Rows:
    """Return the pieces of the way, each with the largest error on it."""
    path = thinned(drawn.path, most=_MOST)
    pieces = [
        {**_place(one), **{f"{axis}2": own for axis, own in _place(other).items()}}
        for one, other in pairwise(path)
    ]
    if drawn.error is None:
        return pieces
    errors = _largest(drawn.error, len(pieces))
    return [{**piece, "error": error} for piece, error in zip(pieces, errors, strict=True)]


def _largest(errors: NDArray[np.float32], count: int) -> list[float]:
    parts = np.array_split(np.abs(np.nan_to_num(errors)), count)
    return [float(part.max()) if len(part) else 0.0 for part in parts]


def _ends() -> Any:
    shape = alt.Shape("what:N").scale(domain=["start", "end"], range=["circle", "square"])
    marks = chart_of("ends").mark_point(size=70, strokeWidth=2, color=QUIET, opacity=1)
    return marks.encode(shape=shape.legend(None), tooltip="what:N")


def _axes(extent: Extent) -> tuple[Any, Any]:
    def scale(low: float, high: float) -> Any:
        return alt.Scale(domain=[short(low), short(high)], zero=False, nice=False)

    axis = alt.Axis(tickCount=4, grid=False)
    x = alt.X("x:Q").scale(scale(extent.left, extent.right)).title("x [m]").axis(axis)
    y = alt.Y("y:Q").scale(scale(extent.bottom, extent.top)).title("y [m]").axis(axis)
    return x, y


def _place(place: Line) -> dict[str, float]:
    x, y = place.tolist()
    return {"x": x, "y": y}
