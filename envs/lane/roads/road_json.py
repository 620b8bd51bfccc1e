"""Roads as plain lists, numbers and strings."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import NUMBERS, Marking, MarkingColor, MarkingKind, Road
from autonomy.errors import InputError


def road_to_json(road: Road) -> dict[str, Any]:
    """Describe a road; `road_from_json` gives the same road back."""
    return {
        "name": road.name,
        "closed": road.closed,
        "spacing": road.spacing,
        **{name: getattr(road, name).tolist() for name in (*NUMBERS, "directions")},
        "markings": [asdict(marking) for marking in road.markings],
    }


def road_from_json(value: Any) -> Road:
    """Make the road that `road_to_json` described; whether it is drivable is not checked.

    Raises:
        InputError: a key is missing, or a value has the wrong type, shape or range.
    """
    content = _mapping(value)
    numbers = {name: _numbers(content, name) for name in (*NUMBERS, "directions", "spacing")}
    markings = _markings(content["markings"])
    _check_shapes(numbers, len(markings))
    _check_ranges(content["closed"], numbers["spacing"], numbers["directions"])
    return Road(
        name=str(content["name"]),
        closed=content["closed"],
        spacing=float(numbers["spacing"]),
        **{name: numbers[name] for name in NUMBERS},
        directions=numbers["directions"].astype(np.int64),
        markings=markings,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    keys = ("name", "closed", "spacing", *NUMBERS, "directions", "markings")
    empty: dict[str, Any] = {}
    content = cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else empty
    missing = [key for key in keys if key not in content]
    if missing:
        raise InputError(f"a road needs the keys {', '.join(keys)}, but {missing[0]} is missing")
    return content


def _numbers(content: Mapping[str, Any], name: str) -> NDArray[np.float64]:
    try:
        return np.array(content[name], dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"a road's {name} must be numbers in rows of equal length") from None


def _markings(value: Any) -> tuple[Marking, ...]:
    try:
        markings = tuple(Marking(**row) for row in value)
    except TypeError:
        raise InputError("a road's markings must each have a kind and a color") from None
    for marking in markings:
        if marking.kind not in get_args(MarkingKind) or marking.color not in get_args(MarkingColor):
            raise InputError(
                f"a marking must be one of {get_args(MarkingKind)} and {get_args(MarkingColor)}, "
                f"got {marking.kind!r} and {marking.color!r}"
            )
    return markings


def _check_shapes(numbers: Mapping[str, NDArray[np.float64]], boundaries: int) -> None:
    stations = numbers["heading"].size
    if stations < 4 or boundaries < 2:
        raise InputError(
            f"a road needs at least 4 stations and 1 lane, got {stations} and {boundaries - 1}"
        )
    expected = {
        "spacing": (),
        "position": (stations, 3),
        "heading": (stations,),
        "curvature": (stations,),
        "grade": (stations,),
        "boundaries": (stations, boundaries),
        "directions": (boundaries - 1,),
    }
    for name, shape in expected.items():
        if numbers[name].shape != shape:
            raise InputError(f"a road's {name} must have shape {shape}, got {numbers[name].shape}")


def _check_ranges(
    closed: Any, spacing: NDArray[np.float64], directions: NDArray[np.float64]
) -> None:
    if not isinstance(closed, bool):
        raise InputError(f"a road's closed must be true or false, got {closed!r}")
    if not 0 < spacing < np.inf:
        raise InputError(f"a road's spacing must be positive, got {spacing}")
    if not np.isin(directions, (-1, 1)).all():
        raise InputError(f"a road's directions must be +1 or -1, got {directions.tolist()}")
