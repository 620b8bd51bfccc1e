"""What a run folder tells of its training, while it runs and afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autonomy.agents.curve_table import curve_rows
from autonomy.agents.run_config import read_config
from autonomy.errors import InputError
from autonomy.files import is_locked
from autonomy.wilson import wilson_interval

FAILURE = "failure.txt"
"""The file of a run folder that says why its training failed."""


@dataclass(frozen=True)
class RunSummary:
    """How far a training is."""

    run: Path
    world: str
    learner: str
    """The class of the recipe, without its module."""
    seed: int
    steps: int
    """Environment steps at the last point of the curves."""
    total_steps: int
    success: float | None
    """Share of the last validation's episodes; None before the first one."""
    success_ci95: tuple[float, float] | None
    """Wilson's interval of it."""
    steps_per_second: float | None
    state: str
    """`running`, `finished`, `stopped` or `failed`."""
    why: str
    """Why it failed."""

    @property
    def command(self) -> str:
        """What goes on with it; nothing where nothing does."""
        goes_on = self.state in ("stopped", "failed")
        return f"autonomy train --resume {self.run}" if goes_on else ""


def runs_in(folder: Path) -> Iterator[RunSummary]:
    """Yield the trainings of policies in a folder, and in those inside it, by name.

    Raises:
        InputError: There is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"runs must be in a folder, there is none at {folder}")
    for path in sorted(folder.rglob("config.json")):
        try:
            yield summary(path.parent)
        except (InputError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
            continue  # another kind of folder


def summary(run: Path) -> RunSummary:
    """Return what a run folder tells.

    Raises:
        InputError: It is none.
        KeyError: It is of another kind of training.
    """
    config = read_config(run)
    recipe, rows = config["recipe"], curve_rows(run)
    rate, steps = _last(rows, "validation/success_rate"), int(_last(rows, "time/steps") or 0)
    episodes = recipe["validation_episodes"]
    return RunSummary(
        run=run,
        world=str(config["env_id"]),
        learner=config["algorithm"].rpartition(":")[2].removesuffix("Recipe"),
        seed=config["seed"],
        steps=steps,
        total_steps=recipe["total_steps"],
        success=rate,
        success_ci95=None if rate is None else wilson_interval(round(rate * episodes), episodes),
        steps_per_second=_last(rows, "time/steps_per_second"),
        state=_state(run, steps >= recipe["total_steps"]),
        why=_why(run),
    )


def _state(run: Path, is_at_end: bool) -> str:
    if is_locked(run):
        return "running"
    if (run / FAILURE).is_file():
        return "failed"
    return "finished" if is_at_end and (run / "policy").is_dir() else "stopped"


def _why(run: Path) -> str:
    failed = _state(run, is_at_end=False) == "failed"
    return (run / FAILURE).read_text(encoding="utf-8").strip() if failed else ""


def _last(rows: list[dict[str, Any]], name: str) -> float | None:
    return next((float(row[name]) for row in reversed(rows) if row.get(name)), None)
