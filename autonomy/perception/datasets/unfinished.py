"""A data set in the making: `unfinished.json`, beside arrays whose beginnings are good."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from autonomy.errors import DamagedError, InputError
from autonomy.json_values import changes
from autonomy.perception.datasets.manifest import (
    MANIFEST,
    UNFINISHED,
    Manifest,
    StoredArray,
    arrays_of,
    manifest_of,
    read_stated,
)
from autonomy.versions import versions

_FORMAT, _VERSION = "autonomy-unfinished-dataset", 1


@dataclass(frozen=True)
class Unfinished:
    """How far a data set is."""

    plan: Manifest
    """What it will be; with arrays where it is another data set made again."""
    versions: dict[str, str]
    """Of the packages that make it."""
    arrays: dict[str, StoredArray]
    """What is good: the first rows of each file, and their bytes' digest."""

    @property
    def frames(self) -> int:
        """How many are good."""
        return min((stored.shape[0] for stored in self.arrays.values()), default=0)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return how far the data set in a folder is.

        Raises:
            InputError: There is none in the making, or it is of another version.
            DamagedError: What is said of it cannot be.
        """
        path = folder / UNFINISHED
        if not path.exists():
            is_whole = (folder / MANIFEST).exists()
            problem = "it is whole" if is_whole else f"there is no {path}"
            raise InputError(f"{folder} is no data set to go on with: {problem}")
        stated = read_stated(path, _FORMAT, _VERSION)
        try:
            plan = manifest_of(stated["plan"], path)
            found = cls(plan, dict(stated["versions"]), arrays_of(stated["arrays"]))
            found._check()
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise DamagedError(f"{path} must say how far a data set is, got {error}") from None
        return found

    def _check(self) -> None:
        """Raise `ValueError` if there cannot be so many frames."""
        lengths = {stored.shape[0] for stored in self.arrays.values()}
        is_in_batches = self.frames % self.plan.batch == 0 or self.frames == self.plan.frames
        if len(lengths) > 1 or not is_in_batches or not 0 <= self.frames <= self.plan.frames:
            raise ValueError(f"{sorted(lengths)} of {self.plan.frames} frames")

    def refuse_changes(self, plan: Manifest) -> None:
        """Raise `InputError` where another plan, or other packages, would go on otherwise."""
        before = {**self.plan.to_json(), "versions": self.versions}
        named = changes(before, {**plan.to_json(), "versions": versions()})
        if named:
            listed = "; ".join(f"{name} {change}" for name, change in named.items())
            raise InputError(f"a data set must go on as it began, got {listed}")

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON values."""
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "plan": self.plan.to_json(),
            "versions": self.versions,
            "arrays": {name: asdict(stored) for name, stored in self.arrays.items()},
        }
