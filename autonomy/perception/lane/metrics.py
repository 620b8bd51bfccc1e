"""How well lane lines are found: the TuSimple benchmark's accuracy and CULane's F1.

A line is its columns at fixed rows of the image, negative where it is absent; both benchmarks
count pixels of their own cameras, so lines are brought to the width of those images first.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Lines = NDArray[np.float32]
"""`(L, R)` columns [px] of L lines at R rows; negative is absent."""

ABSENT = -2.0

_HIGHEST_ROW, _MOST_ROWS = 0.4, 48  # in parts of the height; of an image from top to bottom
_TUSIMPLE_WIDTH, _TOLERANCE, _ENOUGH, _COUNTED = 1280, 20.0, 0.85, 4
_CULANE_WIDTH, _THICKNESS, _OVERLAP = 1640, 30, 0.5


class TuSimple(NamedTuple):
    """The TuSimple benchmark's figures of one image, each in [0, 1]."""

    accuracy: float  # share of the true lines' points within the tolerance
    false_positives: float  # share of the found lines that match no true line
    false_negatives: float  # share of the true lines that no found line matches


class CULane(NamedTuple):
    """Lines that match one to one, and those that do not."""

    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there is nothing and nothing is found."""
        wrong = self.false_positives + self.false_negatives
        if self.true_positives + wrong == 0:
            return 1.0
        return 2.0 * self.true_positives / (2.0 * self.true_positives + wrong)


def lane_rows(height: int) -> NDArray[np.float64]:
    """Return the rows `(R,)` [px] of an image of `height` px in which lines are looked for."""
    first = math.ceil(_HIGHEST_ROW * height)
    return np.arange(first, height, max(1, height // _MOST_ROWS)).astype(np.float64)


def lane_line_metrics(
    found: NDArray[np.float32],
    truth: NDArray[np.float32],
    rows: NDArray[np.float64],
    image_size: tuple[int, int],
) -> dict[str, float]:
    """Return the mean TuSimple figures and the CULane F1 of n images.

    Args:
        found: `(n, P, R)` columns of found lines, negative where absent [px].
        truth: `(n, G, R)` columns of the true lines.
        rows: `(R,)` rows that the columns belong to [px].
        image_size: Height and width of the images [px].
    """
    width = image_size[1]
    pairs = [(_present(own), _present(true)) for own, true in zip(found, truth, strict=True)]
    accuracy, positives, negatives = np.mean(
        [tusimple(own, true, rows, width) for own, true in pairs], axis=0
    )
    counts = np.sum([culane(own, true, rows, image_size) for own, true in pairs], axis=0)
    return {
        "tusimple_accuracy": float(accuracy),
        "tusimple_false_positives": float(positives),
        "tusimple_false_negatives": float(negatives),
        "culane_f1": CULane(*counts.tolist()).f1,
    }


def tusimple(found: Lines, truth: Lines, rows: NDArray[np.float64], width: int) -> TuSimple:
    """Return the figures of one image by the rules of the benchmark's own script.

    A point is right within 20 px of an image 1280 px wide, divided by the cosine of the true
    line's angle to the vertical; a true line is matched where a found one has 85 % of its points
    right; more than two lines too many are all wrong; of five true lines or more the worst is
    forgiven.
    """
    if len(found) > len(truth) + 2:
        return TuSimple(0.0, 0.0, 1.0)
    scale = _TUSIMPLE_WIDTH / width
    shares = np.zeros(len(truth))
    for number, line in enumerate(truth):
        limit = _TOLERANCE / math.cos(_angle(line, rows)) / scale
        if len(found):
            shares[number] = _right(found, line, limit).mean(axis=1).max()
    matched = int((shares >= _ENOUGH).sum())
    missed, total = len(truth) - matched, float(shares.sum())
    if len(truth) > _COUNTED:
        missed, total = max(missed - 1, 0), total - float(shares.min())
    counted = max(min(len(truth), _COUNTED), 1)
    wrong = (len(found) - matched) / len(found) if len(found) else 0.0
    return TuSimple(total / counted, wrong, missed / counted)


def culane(
    found: Lines, truth: Lines, rows: NDArray[np.float64], image_size: tuple[int, int]
) -> CULane:
    """Count lines of one image as CULane does (Pan et al., 2018, "Spatial as deep").

    Lines are drawn 30 px wide in an image 1640 px wide, and matched one to one so that the sum of
    their intersections over union is largest; a match counts above 0.5.
    """
    from scipy.optimize import linear_sum_assignment  # which takes as long to load as the world

    scale = _CULANE_WIDTH / image_size[1]
    size = (round(image_size[0] * scale), _CULANE_WIDTH)
    own, true = (
        [_drawn(line * scale, rows * scale, size) for line in lines] for lines in (found, truth)
    )
    overlaps = np.array([[_overlap(a, b) for b in true] for a in own]).reshape(len(own), len(true))
    pairs = linear_sum_assignment(overlaps, maximize=True)
    matched = int((overlaps[pairs] > _OVERLAP).sum())
    return CULane(matched, len(found) - matched, len(truth) - matched)


def _present(lines: Lines) -> Lines:
    """Return those lines that are there at all."""
    return lines[(lines >= 0).any(axis=1)]


def _angle(line: NDArray[np.float32], rows: NDArray[np.float64]) -> float:
    """Return the angle between a line's straight fit and the vertical [rad]."""
    there = line >= 0
    if there.sum() < 2:
        return 0.0
    down = rows[there] - rows[there].mean()
    return math.atan(float((down * line[there]).sum() / (down * down).sum()))


def _right(found: Lines, line: NDArray[np.float32], limit: float) -> NDArray[np.bool_]:
    """Return which points of found lines `(P, R)` are right, both absent being so too."""
    both_absent = (found < 0) & (line < 0)
    both_there = (found >= 0) & (line >= 0)
    return both_absent | (both_there & (np.abs(found - line) < limit))


def _drawn(
    line: NDArray[np.float32], rows: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.uint8]:
    image = np.zeros(size, np.uint8)
    there = line >= 0
    points = np.stack([line[there], rows[there]], axis=1).round().astype(np.int32)
    cv2.polylines(image, [points], isClosed=False, color=1, thickness=_THICKNESS)
    return image


def _overlap(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Return the intersection over union of two drawn lines."""
    union = cv2.countNonZero(cv2.bitwise_or(a, b))
    return cv2.countNonZero(cv2.bitwise_and(a, b)) / union if union else 0.0
