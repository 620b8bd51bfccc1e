"""Draw how the validated success of training runs rose, one line per run.

Example:
    python scripts/draw_curves.py runs/push runs/pick curves.png
"""

from autonomy.interruptible import run

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from autonomy.errors import InputError
from autonomy.files import whole_file


@dataclass(frozen=True)
class Arguments:
    """Draw how the validated success of training runs rose, one line per run."""

    paths: Annotated[Positional[tuple[Path, ...]], arg(metavar="RUN... PICTURE")]
    """Run folders, and the PNG file to write."""


def main(arguments: Arguments) -> None:
    """Draw the runs into one picture."""
    from matplotlib.figure import Figure

    *runs, picture = arguments.paths or (Path(),)
    if not runs or picture.suffix.lower() != ".png":
        raise InputError(f"one run or more and a .png file are needed, got {arguments.paths}")
    figure = Figure(figsize=(7.0, 3.5), layout="constrained")
    axes = figure.add_subplot()
    for folder in runs:
        steps, success = _validations(folder)
        axes.plot(steps, success, marker=".", label=folder.name)
    axes.set(xlabel="environment steps", ylabel="validation success", ylim=(-0.02, 1.02))
    axes.grid(alpha=0.3)
    axes.legend()
    with whole_file(picture) as temporary:
        figure.savefig(temporary, format="png", dpi=120)


def _validations(folder: Path) -> tuple[list[int], list[float]]:
    """Return the steps at which a run was validated, and its success there."""
    path = folder / "curves" / "progress.csv"
    if not path.is_file():
        raise InputError(f"a run folder has curves/progress.csv, {folder} has not")
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("validation/success_rate")]
    steps = [int(row["time/steps"]) for row in rows]
    return steps, [float(row["validation/success_rate"]) for row in rows]


if __name__ == "__main__":
    run(main, Arguments)
