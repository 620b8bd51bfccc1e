"""A report as one file: nothing is fetched when it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autonomy.files import write_text
from autonomy.reporting.charts import Spec
from autonomy.reporting.route_map import CALM_TO_BAD
from autonomy.reporting.witnessed import Frame
from autonomy.versions import versions

MOST_BYTES = 5_000_000
ROOM = MOST_BYTES - 2_000_000
"""[bytes] of a page for pictures and a film: the rest is for the library, charts and words."""

_HERE = Path(__file__).parent
_LIBRARY = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")


@dataclass(frozen=True)
class Figure:
    """A number that one wants to see first."""

    name: str
    value: str
    more: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart, with what it is called."""

    spec: Spec
    title: str = ""
    is_square: bool = False
    """Whether it has a size of its own; others are as wide as there is room."""


@dataclass(frozen=True)
class Table:
    """Rows of words, with a head."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Card:
    """An episode that one looks at."""

    title: str
    is_good: bool
    facts: Sequence[tuple[str, str]]
    commands: Sequence[str]
    """That show it again."""
    strips: Mapping[str, Sequence[tuple[str, Frame]]]
    """What a policy saw, by name: when, and what."""
    map: Chart | None


@dataclass(frozen=True)
class Section:
    """A part of a page."""

    title: str
    words: str = ""
    charts: Sequence[Chart] = ()
    cards: Sequence[Card] = ()
    scale: tuple[str, str] | None = None
    """What the colours of maps mean: from where to where."""
    table: Table | None = None
    video: str = ""
    """As a page holds it."""
    commands: Sequence[str] = ()
    is_folded: bool = False


@dataclass(frozen=True)
class Page:
    """A report."""

    kind: str
    title: str
    lead: str
    figures: Sequence[Figure]
    sections: Sequence[Section]


def write_page(path: Path, page: Page) -> None:
    """Write a page: whole, or not at all.

    Raises:
        InputError: No file can be written there.
    """
    write_text(path, rendered(page))


def rendered(page: Page) -> str:
    """Return a page as HTML; what it shows is data, whatever is written in it."""
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(page=page, colors=", ".join(CALM_TO_BAD), library=_library(), versions=versions())
    )


@cache
def _library() -> str:
    return "\n".join((_HERE / "vega" / name).read_text(encoding="utf-8") for name in _LIBRARY)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    return environment


def _finalized(value: Any) -> Any:
    assert value is not None, "a page says nothing of what there is not"
    return value
