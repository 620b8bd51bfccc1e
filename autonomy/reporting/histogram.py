"""How often which values came, in episodes that succeeded and that failed."""

import math

import altair as alt
import numpy as np
from numpy.typing import NDArray

from autonomy.reporting.charts import OUTCOMES, Spec, chart_of, height_of, outcome_color, spec_of

_MOST_BINS = 24


def histogram(
    values: NDArray[np.float64], success: NDArray[np.bool_], title: str, *, is_small: bool = False
) -> Spec:
    """Return how often values `(E,)` came; what is no number is left out.

    Where values are as near to zero as errors are, zero is shown too.
    """
    has_both = bool(success.any() and not success.all())
    chart = (
        chart_of("bins")
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X("from:Q").bin("binned").title(title).axis(tickCount=6),
            x2="to:Q",
            y=alt.Y("episodes:Q").stack("zero").title("episodes").axis(tickMinStep=1, tickCount=4),
            color=outcome_color(legend=has_both),
            tooltip=[
                "outcome:N",
                "episodes:Q",
                alt.Tooltip("from:Q").format(".3~g"),
                alt.Tooltip("to:Q").format(".3~g"),
            ],
        )
    )
    sized = chart.properties(width="container", height=height_of(is_small=is_small))
    finite = np.isfinite(values)
    return spec_of(sized, bins=_bins(values[finite], success[finite]))


def _bins(
    values: NDArray[np.float64], success: NDArray[np.bool_]
) -> list[dict[str, float | int | str]]:
    edges = _edges(values)
    return [
        {"from": low, "to": high, "episodes": count, "outcome": outcome}
        for outcome, chosen in zip(OUTCOMES, (success, ~success), strict=True)
        for low, high, count in zip(
            edges[:-1].tolist(),
            edges[1:].tolist(),
            np.histogram(values[chosen], edges)[0].tolist(),
            strict=True,
        )
        if count
    ]


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of bins: twice the square root of how many values there are."""
    if not len(values):
        return np.array([0.0, 1.0])
    count = min(_MOST_BINS, math.ceil(2 * math.sqrt(len(values))), len(np.unique(values)))
    low, high = float(values.min()), float(values.max())
    if 0.0 < low < 0.5 * high:
        low = 0.0
    return np.histogram_bin_edges(values, count, (low, high))
