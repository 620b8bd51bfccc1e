"""The curves of trainings, in reports."""

from collections.abc import Mapping, Sequence

from autonomy.reporting.curve_chart import Point, curve_chart
from autonomy.reporting.page import Chart, Section

Curves = Mapping[str, Sequence[Point]]
"""By their names, such as `validation/success_rate`."""

_MOST = 60  # curves
_FIRST_CURVES = {"success": "success_rate", "return": "return"}
_LINES = {"training": "episode", "validation": "validation"}


def training_sections(curves: Curves) -> list[Section]:
    """Return how success and return rose, in training and in validation."""
    drawn: list[Chart] = []
    for title, name in _FIRST_CURVES.items():
        lines = {
            own: curves[f"{group}/{name}"]
            for own, group in _LINES.items()
            if curves.get(f"{group}/{name}")
        }
        if lines:
            drawn.append(Chart(curve_chart(lines, title)))
    return [Section("Training", charts=drawn)] if drawn else []


def every_curve(curves: Curves) -> list[Section]:
    """Return all other curves."""
    first = {f"{group}/{name}" for group in _LINES.values() for name in _FIRST_CURVES.values()}
    rest = [name for name in sorted(curves) if name not in first and not name.startswith("time/")]
    drawn = [
        Chart(curve_chart({name: curves[name]}, "", is_small=True), name) for name in rest[:_MOST]
    ]
    return [Section("Every curve", charts=drawn, is_folded=True)] if drawn else []
