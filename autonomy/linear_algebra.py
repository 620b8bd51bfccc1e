"""Small matrices by compiled loops: the same bits whatever BLAS NumPy has.

NumPy's `@` and `linalg` go through BLAS and LAPACK, which sum up in another order on another
processor. No result of theirs flows into states, observations or rewards.
"""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled

Matrix = NDArray[np.float64]


@compiled
def product(a: Matrix, b: Matrix) -> Matrix:
    """Return the matrix product `(I, J)` of `(I, K)` and `(K, J)`."""
    result = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                result[i, j] += a[i, k] * b[k, j]
    return result


@compiled
def products(a: Matrix, b: Matrix) -> Matrix:
    """Return the matrix products `(N, I, J)` of `(N, I, K)` and `(N, K, J)`, one by one."""
    result = np.empty((len(a), a.shape[1], b.shape[2]))
    for n in range(len(a)):
        result[n] = product(a[n], b[n])
    return result


@compiled
def solved(matrix: Matrix, right: Matrix) -> Matrix:
    """Return the solutions `(n, m)` of `matrix` x = `right`, `(n, n)` and `(n, m)`, by Cholesky.

    `matrix` is symmetric and positive definite; else the result is not a number.
    """
    lower, result = np.zeros(matrix.shape), right.copy()
    for i in range(len(matrix)):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest -= lower[i, k] * lower[j, k]
            lower[i, j] = math.sqrt(rest) if i == j else rest / lower[j, j]
    for column in range(result.shape[1]):
        for i in range(len(matrix)):
            for k in range(i):
                result[i, column] -= lower[i, k] * result[k, column]
            result[i, column] /= lower[i, i]
        for i in range(len(matrix) - 1, -1, -1):
            for k in range(i + 1, len(matrix)):
                result[i, column] -= lower[k, i] * result[k, column]
            result[i, column] /= lower[i, i]
    return result


@compiled
def chained(outer: Matrix, inner: Matrix) -> Matrix:
    """Return poses `(N, 3, 4)` that apply the pose `inner` `(3, 4)` first, then `outer`'s each."""
    result = np.empty_like(outer)
    for n in range(len(outer)):
        result[n] = product(outer[n, :, :3], inner)
        result[n, :, 3] += outer[n, :, 3]
    return result
