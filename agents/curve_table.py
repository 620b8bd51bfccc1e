"""The table of a run's curves, as it stands on the disk."""

import csv
import math
from pathlib import Path
from typing import Any


def curve_rows(run: Path) -> list[dict[str, Any]]:
    """Return the rows of a run's table, by the names of its columns; none where there is none."""
    table = run / "curves" / "progress.csv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def curves_of(run: Path) -> dict[str, list[tuple[int, float]]]:
    """Return each column's values with the environment steps at which they were.

    What is no number, as where a process was killed while it wrote, is left out.
    """
    curves: dict[str, list[tuple[int, float]]] = {}
    for row in curve_rows(run):
        steps = _number(row.get("time/steps"))
        for name, text in row.items() if steps is not None else ():
            value = _number(text)
            if value is not None:
                curves.setdefault(name, []).append((int(steps or 0), value))
    return curves


def _number(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None
