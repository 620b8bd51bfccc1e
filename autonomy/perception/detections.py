"""What a detector found in frames."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Detections(NamedTuple):
    """At most K boxes a frame, the surest first; where there are fewer, the class is -1."""

    boxes: NDArray[np.float32]  # (N, K, 4) left, top, right, bottom [px], pixels' outer edges
    classes: NDArray[np.int64]  # (N, K) positions in `Signature.reports`, or -1
    scores: NDArray[np.float32]  # (N, K) in [0, 1], 0 where there is no box
