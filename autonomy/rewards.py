"""Rewards: named terms times weights, and the one shape that most terms have."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled

_AT_MARGIN = 0.1


@compiled
def tolerance(
    x: NDArray[np.float64], bounds: tuple[float, float], margin: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Return 1 within `bounds`, falling like a Gaussian to 0.1 at `margin` outside of them.

    The shape is that of the reward functions in Tassa et al., DeepMind Control Suite (2018).

    Args:
        x: `(N,)` values.
        bounds: Lowest and highest value that are worth 1.
        margin: Positive distance from the bounds, a number or `(N,)`.
    """
    outside = np.maximum(bounds[0] - x, 0.0) + np.maximum(x - bounds[1], 0.0)
    scaled = outside / margin
    return np.exp(np.log(_AT_MARGIN) * scaled * scaled)


def weighted_sum(terms: dict[str, NDArray[np.float64]], weights: Any) -> NDArray[np.float64]:
    """Return the reward `(N,)`: each term `(N,)` times the field of `weights` of its name.

    Args:
        terms: Each in [0, 1] or [-1, 0].
        weights: A frozen dataclass with one number a term.

    Raises:
        KeyError: A term has no weight, or a weight no term: a mistake in the task.
    """
    factors = vars(weights)
    if factors.keys() != terms.keys():
        raise KeyError(f"reward terms {sorted(terms)} and weights {sorted(factors)} differ")
    return _weighted(tuple(terms.values()), tuple(factors[name] for name in terms))


@compiled
def _weighted(
    terms: tuple[NDArray[np.float64], ...], factors: tuple[float, ...]
) -> NDArray[np.float64]:
    total = np.zeros(len(terms[0]))
    for k in range(len(terms)):
        for i in range(len(total)):
            total[i] += factors[k] * terms[k][i]
    return total
