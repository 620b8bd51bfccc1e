"""The curves of a training run: TensorBoard and CSV."""

import time
from collections import Counter
from pathlib import Path
from typing import Self

from stable_baselines3.common.logger import (
    CSVOutputFormat,
    KVWriter,
    Logger,
    TensorBoardOutputFormat,
)

from autonomy.agents.progress import EndedEpisode, Progress, Validation


def curve_logger(folder: Path) -> Logger:
    """Return the logger that writes `progress.csv` and TensorBoard's events into `folder`."""
    folder.mkdir(parents=True)
    formats: list[KVWriter] = [
        CSVOutputFormat(str(folder / "progress.csv")),
        TensorBoardOutputFormat(str(folder)),
    ]
    return Logger(str(folder), formats)


class Curves:
    """Averages what progress tells, and writes a point now and then and with each validation."""

    def __init__(self, folder: Path, interval: int) -> None:
        """Make `folder`; `interval` is in environment steps."""
        self._logger = curve_logger(folder)
        self._interval = interval
        self._ends: Counter[str] = Counter()
        self._last_steps = 0
        self._last_time = time.perf_counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.close()

    def show(self, progress: Progress) -> None:
        """Take in one round."""
        for name, value in progress.metrics.items():
            self._logger.record_mean(name, value)
        for episode in progress.episodes:
            self._count(episode)
        if progress.validation is not None:
            self._record(progress.validation)
        passed = progress.steps - self._last_steps
        if passed >= self._interval or progress.validation is not None:
            self._write(progress.steps)

    def _count(self, episode: EndedEpisode) -> None:
        self._ends[episode.end] += 1
        self._logger.record_mean("episode/success_rate", float(episode.success))
        self._logger.record_mean("episode/return", episode.total_reward)
        self._logger.record_mean("episode/length", episode.length)

    def _record(self, validation: Validation) -> None:
        self._logger.record("validation/success_rate", validation.result.success_rate)
        self._logger.record("validation/return", validation.result.mean_return)
        for name, value in validation.result.metrics.items():
            self._logger.record(f"validation/{name}", value)

    def _write(self, steps: int) -> None:
        episodes = sum(self._ends.values())
        for end, count in self._ends.items():
            self._logger.record(f"episode_end/{end}", count / episodes if episodes else 0.0)
        self._ends = Counter(dict.fromkeys(self._ends, 0))
        now = time.perf_counter()
        speed = (steps - self._last_steps) / (now - self._last_time)
        self._logger.record("time/steps_per_second", speed)
        self._logger.record("time/steps", steps)
        self._last_steps, self._last_time = steps, now
        self._logger.dump(steps)
