"""COCO's average precision of detections, computed by pycocotools."""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from autonomy.errors import InputError
from autonomy.perception.detections import Detections

_LARGEST = 1e10  # [px²]; COCO's own


def average_precision(
    found: Detections,
    boxes: NDArray[np.float32],
    classes: NDArray[np.int64],
    names: Sequence[str],
    smallest: float = 0.0,
) -> dict[str, float]:
    """Return how well detections fit the labels, in [0, 1].

    `ap` is the mean over the overlaps 0.5, 0.55, ..., 0.95 that a detection must have with its box
    (Lin et al., "Microsoft COCO: common objects in context", 2014); `ap50` is that at 0.5. Both are
    means over the classes that the labels hold; `ap50_<class>` is that of one of them.

    Args:
        found: Of N frames.
        boxes: `(N, B, 4)` left, top, right, bottom [px].
        classes: `(N, B)` positions in `names`, -1 where there is no box.
        names: Of the classes.
        smallest: Area [px²] of boxes that count; smaller ones are neither missed nor wrong, as
            COCO has it where it judges objects of some sizes.

    Raises:
        InputError: No box of the labels counts, so that there is no precision.
    """
    areas = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    if not ((classes >= 0) & (areas >= smallest)).any():
        raise InputError(
            f"average precision needs boxes of {smallest:g} px² or more, "
            f"these {len(boxes)} frames have none"
        )
    with contextlib.redirect_stdout(io.StringIO()):  # it reports its progress
        truth = _indexed(_dataset(boxes, classes, names))
        answers = _indexed(_dataset(found.boxes, found.classes, names, found.scores))
        judged = COCOeval(truth, answers, "bbox")
        judged.params.areaRng = [[smallest, _LARGEST]]
        judged.params.areaRngLbl = ["counted"]
        judged.evaluate()
        judged.accumulate()
    return _means(judged.eval["precision"][:, :, :, 0, -1], names)


def _means(precision: NDArray[np.float64], names: Sequence[str]) -> dict[str, float]:
    """Average precision `(overlaps, recalls, classes)`, -1 where the labels lack the class."""
    held = (precision > -1).any((0, 1))
    metrics = {
        "ap": float(precision[:, :, held].mean()),
        "ap50": float(precision[0, :, held].mean()),
    }
    for place in np.flatnonzero(held).tolist():
        metrics[f"ap50_{names[place]}"] = float(precision[0, :, place].mean())
    return metrics


def _indexed(dataset: Any) -> COCO:
    coco = COCO()
    coco.dataset = dataset
    coco.createIndex()
    return coco


def _dataset(
    boxes: NDArray[np.float32],
    classes: NDArray[np.int64],
    names: Sequence[str],
    scores: NDArray[np.float32] | None = None,
) -> dict[str, Any]:
    """Return boxes in COCO's form, whose numbers begin at 1."""
    rows, places = np.nonzero(classes >= 0)
    corners = boxes[rows, places].astype(float)
    sizes = corners[:, 2:] - corners[:, :2]
    annotations = [
        {
            "id": number,
            "image_id": row,
            "category_id": kind,
            "bbox": [*corner, *size],
            "area": size[0] * size[1],
            "iscrowd": 0,
        }
        for number, (row, kind, corner, size) in enumerate(
            zip(
                rows.tolist(),
                classes[rows, places].tolist(),
                corners[:, :2].tolist(),
                sizes.tolist(),
                strict=True,
            ),
            start=1,
        )
    ]
    if scores is not None:
        for annotation, score in zip(annotations, scores[rows, places].tolist(), strict=True):
            annotation["score"] = score
    return {
        "images": [{"id": row} for row in range(len(boxes))],
        "categories": [{"id": kind, "name": name} for kind, name in enumerate(names)],
        "annotations": annotations,
    }
