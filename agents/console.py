"""What a person sees while a policy trains."""

import time
from collections import deque
from contextlib import ExitStack
from typing import Self

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from autonomy.agents.progress import Progress
from autonomy.agents.recipe import Recipe
from autonomy.doing import told_what_is_done

QUIET_INTERVAL = 30.0  # [s] between two lines where there is no terminal
RECENT = 100  # episodes whose success is shown


class ProgressDisplay:
    """A bar on a terminal; elsewhere one line now and then."""

    def __init__(self, recipe: Recipe, first_steps: int, console: Console) -> None:
        """Show what comes after `first_steps` environment steps of a recipe's."""
        self._console, self._recipe = console, recipe
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._pace = _Pace(recipe, first_steps)
        self._validated: float | None = None
        self._last_line = time.perf_counter()
        self._said = {"learning", "compiling"}  # by every line, and by what compiles
        self._told = ExitStack()
        self._bar = Bar(
            BarColumn(),
            TextColumn("{task.fields[doing]}"),
            TextColumn("{task.description}"),
            console=console,
            disable=not console.is_terminal,
        )
        line = f"{first_steps:,} of {recipe.total_steps:,} steps"
        self._task = self._bar.add_task(
            line, total=recipe.total_steps, completed=first_steps, doing="beginning"
        )

    def __enter__(self) -> Self:
        self._told.enter_context(told_what_is_done(self._tell))
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
        self._told.close()

    def _tell(self, what: str) -> None:
        """Show what is done now; where there is no terminal, the first time that it is."""
        if self._console.is_terminal:
            self._bar.update(self._task, doing=what)
        elif what not in self._said:
            self._said.add(what)
            self._console.print(what, highlight=False)

    def show(self, progress: Progress) -> None:
        """Show one round."""
        self._recent.extend(episode.success for episode in progress.episodes)
        if progress.validation is not None:
            self._validated = progress.validation.result.success_rate
        self._pace.take(progress)
        now, line = time.perf_counter(), self._line(progress)
        if self._console.is_terminal:
            self._bar.update(self._task, completed=progress.steps, description=line)
        elif now - self._last_line > QUIET_INTERVAL or progress.steps >= self._recipe.total_steps:
            self._console.print(line, highlight=False, soft_wrap=True)
            self._last_line = now

    def _line(self, progress: Progress) -> str:
        norms = [own for name, own in progress.metrics.items() if name.endswith("gradient_norm")]
        success = float(np.mean(self._recent)) if self._recent else None
        parts = [
            f"{progress.steps:,} of {self._recipe.total_steps:,} steps",
            f"{self._pace.steps_per_second:,.0f} steps/s",
            f"success {_share(success)}",
            f"validation {_share(self._validated)}",
            _gap(success, self._validated),
            f"gradient {max(norms):.2g}" if norms else "",
            f"{self._pace.seconds_left(progress.steps):.0f} s left",
        ]
        return ", ".join(part for part in parts if part)


class _Pace:
    """How long rounds take, and validations, which count apart: they come seldom and take long."""

    def __init__(self, recipe: Recipe, first_steps: int) -> None:
        self._recipe, self._steps = recipe, 0
        self._last_steps, self._last_time = first_steps, time.perf_counter()
        self._learning = self._validation = 0.0  # [s] of all rounds, of the last validation

    def take(self, progress: Progress) -> None:
        """Count one round."""
        now = time.perf_counter()
        passed, self._last_time = now - self._last_time, now
        if progress.validation is not None and self._steps:
            learning = (progress.steps - self._last_steps) / self.steps_per_second
            self._validation, passed = max(passed - learning, 0.0), min(passed, learning)
        self._learning += passed
        self._steps += progress.steps - self._last_steps
        self._last_steps = progress.steps

    @property
    def steps_per_second(self) -> float:
        """Environment steps, but for validations."""
        return self._steps / self._learning

    def seconds_left(self, steps: int) -> float:
        """Return how long the rest will take after so many steps, its validations too."""
        left = max(self._recipe.total_steps - steps, 0)
        validations = -(-left // self._recipe.validation_interval)
        return left / self.steps_per_second + validations * self._validation


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _gap(success: float | None, validated: float | None) -> str:
    """Say by how much more the episodes succeed that are learned from."""
    if success is None or validated is None:
        return ""
    return f"gap {round(100.0 * success) - round(100.0 * validated):+d} points"
