"""How well two images of classes agree."""

import numpy as np
import torch
from numpy.typing import NDArray

_BLOCK = 128  # images; the library makes eight bytes of each pixel


def intersection_over_union(
    reported: NDArray[np.uint8], true: NDArray[np.uint8], classes: int
) -> NDArray[np.float64]:
    """Return each class's intersection over union `(C,)`, all images `(N, H, W)` taken together.

    That is true positives / (true positives + false positives + false negatives), as in Everingham
    et al., "The PASCAL visual object classes challenge" (2015); NaN for a class that is neither
    reported nor there.
    """
    # here because its import takes seconds
    from torchmetrics.functional.classification import multiclass_confusion_matrix

    confusion = np.zeros((classes, classes), np.int64)  # rows are true
    for first in range(0, len(true), _BLOCK):
        block = slice(first, first + _BLOCK)
        confusion += multiclass_confusion_matrix(
            torch.from_numpy(reported[block]), torch.from_numpy(true[block]), classes
        ).numpy()
    both = np.diag(confusion).astype(np.float64)
    either = confusion.sum(axis=0) + confusion.sum(axis=1) - both
    return np.divide(both, either, out=np.full(classes, np.nan), where=either > 0)
