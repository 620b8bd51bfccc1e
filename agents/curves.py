"""The curves of a training run: TensorBoard and CSV."""

import io
import time
from collections import Counter
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.logger import (
    CSVOutputFormat,
    KVWriter,
    Logger,
    TensorBoardOutputFormat,
)
from torch.utils.tensorboard import SummaryWriter

from autonomy.agents.progress import EndedEpisode, Progress, Validation
from autonomy.agents.state_arrays import array_of, value_of
from autonomy.files import whole_file
from autonomy.world_state import State

_TABLE = "progress.csv"


def curve_logger(folder: Path, table: bytes | None = None, after: int | None = None) -> Logger:
    """Return the logger that writes `progress.csv` and TensorBoard's events into `folder`.

    It goes on with the rows of `table`, or with nothing; events `after` so many steps are not to be
    seen.
    """
    with whole_file(folder / _TABLE) as file:
        file.write_bytes(table or b"")
    formats: list[KVWriter] = [_Table(folder / _TABLE), _Events(folder, after)]
    return Logger(str(folder), formats)


def table_of(folder: Path) -> NDArray[np.uint8]:
    """Return the bytes of the table in a folder of curves."""
    return np.frombuffer((folder / _TABLE).read_bytes(), np.uint8)


class _Events(TensorBoardOutputFormat):
    """Stable-Baselines3's events, which hide those of steps that come anew."""

    def __init__(self, folder: Path, after: int | None) -> None:
        self.writer = SummaryWriter(folder, purge_step=None if after is None else after + 1)
        self._is_closed = False


class _Table(CSVOutputFormat):
    """Stable-Baselines3's table, which goes on with the rows that are there."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("r+", encoding="utf-8")
        self.keys = [name for name in self.file.readline().rstrip("\n").split(",") if name]
        self.file.seek(0, io.SEEK_END)
        self.separator, self.quotechar = ",", '"'


class Curves:
    """Averages what progress tells, and writes a point now and then and with each validation."""

    def __init__(self, folder: Path, interval: int, state: State | None = None) -> None:
        """Begin in a new folder, or go on from a state; `interval` is in environment steps."""
        self._folder, self._interval = folder, interval
        self._ends: Counter[str] = Counter()
        self._last_steps = 0
        self._last_time = time.perf_counter()
        if state is None:
            self._logger = curve_logger(folder)
        else:
            self._go_on(state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.close()

    def get_state(self) -> State:
        """Return the points of the table, and what the next one is the mean of."""
        open_point = {
            "ends": self._ends,
            "steps": self._last_steps,
            "values": self._logger.name_to_value,
            "counts": self._logger.name_to_count,
        }
        return {"point": array_of(open_point), "table": table_of(self._folder)}

    def _go_on(self, state: State) -> None:
        point = value_of(state["point"])
        self._logger = curve_logger(self._folder, state["table"].tobytes(), point["steps"])
        self._logger.name_to_value.update(point["values"])
        self._logger.name_to_count.update(point["counts"])
        self._logger.name_to_excluded.update(dict.fromkeys(point["values"], ()))
        self._ends.update(point["ends"])
        self._last_steps = point["steps"]

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
