"""Reading a circuit's centre line and widths from CSV, without judging them as a road."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError

_COLUMNS = ("x_m", "y_m", "w_tr_right_m", "w_tr_left_m")
_SAME_PLACE = 0.01  # [m]
_FARTHEST = 1e9  # [m]


@dataclass(frozen=True)
class Survey:
    """Points measured along a closed circuit; the last is joined to the first."""

    points: NDArray[np.float64]  # (n, 2) [m]
    right: NDArray[np.float64]  # (n,) drivable width to the right [m]
    left: NDArray[np.float64]  # (n,) drivable width to the left [m]


def read_survey(path: Path) -> Survey:
    """Read columns x_m, y_m, w_tr_right_m and w_tr_left_m, found by their names.

    Raises:
        InputError: the file is missing or is no such table, a value is not a finite number,
            a width is not positive, or fewer than four places are left.
    """
    rows = _rows(path)
    if not rows:
        raise InputError(f"{path} is empty, but a header {','.join(_COLUMNS)} is needed")
    names = [name.lstrip("# ") for name in rows[0][1]]
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise InputError(f"{path} needs the column {missing[0]}, its header has {','.join(names)}")
    indices = [names.index(name) for name in _COLUMNS]
    table = np.array([_values(path, line, row, indices) for line, row in rows[1:]])
    table = _without_repeats(table.reshape(-1, len(_COLUMNS)))
    if len(table) < 4:
        raise InputError(f"{path} has {len(table)} different points, a circuit needs at least 4")
    return Survey(points=table[:, :2], right=table[:, 2], left=table[:, 3])


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Line numbers and stripped cells of the header and of the lines that hold data."""
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as CSV: {error}") from None
    filled = [(line, row) for line, row in rows if any(row)]
    return filled[:1] + [(line, row) for line, row in filled[1:] if not row[0].startswith("#")]


def _values(path: Path, line: int, row: list[str], indices: list[int]) -> list[float]:
    cells = [row[index] if index < len(row) else "" for index in indices]
    values: list[float] = []
    for name, cell in zip(_COLUMNS, cells, strict=True):
        try:
            values.append(float(cell))
        except ValueError:
            raise InputError(f"{path} line {line}: {name} must be a number, got {cell!r}") from None
    if not np.all(np.abs(values) < _FARTHEST):
        raise InputError(
            f"{path} line {line}: every value must be finite and below {_FARTHEST:.0e} m, "
            f"got {','.join(cells)}"
        )
    if min(values[2:]) <= 0:
        raise InputError(f"{path} line {line}: widths must be positive, got {','.join(cells[2:])}")
    return values


def _without_repeats(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows that lie somewhere else than the row after them; after the last comes the first."""
    step = table[:, :2] - np.roll(table[:, :2], -1, axis=0)
    return table[np.hypot(step[:, 0], step[:, 1]) > _SAME_PLACE]
