"""List training runs: how far each one is, how well it does, and how to go on with it.

Examples:
    python scripts/runs.py
    python scripts/runs.py experiments/lane
"""

from autonomy.interruptible import run

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.agents.run_summary import RunSummary, runs_in


@dataclass(frozen=True)
class Arguments:
    """List training runs: how far each one is, how well it does, and how to go on with it."""

    folder: Annotated[Positional[Path], arg(metavar="FOLDER")] = Path("runs")
    """Where the run folders are, at whatever depth."""


def main(arguments: Arguments) -> None:
    """Print a table."""
    console, runs = Console(), list(runs_in(arguments.folder))
    if not runs:
        console.print(f"no runs in {arguments.folder}", highlight=False)
        return
    table = Table(box=None, pad_edge=False)
    for name in ("run", "world", "learner"):
        table.add_column(name, overflow="fold")
    for name in ("seed", "steps", "success (95 % interval)", "steps/s"):
        table.add_column(name, justify="right")
    table.add_column("state", overflow="fold")
    for one in runs:
        table.add_row(*_cells(one, arguments.folder))
    console.print(table)
    for one in runs:
        if one.why:
            console.print(f"{one.run} failed: {one.why}", highlight=False, soft_wrap=True)
        if one.command:
            console.print(one.command, highlight=False, soft_wrap=True)


def _cells(one: RunSummary, folder: Path) -> tuple[str, ...]:
    return (
        str(one.run.relative_to(folder)),
        one.world,
        one.learner,
        str(one.seed),
        f"{one.steps:,} of {one.total_steps:,}",
        _success(one),
        "-" if one.steps_per_second is None else f"{one.steps_per_second:,.0f}",
        one.state,
    )


def _success(one: RunSummary) -> str:
    if one.success is None or one.success_ci95 is None:
        return "-"
    low, high = one.success_ci95
    return f"{one.success:.1%} ({low:.1%} to {high:.1%})"


if __name__ == "__main__":
    run(main, Arguments)
