"""Data sets in COCO's form: pictures, and JSON that pycocotools reads."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError
from autonomy.files import make_folder, whole_folder, write_text
from autonomy.perception.datasets.dataset import Dataset
from autonomy.perception.datasets.pictures import picture_name, write_pictures
from autonomy.perception.samples import Samples

Annotation = dict[str, Any]


def export_coco(dataset: Dataset, folder: Path) -> None:
    """Write a data set's frames to `images/` and its labels to `annotations/`.

    `instances.json` has the boxes, each with the mask of its thing where `instances` are labelled;
    `stuff.json` has one mask for each class of `segments` that a frame shows, as COCO's labels of
    stuff do. Masks are compressed run lengths. Categories count from 1, ids of images from 0.

    Args:
        dataset: With the label `boxes` or `segments`.
        folder: To make.

    Raises:
        InputError: The folder exists or cannot be made, or the data set has neither label.
    """
    forms = {"boxes": ("instances", _things), "segments": ("stuff", _stuff)}
    labels = dataset.manifest.labels
    if not set(forms) & set(labels):
        raise InputError(f"COCO needs the label boxes or segments, got {', '.join(labels)}")
    with whole_folder(folder, "COCO") as temporary:
        height, width = dataset.image_size
        write_pictures(dataset, temporary / "images")
        make_folder(temporary / "annotations")
        images = [
            {"id": row, "file_name": picture_name(row), "height": height, "width": width}
            for row in range(len(dataset))
        ]
        for label in sorted(set(forms) & set(labels)):
            name, annotate = forms[label]
            content = {
                "info": {"description": "frames of autonomy", **dataset.description()},
                "images": images,
                "categories": _categories(dataset.labels[label]),
                "annotations": _numbered(annotate(dataset)),
            }
            write_text(temporary / "annotations" / f"{name}.json", json.dumps(content))


def _things(dataset: Dataset) -> Iterator[Annotation]:
    """Yield an annotation a box, with its mask if there is one."""
    masked = "instances" in dataset.manifest.labels
    labels = ("boxes", "instances") if masked else ("boxes",)
    for row, sample in _rows(dataset, labels):
        for place in np.flatnonzero(sample["box_classes"] >= 0).tolist():
            left, top, right, bottom = sample["boxes"][place].astype(float).tolist()
            annotation: Annotation = {
                "image_id": row,
                "category_id": int(sample["box_classes"][place]) + 1,
                "bbox": [left, top, right - left, bottom - top],
                "area": (right - left) * (bottom - top),
                "iscrowd": 0,
            }
            if masked:
                mask = sample["instances"] == place + 1
                annotation |= {"segmentation": _run_lengths(mask), "area": int(mask.sum())}
            yield annotation


def _stuff(dataset: Dataset) -> Iterator[Annotation]:
    """Yield an annotation for each class that a frame shows."""
    for row, sample in _rows(dataset, ("segments",)):
        for kind in np.unique(sample["segments"]).tolist():
            mask = sample["segments"] == kind
            down, right = np.nonzero(mask)
            left, top = int(right.min()), int(down.min())
            yield {
                "image_id": row,
                "category_id": kind + 1,
                "segmentation": _run_lengths(mask),
                "bbox": [left, top, int(right.max()) + 1 - left, int(down.max()) + 1 - top],
                "area": len(down),
                "iscrowd": 0,
            }


def _rows(dataset: Dataset, labels: tuple[str, ...]) -> Iterator[tuple[int, Samples]]:
    """Yield the number and the labels of each frame."""
    first = 0
    for samples in dataset.batches(labels):
        for row in range(len(samples["camera"])):
            yield first + row, {name: values[row] for name, values in samples.items()}
        first += len(samples["camera"])


def _numbered(annotations: Iterator[Annotation]) -> list[Annotation]:
    return [{"id": number, **own} for number, own in enumerate(annotations, start=1)]


def _categories(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": number, "name": name} for number, name in enumerate(names, start=1)]


def _run_lengths(mask: NDArray[np.bool_]) -> dict[str, Any]:
    from pycocotools.mask import encode

    found: Any = encode(np.asfortranarray(mask, np.uint8))
    return {"size": list(found["size"]), "counts": found["counts"].decode("ascii")}
