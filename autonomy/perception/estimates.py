"""Quantities with units, each with how sure the module is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Estimates(NamedTuple):
    """Q quantities of N frames, in the order of `Signature.reports`."""

    mean: NDArray[np.float32]  # (N, Q) in the units that the quantities' names end in
    std: NDArray[np.float32]  # (N, Q) predicted standard deviations, in the same units
