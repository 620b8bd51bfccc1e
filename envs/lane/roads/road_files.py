"""Roads from and to files: surveyed circuits (CSV) and any road (JSON)."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.circuit_file import read_survey
from autonomy.envs.lane.roads.drivable import check_alignment, check_drivable
from autonomy.envs.lane.roads.inner_edge import NARROWEST, check_eased, eased_widths, said_of_easing
from autonomy.envs.lane.roads.made_bridges import bridged
from autonomy.envs.lane.roads.road import ELEVATION_MIN, Marking, Road
from autonomy.envs.lane.roads.road_json import road_from_json, road_to_json
from autonomy.envs.lane.roads.surveyed_line import (
    heading_and_curvature,
    smooth_closed_line,
)
from autonomy.errors import InputError
from autonomy.files import write_json

_LANE_WIDTH = 3.3  # [m], the width that a circuit is divided by
_SPACING = 1.0  # [m]
_LONGEST = 100_000.0  # [m], beyond any circuit; more would only fill the memory


def read_road(path: Path) -> Road:
    """Read a road from a `.csv` circuit or a `.json` file that `write_road` wrote.

    Raises:
        InputError: the file cannot be read, or the road in it cannot be driven.
    """
    if path.suffix.lower() == ".csv":
        return read_circuit(path)
    if path.suffix.lower() != ".json":
        raise InputError(f"a road file must end in .csv or .json, got {path}")
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as JSON: {error}") from None
    road = road_from_json(value)
    check_drivable(road)
    return road


def write_road(path: Path, road: Road) -> None:
    """Write a road as JSON; `read_road` gives exactly the same road back."""
    write_json(path, road_to_json(road))


def read_circuit(path: Path) -> Road:
    """Read a circuit in the CSV format of the TUMFTM race track database.

    The centre line is smoothed and resampled, the width divided into one-way lanes, the
    circuit laid flat, and its first station put at the origin. Where the circuit crosses itself, a
    bridge is made; where it bends more tightly than its width allows, its inner edge is eased. A
    warning says so.

    Raises:
        InputError: the file is no such circuit, or the circuit cannot be driven.
    """
    survey = read_survey(path)
    around = np.hypot(*(survey.points - np.roll(survey.points, 1, axis=0)).T).sum()
    if around > _LONGEST:
        raise InputError(f"{path} must be at most {_LONGEST:.0f} m around, got {around:.0f} m")
    widths = np.column_stack([survey.right, survey.left])
    line, widths = smooth_closed_line(survey.points, widths, _SPACING)
    heading, curvature, spacing = heading_and_curvature(line)
    eased = eased_widths(widths, curvature, spacing)
    check_eased(path.stem, widths, eased, spacing)
    boundaries = _lane_boundaries(eased)
    lanes = int(boundaries.shape[1]) - 1
    edge = Marking("solid")
    flat = Road(
        name=path.stem,
        closed=True,
        spacing=spacing,
        position=np.column_stack([line - line[0], np.full(len(line), ELEVATION_MIN)]),
        heading=heading,
        curvature=curvature,
        grade=np.zeros(len(line)),
        boundaries=boundaries,
        directions=np.ones(lanes, np.int64),
        markings=(edge, *[Marking("dashed")] * (lanes - 1), edge),
    )
    check_alignment(flat)
    road, said = bridged(flat)
    check_drivable(road)
    usual = _lane_count(widths)
    fewer = f", which leaves {lanes} of {usual} lanes" if lanes < usual else ""
    said += [what + fewer for what in said_of_easing(widths, eased, spacing)]
    _tell(path, said)
    return road


def _tell(path: Path, said: Sequence[str]) -> None:
    """Warn of what was made of a file."""
    for what in said:
        warnings.warn(f"{path} {what}", stacklevel=1)  # of here, so that each is told once


def _lane_boundaries(widths: NDArray[np.float64]) -> NDArray[np.float64]:
    """(S, L+1) offsets that divide widths (S, 2), right and left, into equal lanes."""
    total = widths.sum(axis=1, keepdims=True)
    return -widths[:, :1] + np.linspace(0.0, 1.0, _lane_count(widths) + 1) * total


def _lane_count(widths: NDArray[np.float64]) -> int:
    """How many lanes widths (S, 2) have room for, everywhere."""
    total = widths.sum(axis=1, keepdims=True)
    usual, narrowest = float(total.mean()), float(total.min())
    return max(1, min(round(usual / _LANE_WIDTH), int(narrowest / NARROWEST)))
