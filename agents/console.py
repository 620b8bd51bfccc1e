"""What a person sees while a policy trains."""

import time
from collections import deque
from typing import Self

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from autonomy.agents.progress import Progress

QUIET_INTERVAL = 10.0  # [s] between two lines where there is no terminal
RECENT = 100  # episodes whose success is shown


class ProgressDisplay:
    """A bar on a terminal; elsewhere one line now and then."""

    def __init__(self, total_steps: int, first_steps: int, console: Console) -> None:
        """Show what comes after `first_steps` of `total_steps` environment steps."""
        self._console = console
        self._total, self._first = total_steps, first_steps
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._start = self._last_line = time.perf_counter()
        self._bar = Bar(
            BarColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=total_steps)

    def __enter__(self) -> Self:
        self._start = self._last_line = time.perf_counter()
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        """Show one round."""
        self._recent.extend(episode.success for episode in progress.episodes)
        now, steps = time.perf_counter(), progress.steps
        if self._console.is_terminal:
            self._bar.update(self._task, completed=steps, description=self._line(steps, now))
        elif now - self._last_line > QUIET_INTERVAL:
            self._console.print(self._line(steps, now), highlight=False)
            self._last_line = now

    def _line(self, steps: int, now: float) -> str:
        speed = (steps - self._first) / (now - self._start)
        success = f"{np.mean(self._recent):.0%}" if self._recent else "-"
        left = max(self._total - steps, 0) / speed
        text = f"{steps:,} steps, {speed:,.0f} steps/s, success {success}"
        return text if self._console.is_terminal else f"{text}, {left:.0f} s left"
