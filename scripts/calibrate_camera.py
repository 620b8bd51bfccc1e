"""Find out what camera took pictures of a chessboard.

Example:
    python scripts/calibrate_camera.py board/*.jpg --corners 9 6 --json camera.json
"""

from autonomy.interruptible import run

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.camera.images import MOST_PIXELS, in_pixels
from autonomy.command_line import print_warning
from autonomy.errors import InputError
from autonomy.files import write_json

if TYPE_CHECKING:
    from autonomy.camera.calibration import Calibration


@dataclass(frozen=True)
class Arguments:
    """Find out what camera took pictures of a chessboard."""

    pictures: Annotated[Positional[tuple[Path, ...]], arg(metavar="PICTURES...")]
    """Ten pictures or more of one size, each of the whole board from another side."""
    corners: tuple[int, int] = (9, 6)
    """Inner corners of the board along a row, and along a column."""
    json: Path | None = None
    """File for the camera, its errors and how well it is known, as JSON."""
    max_megapixels: float = MOST_PIXELS / 1e6
    """The largest picture that is read, in millions of pixels."""


def main(arguments: Arguments) -> None:
    """Calibrate, print a table and write the camera."""
    from autonomy.camera.calibration import calibrate
    from autonomy.picture_file import read_picture

    most = in_pixels(arguments.max_megapixels)
    pictures = {str(path): read_picture(path, most) for path in arguments.pictures}
    if len(pictures) < len(arguments.pictures):
        raise InputError("every picture must be given once, got one twice")
    result = calibrate(pictures, arguments.corners)
    for sentence in result.warnings:
        print_warning(sentence)
    if arguments.json is not None:
        write_json(arguments.json, _to_json(result))
    Console().print(_table(result))


def _to_json(result: "Calibration") -> dict[str, object]:
    from autonomy.camera.camera_json import camera_to_json

    return {
        "camera": camera_to_json(result.camera),
        "camera_matrix": result.camera.matrix.tolist(),
        "standard_deviations": result.deviations,
        "reprojection_error_px": result.error,
        "reprojection_errors_px": result.errors,
        "left_out": result.left_out,
        "warnings": list(result.warnings),
    }


def _table(result: "Calibration") -> Table:
    camera = result.camera
    table = Table(title=f"Camera of {len(result.errors)} pictures", show_header=False)
    table.add_row("size", f"{camera.width} x {camera.height} px")
    table.add_row("horizontal field of view", f"{math.degrees(camera.fov):.2f}°")
    for (name, deviation), value in zip(
        result.deviations.items(), (*camera.intrinsics, *camera.distortion), strict=True
    ):
        digits, unit = (1, " px") if name in ("fx", "fy", "cx", "cy") else (4, "")
        table.add_row(name, f"{value:.{digits}f} ± {deviation:.{digits}f}{unit}")
    table.add_row("reprojection error", f"{result.error:.3f} px", style="bold")
    table.add_section()
    for name, error in result.errors.items():
        table.add_row(Path(name).name, f"{error:.3f} px")
    for name, reason in result.left_out.items():
        table.add_row(Path(name).name, f"left out: {reason}", style="dim")
    return table


if __name__ == "__main__":
    run(main, Arguments)
