"""A smooth closed line, with its curvature, through measured points."""

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import arctan2, exp

_SMOOTHING = 4.0  # [m] standard deviation of the Gaussian that quiets the curvature
_PASSES = 3  # each resampling evens out the distances further


def smooth_closed_line(
    points: NDArray[np.float64], beside: NDArray[np.float64], spacing: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lay a periodic spline through points, resample it evenly and smooth it.

    Args:
        points: (n, 2) places in order [m], n at least 4, neighbours apart.
        beside: (n, k) values at the points, which are interpolated with them.
        spacing: the distance between stations that is wanted [m].

    Returns:
        Stations (S, 2) at nearly equal distances [m] and the values there (S, k).
    """
    values = np.column_stack([points, beside])
    for _ in range(_PASSES):
        values = _resample(values, spacing)
    values = smooth_periodic(values, _SMOOTHING / spacing)
    values = _resample(values, spacing)
    return values[:, :2], values[:, 2:]


def heading_and_curvature(
    line: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Heading (S,) [rad], unwrapped, curvature (S,) [1/m] and spacing [m] of a closed line.

    The derivatives are those of the trigonometric polynomial through the stations (S, 2).
    """
    first = _derivative(line)
    (x, y), (bent_x, bent_y) = first.T, _derivative(first).T
    speed = np.maximum(np.sqrt(x * x + y * y), 1e-9)  # a line may turn on the spot
    curvature = (x * bent_y - y * bent_x) / (speed * speed * speed)
    return np.unwrap(arctan2(y, x)), curvature, float(speed.mean())


def _derivative(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of periodic rows (S, k), by the row."""
    count = len(values)
    frequency = 2.0 * np.pi * np.fft.rfftfreq(count)[:, None]
    if count % 2 == 0:
        frequency[-1] = 0.0
    spectrum = np.fft.rfft(values, axis=0)
    turned = np.empty_like(spectrum)
    # times i, without a product of complex numbers, which vector units do in their own ways
    turned.real, turned.imag = -frequency * spectrum.imag, frequency * spectrum.real
    return np.fft.irfft(turned, n=count, axis=0)


def smooth_periodic(values: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    """Periodic rows (S, k) convolved with a Gaussian of `deviation` rows."""
    frequency = np.fft.rfftfreq(len(values))
    gain = exp(-2 * (np.pi * deviation * frequency) ** 2)
    spectrum = np.fft.rfft(values, axis=0)
    spectrum.real *= gain[:, None]
    spectrum.imag *= gain[:, None]
    return np.fft.irfft(spectrum, n=len(values), axis=0)


def _resample(values: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """Rows at equal distances along the periodic cubic through rows (n, 2 + k)."""
    following = np.roll(values, -1, axis=0)
    chord = np.hypot(*(following - values)[:, :2].T)
    knots = np.append(0.0, np.cumsum(chord))
    around = float(knots[-1])
    at = np.linspace(0.0, around, max(8, round(around / spacing)) + 1)[:-1]
    piece = np.searchsorted(knots[1:-1], at, side="right")
    width = chord[piece][:, None]
    u = (at - knots[piece])[:, None] / width
    slope = _slopes(values, chord)
    ahead = (piece + 1) % len(values)
    return (
        (1 + 2 * u) * (1 - u) ** 2 * values[piece]
        + u * (1 - u) ** 2 * width * slope[piece]
        + u**2 * (3 - 2 * u) * values[ahead]
        + u**2 * (u - 1) * width * slope[ahead]
    )


def _slopes(values: NDArray[np.float64], chord: NDArray[np.float64]) -> NDArray[np.float64]:
    """Derivative at each row of the parabola through it and its neighbours (Bessel)."""
    ahead = (np.roll(values, -1, axis=0) - values) / chord[:, None]
    behind, before = np.roll(ahead, 1, axis=0), np.roll(chord, 1)[:, None]
    return (before * ahead + chord[:, None] * behind) / (before + chord[:, None])
