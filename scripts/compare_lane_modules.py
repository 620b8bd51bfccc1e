"""Judge modules of the lane world and the classical lane finder on the same test frames.

Example:
    python scripts/compare_lane_modules.py runs/lane_state runs/segmentation --frames 2000
"""

from autonomy.interruptible import run

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.errors import InputError
from autonomy.files import write_json
from autonomy.quantities import with_unit, words_and_unit

if TYPE_CHECKING:  # torch takes seconds to import
    import numpy as np
    from numpy.typing import NDArray

    from autonomy.camera.mount import MountedCamera
    from autonomy.perception.estimates import Estimates
    from autonomy.perception.lane.finder import LaneFinder
    from autonomy.perception.modules.module import PerceptionModule
    from autonomy.perception.modules.segmentation import Segmentation

    Judge = LaneFinder | PerceptionModule[Any]

_LABELS = ("quantities", "lanes", "segments")
_OWN = slice(1, 3)  # of the four lines of `lanes`: those of the own lane
_FINDER_SIZE = (96, 160)  # [px]


@dataclass(frozen=True)
class Arguments:
    """Judge modules of the lane world and the classical lane finder on the same test frames."""

    folders: Annotated[Positional[tuple[Path, ...]], arg(metavar="FOLDER...")] = ()
    """Folders of modules that report the lane: its quantities, or classes with own_lane."""
    modules: tuple[str, ...] = ()
    """Modules of your own (package.module or file.py) whose classes the folders may name."""
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
    metrics = {judge.name: _judged(judge, arguments) for judge in _judges(arguments)}
    if arguments.json is not None:
        write_json(arguments.json, metrics)
    Console().print(_table(metrics, arguments.frames))


def _judges(arguments: Arguments) -> "list[Judge]":
    """Return the lane finder and the modules.

    Raises:
        InputError: A folder cannot be used, or its module does not report the lane.
    """
    from autonomy.perception.lane.finder import LaneFinder
    from autonomy.perception.lane.shape import LANE_QUANTITIES
    from autonomy.perception.modules.module_folder import load_module

    modules = [load_module(folder, modules=arguments.modules) for folder in arguments.folders]
    for folder, module in zip(arguments.folders, modules, strict=True):
        reports = module.signature.reports
        if reports != LANE_QUANTITIES and "own_lane" not in reports:
            raise InputError(f"modules must report the lane, that of {folder} does not")
    return [LaneFinder(_camera(_FINDER_SIZE)), *modules]


def _judged(judge: "Judge", arguments: Arguments) -> dict[str, float]:
    """Return a judge's own metrics, and those of the lane lines that it sees."""
    from autonomy.envs.lane.samples import LaneSamples
    from autonomy.perception.lane.metrics import lane_line_metrics
    from autonomy.perception.samples import draw_many

    size = judge.signature.image_size
    source = LaneSamples("test", arguments.seed, size, arguments.randomization)
    samples = draw_many(source, arguments.frames, _LABELS)
    result = judge.perceive(samples)
    lines = _lines(result, judge, source.lane_rows)
    return {
        **judge.measure(result, samples),
        **lane_line_metrics(lines, samples["lanes"][:, _OWN], source.lane_rows, size),
    }


def _lines(
    result: "Estimates | Segmentation", judge: "Judge", rows: "NDArray[np.float64]"
) -> "NDArray[np.float32]":
    from autonomy.perception.estimates import Estimates
    from autonomy.perception.lane.lines import estimated_lines, segmented_lines

    if isinstance(result, Estimates):
        return estimated_lines(result, _camera(judge.signature.image_size), rows)
    return segmented_lines(result.classes, judge.signature.reports, rows)


def _camera(size: tuple[int, int]) -> "MountedCamera":
    from autonomy.envs.lane.options import FRONT

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
