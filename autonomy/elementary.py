"""Elementary functions of arrays that give the same bits whatever NumPy's vector units are.

NumPy picks another implementation of sine, exponential, power and their like for each generation of
processors, and they differ in the last bit. What flows into states and observations is computed by
the C library instead, number by number.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autonomy.compiled import compiled

Values = NDArray[np.float64]


def sin(angle: ArrayLike) -> Values:
    """Return sines of angles `(...)` [rad]."""
    return _each(_sin, angle)


def cos(angle: ArrayLike) -> Values:
    """Return cosines of angles `(...)` [rad]."""
    return _each(_cos, angle)


def arccos(cosine: ArrayLike) -> Values:
    """Return the angles `(...)` in [0, pi] [rad] of cosines in [-1, 1]."""
    return _each(_arccos, cosine)


def arctan2(y: ArrayLike, x: ArrayLike) -> Values:
    """Return the angles `(...)` in [-pi, pi] [rad] of the directions (x, y)."""
    return _each(_arctan2, y, x)


def exp(exponent: ArrayLike) -> Values:
    """Return e to the power of exponents `(...)`."""
    return _each(_exp, exponent)


def power(base: ArrayLike, exponent: ArrayLike) -> Values:
    """Return bases `(...)`, which are not negative, to the power of exponents."""
    return _each(_power, base, exponent)


def _each(function: Callable[..., Values], *arguments: ArrayLike) -> Values:
    arrays = [np.asarray(argument, np.float64) for argument in arguments]
    if len(arrays) > 1:
        arrays = np.broadcast_arrays(*arrays)
    return function(*(array.ravel() for array in arrays)).reshape(arrays[0].shape)


@compiled
def _sin(x: Values) -> Values:
    return np.sin(x)


@compiled
def _cos(x: Values) -> Values:
    return np.cos(x)


@compiled
def _arccos(x: Values) -> Values:
    return np.arccos(x)


@compiled
def _arctan2(y: Values, x: Values) -> Values:
    return np.arctan2(y, x)


@compiled
def _exp(x: Values) -> Values:
    return np.exp(x)


@compiled
def _power(x: Values, y: Values) -> Values:
    return np.power(x, y)
