"""Circuits in files, for the tests of roads that cross themselves or are too tight."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
HEADER = "# x_m,y_m,w_tr_right_m,w_tr_left_m"


def write_circuit(
    path: Path, points: NDArray[np.float64], right: float = 4.0, left: float = 4.0
) -> Path:
    rows = [f"{x:.6f},{y:.6f},{right},{left}" for x, y in points]
    path.write_text("\n".join([HEADER, *rows]))
    return path


def even(curve: Curve, step: float = 5.0) -> NDArray[np.float64]:
    """Points of a closed curve over [0, 2 pi), some metres apart."""
    dense = curve(np.linspace(0.0, 2.0 * np.pi, 20_001))
    way = np.append(0.0, np.cumsum(np.hypot(*np.diff(dense, axis=0).T)))
    at = np.linspace(0.0, way[-1], round(way[-1] / step), endpoint=False)
    return np.column_stack([np.interp(at, way, side) for side in dense.T])


def eight(size: float = 100.0, slope: float = 1.0) -> NDArray[np.float64]:
    """A figure of eight, from the end of a loop: it crosses itself after 1/4 and 3/4 of its way.

    There its two ways rise and fall by a slope.
    """
    return even(lambda t: size * np.column_stack([np.cos(t), -slope * np.sin(t) * np.cos(t)]))


def trefoil(size: float = 100.0) -> NDArray[np.float64]:
    """A circuit that crosses itself three times."""
    return even(
        lambda t: (
            size * np.column_stack([np.sin(t) + 2 * np.sin(2 * t), np.cos(t) - 2 * np.cos(2 * t)])
        )
    )


def double_crossing() -> NDArray[np.float64]:
    """A straight to the east, which a hairpin crosses twice, 60 m apart."""
    corners = [(-300, 0), (300, 0), (420, 100), (300, 200), (100, 200), (20, 100), (20, -100)]
    corners += [(-10, -140), (-40, -100), (-40, 100), (-100, 200), (-300, 200), (-420, 100)]
    around = np.array([*corners, corners[0]], np.float64)
    way = np.append(0.0, np.cumsum(np.hypot(*np.diff(around, axis=0).T)))
    at = np.arange(0.0, way[-1] - 20.0, 20.0)
    return np.column_stack([np.interp(at, way, side) for side in around.T])


def drop(small: float, large: float = 60.0, apart: float = 250.0) -> NDArray[np.float64]:
    """Two circles and the straights that touch both: a hairpin whose two legs lead apart."""
    turn = math.asin((large - small) / apart)
    about = np.linspace(-math.pi / 2 - turn, math.pi / 2 + turn, 200)
    right = np.column_stack([apart + large * np.cos(about), large * np.sin(about)])
    about = np.linspace(math.pi / 2 + turn, 1.5 * math.pi - turn, 100)
    left = small * np.column_stack([np.cos(about), np.sin(about)])
    around = np.concatenate([right, left, right[:1]])
    way = np.append(0.0, np.cumsum(np.hypot(*np.diff(around, axis=0).T)))
    at = np.arange(0.0, way[-1] - 2.0, 2.0)
    return np.column_stack([np.interp(at, way, side) for side in around.T])
