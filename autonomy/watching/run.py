"""A run that trains while it is watched: its newest policy, and its curves."""

import csv
from pathlib import Path

from autonomy.errors import InputError
from autonomy.files import is_locked


class WatchedRun:
    """A run folder whose training may go on.

    Attributes:
        newest: The folder of its newest policy, as of the last look; None before there is one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.newest: Path | None = None

    def look(self) -> bool:
        """Look for a policy that is newer than the last one; return whether there is one."""
        before, self.newest = self.newest, _newest(self.folder)
        return self.newest != before

    def check(self) -> None:
        """Refuse to wait where nobody trains.

        Raises:
            InputError: There is no policy yet, and none is to come.
        """
        if self.newest is None and not is_locked(self.folder):
            raise InputError(
                f"run {self.folder} has no checkpoint yet, and nobody trains it: "
                f"autonomy train --resume {self.folder} goes on with it"
            )

    def curves(self) -> dict[str, list[float]]:
        """Return steps and what is shown of its curves, all as long; each goes on until its next.

        Nothing before there is a first row of all of them.
        """
        table, latest = self.folder / "curves/progress.csv", dict[str, float]()
        found: dict[str, list[float]] = {name: [] for name in (_STEPS, *_SHOWN)}
        if not table.is_file():
            return {}
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                latest |= {name: float(row[name]) for name in found if row.get(name)}
                for name, values in found.items():
                    values.append(latest.get(name, 0.0))
        return found


_STEPS = "time/steps"
_SHOWN = ("episode/success_rate", "validation/success_rate")


def watched_run(policy: str) -> WatchedRun | None:
    """Return the run that a policy's name is the folder of, if it is one that is not over."""
    folder = Path(policy)
    is_run = (folder / "config.json").is_file() and not (folder / "policy.json").is_file()
    if not is_run or ((folder / "policy/policy.json").is_file() and not is_locked(folder)):
        return None
    return WatchedRun(folder)


def _newest(run: Path) -> Path | None:
    """Return the folder of a run's policy that has learned from the most steps."""
    folders = [own for own in (run / "checkpoints").glob("*") if own.name.isdecimal()]
    whole = [own for own in folders if (own / "policy.json").is_file()]
    return max(whole, key=lambda own: int(own.name), default=None)
