"""How a script begins: it can be interrupted before it has imported what takes time.

Scripts import this before all else (`pyproject.toml` has the order). In other programs that import
it nothing happens.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from autonomy.stopping import end_at_once

Arguments = TypeVar("Arguments")


def run(
    main: Callable[[Arguments], None],
    arguments: type[Arguments] | Callable[[Sequence[str], str | None], Arguments],
) -> None:
    """Call `autonomy.command_line.run`."""
    from autonomy import command_line

    command_line.run(main, arguments)


def _is_script() -> bool:
    main = getattr(sys.modules["__main__"], "__file__", None) or ""
    scripts = os.path.join(os.path.dirname(__file__), "scripts")
    return os.path.dirname(os.path.realpath(main)) == os.path.realpath(scripts)


if _is_script():
    end_at_once()
