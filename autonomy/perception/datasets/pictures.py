"""A data set's frames as pictures that any program opens."""

from pathlib import Path

import cv2
import numpy as np

from autonomy.files import make_folder
from autonomy.perception.datasets.dataset import Dataset


def picture_name(number: int) -> str:
    """Return the name of a frame's file."""
    return f"{number:06d}.png"


def write_pictures(dataset: Dataset, folder: Path) -> None:
    """Write the frames of a data set's `camera` to a folder, as PNG, which loses nothing."""
    make_folder(folder)
    number = 0
    for samples in dataset.batches(()):
        for frame in samples["camera"]:
            blue_first = np.ascontiguousarray(frame[..., ::-1])  # as OpenCV has it
            written = cv2.imwrite(str(folder / picture_name(number)), blue_first)
            if not written:
                raise OSError(f"{folder / picture_name(number)} cannot be written")
            number += 1
