"""Data sets in the form of the TuSimple lane benchmark: pictures, and one line of JSON for each."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from autonomy.errors import InputError
from autonomy.files import whole_folder, write_text
from autonomy.perception.datasets.dataset import Dataset
from autonomy.perception.datasets.pictures import picture_name, write_pictures


def export_tusimple(dataset: Dataset, folder: Path) -> None:
    """Write a data set's frames to `clips/` and its lane lines to `label_data.json`.

    A line holds `raw_file`, the picture; `h_samples`, rows of the image [px]; and `lanes`, for each
    line that is seen its column [px] in each of those rows, rounded, -2 where it is not seen
    (TuSimple, "Lane detection challenge", 2017).

    Args:
        dataset: With the label `lanes`.
        folder: To make.

    Raises:
        InputError: The folder exists or cannot be made, or the data set lacks the label.
    """
    labels = dataset.manifest.labels
    if "lanes" not in labels:
        raise InputError(f"TuSimple needs the label lanes, got {', '.join(labels)}")
    with whole_folder(folder, "TuSimple") as temporary:
        write_pictures(dataset, temporary / "clips")
        write_text(temporary / "label_data.json", "".join(_lines(dataset)))


def _lines(dataset: Dataset) -> Iterator[str]:
    rows = [round(row) for row in dataset.manifest.tables["lane_rows"]]
    first = 0
    for samples in dataset.batches(("lanes",)):
        for number, columns in enumerate(np.rint(samples["lanes"]).astype(int), start=first):
            seen = columns[(columns >= 0).any(axis=1)]
            label = {
                "lanes": seen.tolist(),
                "h_samples": rows,
                "raw_file": f"clips/{picture_name(number)}",
            }
            yield json.dumps(label) + "\n"
        first += len(samples["camera"])
