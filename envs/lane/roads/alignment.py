"""Horizontal alignments: straights, clothoids and arcs in a row, traced into stations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import cos, sin

# of Gauss-Legendre quadrature on [0, 1] (Abramowitz and Stegun, 1964, table 25.4, n = 8); NumPy's
# come from LAPACK, which finds other last bits on other processors
_HALF_NODES = np.array(
    [0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363]
)
_HALF_WEIGHTS = np.array(
    [0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763]
)
_NODES = (1.0 + np.concatenate([-_HALF_NODES[::-1], _HALF_NODES])) / 2.0
_WEIGHTS = np.concatenate([_HALF_WEIGHTS[::-1], _HALF_WEIGHTS]) / 2.0


@dataclass(frozen=True)
class Alignment:
    """Curvature that is piecewise linear along the line."""

    knots: NDArray[np.float64]  # (K,) distance along the line [m], starting at 0
    curvature: NDArray[np.float64]  # (K,) [1/m]


@dataclass(frozen=True)
class Line:
    """An alignment sampled at equal distances."""

    spacing: float  # [m]
    points: NDArray[np.float64]  # (S, 2) [m]
    heading: NDArray[np.float64]  # (S,) [rad], unwrapped
    curvature: NDArray[np.float64]  # (S,) [1/m]

    def joined(self) -> "Line":
        """A closed line without its last station, which repeats the first.

        What is left of the gap between the two, a rounding error, is spread over the line.
        """
        gap = self.points[-1] - self.points[0]
        points = self.points - np.linspace(0.0, 1.0, len(self.points))[:, None] * gap
        return Line(self.spacing, points[:-1], self.heading[:-1], self.curvature[:-1])


@dataclass(frozen=True)
class Corners:
    """n corners in a row, each after a straight.

    A corner is a clothoid, an arc and a clothoid. Its clothoids turn by the fraction
    `transition` of the whole: each is transition * |deflection| * radius long.
    """

    straight: NDArray[np.float64]  # (n,) length before the corner [m]
    deflection: NDArray[np.float64]  # (n,) change of heading [rad], positive to the left
    radius: NDArray[np.float64]  # (n,) of the arc [m]
    transition: float  # in (0, 1)

    @property
    def length(self) -> float:
        """Of the corners and their straights [m]."""
        turns = self.radius * corner_length(self.deflection, self.transition)
        return float(turns.sum() + self.straight.sum())

    def alignment(self) -> Alignment:
        """The curvature of these corners along the way."""
        turn = np.abs(self.deflection) * self.radius
        clothoid, arc = self.transition * turn, (1 - self.transition) * turn
        lengths = np.stack([self.straight, clothoid, arc, clothoid], axis=1).ravel()
        peak = np.sign(self.deflection) / self.radius
        still = np.zeros_like(peak)
        curvature = np.stack([still, peak, peak, still], axis=1).ravel()
        return Alignment(np.append(0.0, np.cumsum(lengths)), np.append(0.0, curvature))


def corner_length(deflection: NDArray[np.float64], transition: float) -> NDArray[np.float64]:
    """Length of a corner of radius 1 with both its clothoids."""
    return np.abs(deflection) * (1 + transition)


def tangent_length(deflection: NDArray[np.float64], transition: float) -> NDArray[np.float64]:
    """Distance from the vertex of a corner of radius 1 to where its clothoid begins.

    Half the chord is the integral of cos(deflection / 2 - heading) over half the corner.
    """
    half = np.abs(deflection) / 2
    clothoid = 2 * transition * half
    heading = clothoid[..., None] / 2 * _NODES**2
    run = (cos(half[..., None] - heading) * _WEIGHTS).sum(axis=-1) * clothoid
    return (run + sin(half * (1 - transition))) / cos(half)


def trace(alignment: Alignment, length: float, start_heading: float) -> Line:
    """Follow an alignment from the origin; beyond its last knot the line is straight.

    Returns:
        Stations from 0 to `length`, about a metre apart. The heading is exact, the points
        are integrated by Simpson's rule.
    """
    steps = round(length)
    s = np.linspace(0.0, length, 2 * steps + 1)
    knots, peak = alignment.knots, alignment.curvature
    gained = np.append(0.0, np.cumsum(np.diff(knots) * (peak[1:] + peak[:-1]) / 2))
    curvature = np.interp(s, knots, peak)
    piece = np.clip(np.searchsorted(knots, s, side="right") - 1, 0, len(knots) - 1)
    heading = start_heading + gained[piece]
    heading += (s - knots[piece]) * (curvature + peak[piece]) / 2
    points = np.zeros((steps + 1, 2))
    for axis, direction in enumerate((cos(heading), sin(heading))):
        mean = (direction[:-2:2] + 4 * direction[1:-1:2] + direction[2::2]) / 6
        np.cumsum(mean * (length / steps), out=points[1:, axis])
    return Line(length / steps, points, heading[::2], curvature[::2])
