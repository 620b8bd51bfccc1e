"""From points of paint to the two lines of the own lane: a vote, then a fit."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.linear_algebra import product, solved
from autonomy.perception.lane.marks import Marks

_SLOPES = np.linspace(-0.42, 0.42, 15)  # of the lane against the car's axis
_BENDS = np.linspace(-0.06, 0.06, 9)  # [1/m]
_SPREADS = np.linspace(-0.016, 0.016, 3)  # [1/m], see `LaneFit`
_BIN, _REACH = 0.15, 7.5  # [m] of the vote's histogram, and how far to the sides it goes
_WIDTHS = (2.5, 4.2)  # [m] of lanes
_APART = 0.6  # [m] of the strokes of one line, at most
_PEAK = 0.15  # of the highest vote, at least
_FEWEST = 3  # points of a line
_NEAR = (0.5, 0.3, 0.25)  # [m] from the fit within which points count, one round after another
_PRIOR = (10.0, 10.0, 0.4, 0.03, 0.012)  # deviations of what is fitted, before anything is seen


class LaneFit(NamedTuple):
    """Left and right line y = y0 (1 + spread x) + slope x + bend x² / 2, in the car's frame.

    Where a camera looks lower than it is thought to, parallel lines seem to spread.
    """

    values: NDArray[np.float64]  # (5,) y0 left and right [m], slope, bend [1/m], spread [1/m]
    covariance: NDArray[np.float64]  # (5, 5)


def fit_lane(marks: Marks) -> LaneFit | None:
    """Return the lines to the left and right of the car, None where there are no two.

    All lines of a road are parallel, so they are found together: the slope and the bend that bring
    the points of paint to the fewest, highest peaks of a histogram of their places (a Hough
    transform of parabolas), then weighted least squares of the two lines next to the car.
    """
    if len(marks.x) < 2 * _FEWEST:
        return None
    shape, votes = _vote(marks)
    sides = _own_lane(votes)
    if sides is None:
        return None
    values = np.array([*sides, *shape])
    fit = None
    for near in _NEAR:
        fit = _least_squares(marks, values, near)
        if fit is None:
            return None
        values = fit.values
    return fit


def _vote(marks: Marks) -> tuple[list[float], NDArray[np.float64]]:
    """Return slope, bend and spread of the road's lines, and the histogram of their places."""
    slopes, bends, spreads = (
        grid.reshape(-1, 1) for grid in np.meshgrid(_SLOPES, _BENDS, _SPREADS)
    )
    bowed = marks.y - slopes * marks.x - 0.5 * bends * marks.x**2
    places = bowed / (1.0 + spreads * marks.x)
    count = round(2 * _REACH / _BIN)
    bins = np.floor((places + _REACH) / _BIN).astype(np.intp)
    inside = (bins >= 0) & (bins < count)
    flat = (bins + count * np.arange(len(slopes))[:, None])[inside]
    weights = np.broadcast_to(marks.strength * marks.length, bins.shape)[inside]
    votes = np.bincount(flat, weights, len(slopes) * count).reshape(-1, count)
    padded = np.pad(votes, ((0, 0), (1, 1)))
    votes = 0.5 * padded[:, :-2] + padded[:, 1:-1] + 0.5 * padded[:, 2:]
    best = int((votes**2).sum(axis=1).argmax())
    shape = [float(grid[best, 0]) for grid in (slopes, bends, spreads)]
    return shape, votes[best]


def _own_lane(votes: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the places of the left and the right line of the lane that the car is in."""
    lines: list[float] = []
    left = votes.copy()
    while left.max() > _PEAK * votes.max():
        peak = int(left.argmax())
        lines.append((peak + 0.5) * _BIN - _REACH)
        reach = round(_APART / _BIN)
        left[max(peak - reach, 0) : peak + reach + 1] = 0.0
    lines.sort()
    pairs = [
        (upper, lower)
        for number, lower in enumerate(lines)
        for upper in lines[number + 1 :]
        if _WIDTHS[0] <= upper - lower <= _WIDTHS[1]
    ]
    if not pairs:
        return None
    return min(pairs, key=lambda pair: abs(pair[0] + pair[1]))


def _least_squares(marks: Marks, values: NDArray[np.float64], near: float) -> LaneFit | None:
    """Fit both lines to the points within `near` metres of where `values` puts them."""
    shape = values[2] * marks.x + 0.5 * values[3] * marks.x**2
    apart = marks.y - shape - values[:2, None] * (1.0 + values[4] * marks.x)
    own = np.abs(apart) < near + 0.5 * marks.blur
    if (own.sum(axis=1) < _FEWEST).any():
        return None
    line, point = np.nonzero(own)
    x = marks.x[point]
    columns = [line == 0, line == 1, x, 0.5 * x**2, values[line] * x]
    design = np.stack(columns, axis=1).astype(np.float64)
    weight = 1.0 / (0.04**2 + (0.4 * marks.blur[point]) ** 2)
    weighted = (design * weight[:, None]).T
    normal = product(weighted, design) + np.diag(1.0 / np.square(_PRIOR))
    inverse = solved(normal, np.eye(len(normal)))
    wanted = product(weighted, marks.y[point][:, None])
    found = product(inverse, wanted).ravel()
    errors = marks.y[point] - product(design, found[:, None]).ravel()
    freedom = max(len(x) - 4, 1)
    variance = max(float((weight * errors**2).sum()) / freedom, 0.25)
    return LaneFit(found, variance * inverse)
