"""The program `autonomy`, whose commands are the scripts.

Examples:
    autonomy --help
    autonomy evaluate expert --env autonomy/LaneFollow-v0
"""

import ast
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from autonomy.errors import InputError
from autonomy.stopping import end_at_once

_HERE = Path(__file__).parent


def main(words: Sequence[str] | None = None) -> None:
    """Run the command that the words begin with, by default the process's own."""
    if words is None:
        end_at_once()
    from autonomy.command_line import run, with_errors_reported  # takes time

    name, *rest = (sys.argv[1:] if words is None else words) or ["--help"]
    if name in ("-h", "--help"):
        print(_help())
    elif name == "--version":
        from autonomy import __version__

        print(__version__)
    else:
        script = with_errors_reported(lambda: _script(name))
        module = import_module(f"autonomy.scripts.{script}")
        parse = getattr(module, "parse", module.Arguments)
        run(module.main, parse, rest, f"autonomy {name}")


def commands() -> dict[str, str]:
    """Return what each command does, in a sentence, by its name."""
    found: dict[str, str] = {}
    for path in sorted(_HERE.glob("*.py")):
        tree = ast.parse(path.read_bytes())  # importing them all would take seconds
        if path != Path(__file__) and _has_arguments(tree):
            first_line, *_ = (ast.get_docstring(tree) or "").splitlines()
            found[path.stem.replace("_", "-")] = first_line
    return found


def _has_arguments(tree: ast.Module) -> bool:
    return any(isinstance(own, ast.ClassDef) and own.name == "Arguments" for own in tree.body)


def _script(name: str) -> str:
    """Return the name of a command's module.

    Raises:
        InputError: There is no such command.
    """
    known = commands()
    if name not in known:
        raise InputError(f"autonomy has no command {name!r}, only {', '.join(known)}")
    return name.replace("-", "_")


def _help() -> str:
    known = commands()
    width = max(map(len, known))
    lines = [f"  {name:<{width}}  {does}" for name, does in known.items()]
    return "\n".join(
        [
            "usage: autonomy COMMAND ...",
            "",
            "Worlds with cameras, perception that reads them, and policies that act on them.",
            "",
            *lines,
            "",
            "autonomy COMMAND --help lists what a command takes; autonomy --version says which "
            "this is.",
        ]
    )


if __name__ == "__main__":
    main()
