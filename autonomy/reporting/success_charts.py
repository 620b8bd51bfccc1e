"""Charts of success rates, and of how episodes ended."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from autonomy.reporting.charts import (
    OUTCOMES,
    QUIET,
    SERIES,
    Spec,
    chart_of,
    outcome_color,
    spec_of,
)

_BAR = 22  # [px]
_NAMES = alt.Axis(domain=False, ticks=False, labelPadding=8)


class Rate(NamedTuple):
    """A share of episodes, with its 95 % interval."""

    of: str
    rate: float
    low: float
    high: float
    episodes: int
    series: str = ""
    """Whose it is, where several are compared."""


def rates(rows: Sequence[Rate], overall: float | None = None) -> Spec:
    """Return success rates with their intervals, from top to bottom as they are given."""
    order = list(dict.fromkeys(row.of for row in rows))
    series = list(dict.fromkeys(row.series for row in rows))
    base = _coloured(chart_of("rates"), series).encode(
        y=alt.Y("of:N").sort(order).title(None).axis(_NAMES),
        tooltip=[
            alt.Tooltip("of:N").title("of"),
            alt.Tooltip("rate:Q").format(".1%").title("success"),
            alt.Tooltip("low:Q").format(".1%").title("from"),
            alt.Tooltip("high:Q").format(".1%").title("to"),
            alt.Tooltip("episodes:Q").title("episodes"),
        ],
    )
    share = alt.Axis(format="%", tickCount=5)
    x = alt.X("low:Q").scale(domain=[0, 1]).axis(share).title("success")
    line = chart_of("overall").mark_rule(strokeDash=[4, 4], opacity=0.7)
    chart = alt.layer(
        line.encode(x="rate:Q", color=alt.value(QUIET)),
        base.mark_rule(strokeWidth=3, opacity=0.55).encode(x=x, x2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(x="rate:Q"),
    )
    height = _BAR * len(order) * max(1.0, 0.7 * len(series))
    all_episodes = [] if overall is None else [{"rate": overall}]
    sized = chart.properties(width="container", height=height)
    return spec_of(sized, rates=[row._asdict() for row in rows], overall=all_episodes)


def _coloured(chart: Any, series: Sequence[str]) -> Any:
    """Give each series a colour and a line of its own, where there are several."""
    if len(series) == 1:
        return chart.encode(color=alt.value(SERIES[0]))
    legend = alt.Legend(orient="top", title=None, columns=1, labelLimit=280)
    color = alt.Color("series:N").sort(series).scale(range=list(SERIES)).legend(legend)
    return chart.encode(color=color, yOffset=alt.YOffset("series:N").sort(series))


def ends(counts: Mapping[str, int], good: Sequence[str]) -> Spec:
    """Return how often episodes ended for each reason; some are good."""
    rows = [
        {"end": end.replace("_", " "), "episodes": count, "outcome": OUTCOMES[end not in good]}
        for end, count in counts.items()
    ]
    bars = chart_of("ends").encode(
        y=alt.Y("end:N").sort(None).title(None).axis(_NAMES),
        x=alt.X("episodes:Q").axis(tickMinStep=1, tickCount=5).title("episodes"),
        tooltip=["end:N", "episodes:Q"],
    )
    chart = alt.layer(
        bars.mark_bar(cornerRadiusEnd=3).encode(color=outcome_color(legend=False)),
        bars.mark_text(align="left", dx=5).encode(text="episodes:Q"),
    )
    return spec_of(chart.properties(width="container", height=_BAR * len(rows)), ends=rows)
