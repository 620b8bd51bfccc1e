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
_SMALLEST = 1.0  # [m] that a circuit's points are apart
_WIDEST_GAP = 5.0  # times the longest other way between two points, where a circuit closes


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
    names = _names(rows[0][1])
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise _without(path, missing[0], names)
    indices = [names.index(name) for name in _COLUMNS]
    table = np.array([_values(path, line, row, indices) for line, row in rows[1:]])
    table = table.reshape(-1, len(_COLUMNS))
    _check_metres(path, table[:, :2])
    table = _without_repeats(table)
    if len(table) < 4:
        raise InputError(f"{path} has {len(table)} different points, a circuit needs at least 4")
    _check_closed(path, table[:, :2])
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
    header = next((n for n, (_, row) in enumerate(filled) if _COLUMNS[0] in _names(row)), 0)
    data = [(line, row) for line, row in filled[header + 1 :] if not row[0].startswith("#")]
    return filled[header : header + 1] + data


def _names(row: list[str]) -> list[str]:
    return [name.lstrip("# ") for name in row]


def _without(path: Path, column: str, names: list[str]) -> InputError:
    """Return what to say of a header that lacks a column."""
    divided = next((mark for mark in ";\t " if mark in names[0]), None)
    if len(names) == 1 and divided is not None:
        return InputError(f"{path} must divide columns by commas, got a header with {divided!r}")
    return InputError(f"{path} needs the column {column}, its header has {','.join(names)}")


def _check_metres(path: Path, points: NDArray[np.float64]) -> None:
    extent = float(np.ptp(points, axis=0).max(initial=0.0)) if len(points) else _SMALLEST
    if extent < _SMALLEST:
        raise InputError(
            f"{path} must give x_m and y_m in metres, got points within {extent:.2g} m, as degrees "
            "of longitude and latitude would be"
        )


def _check_closed(path: Path, points: NDArray[np.float64]) -> None:
    """Check that the way from the last point to the first is no longer than others are."""
    steps = np.hypot(*(points - np.roll(points, 1, axis=0)).T)
    gap, usual = float(steps[0]), float(steps[1:].max())
    if gap > _WIDEST_GAP * usual:
        raise InputError(
            f"{path} must end where it begins, as a circuit does, got {gap:.0f} m between its last "
            f"point and its first, where others lie up to {usual:.0f} m apart"
        )


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
