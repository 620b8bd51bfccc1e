"""Maps of episodes: the way that was gone, coloured by the error on it."""

from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from autonomy.reporting.charts import GOOD, QUIET, SERIES, Spec, data, short, spec_of
from autonomy.reporting.map_lines import Extent, extent_of, thinned, within
from autonomy.reporting.witnessed import Drawn

CALM_TO_BAD = ("#3b82f6", "#22b8a6", "#f5b335", "#e4573d", "#c2185b")
"""The colours of errors from none to the largest."""

_SIZE = 250  # [px]
_MOST = 160  # pieces of a way


def route(drawn: Drawn, largest: float, unit: str) -> Spec:
    """Return a map with the way that was gone, coloured by the error up to the largest one."""
    extent = extent_of(drawn)
    layers = [*_ground(drawn, extent), _way(drawn, largest, unit, extent), *_ends(drawn, extent)]
    chart = alt.layer(*layers).properties(width=_SIZE, height=_SIZE)
    return spec_of(chart.resolve_scale(color="independent"))


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
    ground = alt.Chart(data(lines)).mark_line(strokeWidth=1.4, color=QUIET, clip=True)
    found: list[Any] = [
        ground.encode(
            x=x,
            y=y,
            detail="line:N",
            order="n:Q",
            strokeDash=alt.StrokeDash("what:N").scale(_dashes(drawn)).legend(None),
            tooltip="what:N",
        )
    ]
    if marks:
        mark = alt.Chart(data(marks)).mark_point(shape="cross", size=160, color=GOOD, filled=True)
        found.append(mark.encode(x=x, y=y, tooltip="what:N"))
    return found


def _dashes(drawn: Drawn) -> Any:
    """Draw what is named first with a whole line, and the rest with dashes."""
    names = list(drawn.lines)
    return alt.Scale(domain=names, range=[[1, 0], *([4, 3] for _ in names[1:])])


def _way(drawn: Drawn, largest: float, unit: str, extent: Extent) -> Any:
    path = thinned(drawn.path, most=_MOST)
    rows = [
        {**_place(one), **{f"{axis}2": own for axis, own in _place(other).items()}}
        for one, other in pairwise(path)
    ]
    x, y = _axes(extent)
    if drawn.error is None:
        way = alt.Chart(data(rows)).mark_rule(strokeWidth=4, strokeCap="round", color=SERIES[0])
        return way.encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
    errors = _thinned_errors(drawn.error, len(rows))
    for row, error in zip(rows, errors, strict=True):
        row["error"] = short(error)
    way = alt.Chart(data(rows)).mark_rule(strokeWidth=4, strokeCap="round", clip=True)
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
    marks = alt.Chart(data(rows)).mark_point(size=70, strokeWidth=2, color=QUIET, opacity=1)
    return [marks.encode(x=x, y=y, shape=shape.legend(None), tooltip="what:N")]


def _axes(extent: Extent) -> tuple[Any, Any]:
    def scale(low: float, high: float) -> Any:
        return alt.Scale(domain=[short(low), short(high)], zero=False, nice=False)

    axis = alt.Axis(tickCount=4, grid=False)
    x = alt.X("x:Q").scale(scale(extent.left, extent.right)).title("x [m]").axis(axis)
    y = alt.Y("y:Q").scale(scale(extent.bottom, extent.top)).title("y [m]").axis(axis)
    return x, y


def _thinned_errors(errors: NDArray[np.float32], count: int) -> list[float]:
    """Return the largest error on each of so many parts of a way."""
    parts = np.array_split(np.abs(np.nan_to_num(errors)), count)
    return [float(part.max()) if len(part) else 0.0 for part in parts]


def _place(place: NDArray[np.float64]) -> dict[str, Any]:
    return {"x": short(place[0]), "y": short(place[1])}
