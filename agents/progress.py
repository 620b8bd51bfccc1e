"""What a person sees while a policy trains."""

import time

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from stable_baselines3.common.callbacks import BaseCallback

QUIET_INTERVAL = 10.0  # [s] between two lines where there is no terminal


class ProgressDisplay(BaseCallback):
    """A bar on a terminal; elsewhere one line now and then."""

    def __init__(self, total_steps: int, console: Console) -> None:
        super().__init__()
        self._console = console
        self._total = total_steps
        self._start = self._last_line = time.perf_counter()
        self._bar = Progress(
            BarColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=total_steps)

    def __enter__(self) -> "ProgressDisplay":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _on_training_start(self) -> None:
        self._start = self._last_line = time.perf_counter()

    def _on_step(self) -> bool:
        now = time.perf_counter()
        if self._console.is_terminal:
            self._bar.update(self._task, completed=self.num_timesteps, description=self._line(now))
        elif now - self._last_line > QUIET_INTERVAL:
            self._console.print(self._line(now), highlight=False)
            self._last_line = now
        return True

    def _line(self, now: float) -> str:
        speed = self.num_timesteps / (now - self._start)
        recent = self.model.ep_success_buffer
        success = f"{np.mean(recent):.0%}" if recent else "-"
        left = max(self._total - self.num_timesteps, 0) / speed
        text = f"{self.num_timesteps:,} steps, {speed:,.0f} steps/s, success {success}"
        return text if self._console.is_terminal else f"{text}, {left:.0f} s left"
