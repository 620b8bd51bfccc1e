"""Write a data set in a form that other programs read.

Examples:
    python scripts/export_dataset.py data/lane/train out/coco --format coco
    python scripts/export_dataset.py data/lane/train out/tusimple --format tusimple
"""

from autonomy.interruptible import run

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg


@dataclass(frozen=True)
class Arguments:
    """Write a data set in a form that other programs read."""

    dataset: Annotated[Positional[Path], arg(metavar="DATASET")]
    """Folder that make_dataset.py wrote."""
    out: Annotated[Positional[Path], arg(metavar="OUT")]
    """Folder to make."""
    format: Literal["coco", "tusimple"]
    """COCO's, for boxes and masks, or that of the TuSimple lane benchmark."""


def main(arguments: Arguments) -> None:
    """Export, and say what lies where."""
    from autonomy.perception.datasets.coco_export import export_coco  # cv2 takes a while
    from autonomy.perception.datasets.dataset import Dataset
    from autonomy.perception.datasets.tusimple_export import export_tusimple

    dataset = Dataset(arguments.dataset)
    export = {"coco": export_coco, "tusimple": export_tusimple}[arguments.format]
    export(dataset, arguments.out)
    print(f"wrote {arguments.out}: {len(dataset):,} frames")


if __name__ == "__main__":
    run(main, Arguments)
