"""A page about a world, in Markdown."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from autonomy.quantities import words_and_unit
from autonomy.world_description import Number, WorldDescription


def world_page(world: WorldDescription) -> str:
    """Return the page."""
    vectors = [
        f"### `{name}`\n\n{_numbers(numbers)}" for name, numbers in world.vectors.items() if numbers
    ]
    parts = [
        f"# {world.env_id}",
        world.about,
        "## What a policy may observe",
        f"By default {_code(world.observed)}; the option `observations` chooses.",
        _table(
            ("image", "shape", "type"),
            ((f"`{name}`", own.shape, own.dtype) for name, own in world.images.items()),
        ),
        *vectors,
        "## What it does",
        _numbers(world.actions),
        "## What it is worth",
        _table(("term", "weight"), ((_words(own), n) for own, n in world.rewards.items())),
        "## How episodes end",
        _table(("reason", "end"), ((f"`{own}`", how) for own, how in world.episode_ends.items())),
        "## What is measured",
        _table(("quantity", "unit"), (_quantity(name) for name in world.measurements)),
        "## Splits",
        _code(world.splits) or "None.",
        "## Options",
        _table(
            ("option", "default", "what it means"),
            ((f"`{own.name}`", _shown(own.default), own.meaning) for own in world.options),
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _numbers(numbers: Sequence[Number]) -> str:
    return _table(
        ("number", "quantity", "unit", "lowest", "highest"),
        (
            (place, *_quantity(own.name), _short(own.low), _short(own.high))
            for place, own in enumerate(numbers)
        ),
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    own = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    if not own:
        return ""
    lines = [heads, ["---"] * len(heads), *own]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _quantity(name: str) -> tuple[str, str]:
    return words_and_unit(name)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _short(value: float) -> str:
    return f"{value:.4g}".replace("inf", "∞").replace("-", "\N{MINUS SIGN}")


def _shown(value: Any) -> str:
    if isinstance(value, str | int | float | bool | None):
        return f"`{value}`"
    if isinstance(value, tuple | list):
        return " ".join(map(_shown, cast(Sequence[Any], value))) or "none"
    return type(value).__name__
