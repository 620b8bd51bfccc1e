"""What a run folder tells reports of its training: its curves, and its recipe."""

from pathlib import Path
from typing import Any, cast

from autonomy.agents.curve_table import curves_of
from autonomy.agents.run_config import read_config
from autonomy.errors import InputError
from autonomy.reporting.curve_chart import Point
from autonomy.wilson import wilson_interval

_MOST_POINTS = 250
_VALIDATED = "validation/success_rate"


def curve_points(run: Path) -> dict[str, list[Point]]:
    """Return the curves of a run folder as points; validated success has Wilson's interval."""
    episodes = recipe_of(run).get("validation_episodes")
    curves = {
        name: [Point(*own) for own in _thinned(points)] for name, points in curves_of(run).items()
    }
    if isinstance(episodes, int) and episodes > 0 and _VALIDATED in curves:
        curves[_VALIDATED] = [_with_interval(own, episodes) for own in curves[_VALIDATED]]
    return curves


def recipe_of(run: Path) -> dict[str, Any]:
    """Return how a run was trained, as its folder says; nothing where it does not."""
    try:
        recipe = read_config(run).get("recipe")
    except InputError:
        return {}
    return cast(dict[str, Any], recipe) if isinstance(recipe, dict) else {}


def _with_interval(point: Point, episodes: int) -> Point:
    low, high = wilson_interval(round(point.value * episodes), episodes)
    return point._replace(low=low, high=high)


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return at most so many points, evenly, the last one among them."""
    stride = -(-len(points) // _MOST_POINTS)
    return points[::-stride][::-1]
