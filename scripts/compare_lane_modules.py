"""Judge modules of the lane world and the classical lane finder on the same test frames.

Example:
    python scripts/compare_lane_modules.py runs/lane_state runs/segmentation --frames 2000
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.camera.mount import MountedCamera
from autonomy.command_line import run
from autonomy.envs.lane.options import FRONT
from autonomy.envs.lane.samples import LaneSamples
from autonomy.errors import InputError
from autonomy.files import write_json
from autonomy.perception.estimates import Estimates
from autonomy.perception.lane_finder import LaneFinder
from autonomy.perception.lane_lines import estimated_lines, segmented_lines
from autonomy.perception.lane_metrics import lane_line_metrics
from autonomy.perception.module import PerceptionModule
from autonomy.perception.module_folder import load_module
from autonomy.perception.samples import Samples, draw_many
from autonomy.perception.segmentation import Segmentation
from autonomy.quantities import with_unit, words_and_unit

_LABELS = ("quantities", "lanes", "segments")
_OWN = slice(1, 3)  # of the four lines of `lanes`: those of the own lane
_FINDER_SIZE = (96, 160)  # [px]


@dataclass(frozen=True)
class Arguments:
    """Judge modules of the lane world and the classical lane finder on the same test frames."""

    modules: Annotated[Positional[tuple[Path, ...]], arg(metavar="FOLDER...")] = ()
    """Folders of modules that report the lane: lane_state, segmentation."""
    frames: int = 2_000
    """Labelled frames of the test split, at least one."""
    randomization: Literal["none", "default", "strong"] = "default"
    """How much those frames vary."""
    seed: int = 0
    """The same seed gives the same frames."""
    json: Path | None = None
    """File for the metrics as JSON."""


def main(arguments: Arguments) -> None:
    """Draw frames, perceive, and print a table."""
    if arguments.frames < 1:
        raise InputError(f"frames must be positive, got {arguments.frames}")
    modules = [load_module(folder, "lane") for folder in arguments.modules]
    for module in modules:
        if module.labels[0] not in ("quantities", "segments"):
            raise InputError(f"modules must report the lane, {module.name} does not")
    judges: list[LaneFinder | PerceptionModule[Any]] = [
        LaneFinder(_camera(_FINDER_SIZE)),
        *modules,
    ]
    metrics = {judge.name: _judged(judge, arguments) for judge in judges}
    if arguments.json is not None:
        write_json(arguments.json, metrics)
    Console().print(_table(metrics, arguments.frames))


def _judged(judge: LaneFinder | PerceptionModule[Any], arguments: Arguments) -> dict[str, float]:
    """Return a judge's own metrics, and those of the lane lines that it sees."""
    size = judge.reading.image_size
    source = LaneSamples("test", arguments.seed, size, arguments.randomization)
    samples = draw_many(source, arguments.frames, _LABELS)
    result = judge.perceive(samples["camera"])
    lines = _lines(result, judge, source.lane_rows)
    return {
        **judge.measure(result, samples),
        **lane_line_metrics(lines, _true_lines(samples), source.lane_rows, size),
    }


def _lines(
    result: Estimates | Segmentation,
    judge: LaneFinder | PerceptionModule[Any],
    rows: NDArray[np.float64],
) -> NDArray[np.float32]:
    if isinstance(result, Segmentation):
        return segmented_lines(result.classes, judge.reading.reports, rows)
    return estimated_lines(result, _camera(judge.reading.image_size), rows)


def _true_lines(samples: Samples) -> NDArray[np.float32]:
    return samples["lanes"][:, _OWN]


def _camera(size: tuple[int, int]) -> MountedCamera:
    return FRONT.sized(*size)


def _table(metrics: dict[str, dict[str, float]], frames: int) -> Table:
    table = Table(title=f"{frames:,} test frames")
    table.add_column("")
    for name in metrics:
        table.add_column(name.replace("_", " "), justify="right")
    for metric in dict.fromkeys(name for own in metrics.values() for name in own):
        words, unit = words_and_unit(metric)
        cells = (with_unit(own[metric], unit) if metric in own else "" for own in metrics.values())
        table.add_row(words, *cells)
    return table


if __name__ == "__main__":
    run(main, Arguments)
