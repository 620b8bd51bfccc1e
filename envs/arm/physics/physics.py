"""The physics of N worlds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.arm_state import Bodies, Setup, Shared, row_of
from autonomy.envs.arm.physics.scratch_files import read_rows, row_file, scratch_folder, write_rows
from autonomy.envs.arm.physics.simulation import Simulation


class Physics(Protocol):
    """N simulations, wherever they run."""

    shared: Shared
    """What they read and write."""
    lost: NDArray[np.bool_]
    """`(N,)` which of them were lost, and begun anew, since the last step."""

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Begin episodes in some rows, as `shared.setup` says."""
        ...

    def advance(self) -> NDArray[np.bool_]:
        """Advance all rows one control step, as `shared.actions` says.

        Returns:
            `(N,)` what `lost` was; then nothing is lost.
        """
        ...

    def save(self) -> list[bytes]:
        """Return the state of each row beyond `shared`."""
        ...

    def restore(self, saved: Sequence[bytes]) -> None:
        """Go on from what `save` returned, and from `shared` and `lost` as they were then."""
        ...

    def close(self) -> None:
        """Release what the simulations hold; a second call does nothing."""
        ...


class LocalPhysics:
    """Simulations one after the other in this process."""

    def __init__(self, simulations: Sequence[Simulation], shared: Shared) -> None:
        """Let each simulation work on its row of `shared`."""
        self.shared, self.lost = shared, np.zeros(len(simulations), np.bool_)
        self._simulations = simulations

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Begin episodes in some rows."""
        for row in rows.tolist():
            self._simulations[row].begin(*self._row(row))
        self.lost[rows] = False

    def advance(self) -> NDArray[np.bool_]:
        """Advance all rows; none is ever lost here, but a state may tell of it."""
        for row, simulation in enumerate(self._simulations):
            simulation.advance(self.shared.actions[row], row_of(self.shared.bodies, row))
        lost = self.lost.copy()
        self.lost[:] = False
        return lost

    def save(self) -> list[bytes]:
        """Return the state of each row beyond `shared`."""
        with scratch_folder() as folder:
            self.save_to(folder)
            return read_rows(folder, len(self._simulations))

    def restore(self, saved: Sequence[bytes]) -> None:
        """Go on from what `save` returned, and from `shared` as it was then."""
        with scratch_folder() as folder:
            write_rows(folder, saved)
            self.restore_from(folder)

    def save_to(self, folder: Path, first: int = 0) -> None:
        """Write a file for each row; they count from `first` on."""
        for row, simulation in enumerate(self._simulations):
            simulation.save(row_file(folder, first + row))

    def restore_from(self, folder: Path, first: int = 0) -> None:
        """Go on from files that `save_to` wrote, and from `shared` as it was then."""
        for row, simulation in enumerate(self._simulations):
            simulation.restore(row_file(folder, first + row), *self._row(row))

    def close(self) -> None:
        """Leave the physics servers."""
        for simulation in self._simulations:
            simulation.close()
        self._simulations = []

    def _row(self, row: int) -> tuple[Setup, Bodies]:
        return row_of(self.shared.setup, row), row_of(self.shared.bodies, row)
