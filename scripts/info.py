"""Say what a world is: what it shows, takes and rewards, how it ends, and what one may choose.

Examples:
    python scripts/info.py autonomy/LaneFollow-v0
    python scripts/info.py autonomy/ArmPush-v0 --world.robot kuka --json -
"""

from autonomy.interruptible import run

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from autonomy.files import write_json
from autonomy.world_words import WorldWords


@dataclass(frozen=True)
class Arguments:
    """Say what a world is: what it shows, takes and rewards, how it ends, and what one may choose.

    The page is for people; with --json it is for programs, and as it stands in docs/worlds with
    --markdown.
    """

    env: Annotated[Positional[str], arg(metavar="ID")]
    """Id of the world, such as autonomy/LaneFollow-v0."""
    json: str | None = None
    """File for the same as JSON; - writes it to standard output, and no page."""
    markdown: bool = False
    """Write the page as Markdown."""
    world: WorldWords = field(default_factory=dict)
    """Options of the world; with an ID, --help lists all that it has."""


def main(arguments: Arguments) -> None:
    """Describe the world, as a page or JSON."""
    from rich.console import Console
    from rich.markdown import Markdown

    from autonomy.world_description import describe_world
    from autonomy.world_page import world_page

    world = describe_world(arguments.env, arguments.world)
    if arguments.json == "-":
        json.dump(world.to_json(), sys.stdout, indent=2)
        print()
        return
    if arguments.json is not None:
        write_json(Path(arguments.json), world.to_json())
    if arguments.markdown:
        print(world_page(world), end="")
    else:
        Console().print(Markdown(world_page(world)))


if __name__ == "__main__":
    run(main, Arguments)
