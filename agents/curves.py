"""The curves of a training run: TensorBoard and CSV."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import (
    CSVOutputFormat,
    KVWriter,
    Logger,
    TensorBoardOutputFormat,
)

from autonomy.agents.vec_env import BatchedVecEnv


def curve_logger(folder: Path) -> Logger:
    """Return the logger that writes `progress.csv` and TensorBoard's events into `folder`."""
    folder.mkdir(parents=True)
    formats: list[KVWriter] = [
        CSVOutputFormat(str(folder / "progress.csv")),
        TensorBoardOutputFormat(str(folder)),
    ]
    return Logger(str(folder), formats)


class Curves(BaseCallback):
    """Averages what the world and the learner report, and writes a point now and then."""

    def __init__(self, envs: BatchedVecEnv, interval: int) -> None:
        super().__init__()
        self._envs = envs
        self._interval = interval
        self._ends: Counter[str] = Counter()
        self._last_steps = 0
        self._last_time = time.perf_counter()

    def _on_training_start(self) -> None:
        self._last_time = time.perf_counter()

    def _on_step(self) -> bool:
        info = self._envs.info
        for name, term in info["reward_terms"].items():
            self.logger.record_mean(f"reward/{name}", float(np.mean(term)))
        ended: list[int] = np.flatnonzero(self.locals["dones"]).tolist()
        for i in ended:
            self._count_episode(str(info["episode_end"][i]), self.locals["infos"][i])
        if self.num_timesteps - self._last_steps >= self._interval:
            self._write()
        return True

    def _on_training_end(self) -> None:
        self._write()

    def _count_episode(self, end: str, info: dict[str, Any]) -> None:
        self._ends[end] += 1
        self.logger.record_mean("episode/success_rate", float(info["is_success"]))
        self.logger.record_mean("episode/return", info["episode"]["r"])
        self.logger.record_mean("episode/length", info["episode"]["l"])

    def _write(self) -> None:
        episodes = sum(self._ends.values())
        for end, count in self._ends.items():
            self.logger.record(f"episode_end/{end}", count / episodes if episodes else 0.0)
        self._ends = Counter(dict.fromkeys(self._ends, 0))
        now = time.perf_counter()
        steps = self.num_timesteps - self._last_steps
        if steps:  # none when the run ends on a point
            self.logger.record("time/steps_per_second", steps / (now - self._last_time))
        self.logger.record("time/steps", self.num_timesteps)
        self._last_steps, self._last_time = self.num_timesteps, now
        self.logger.dump(self.num_timesteps)
