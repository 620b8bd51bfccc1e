"""What users should know of their files: warnings, once."""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

_LARGE = 3.0  # [m] of a mesh, beyond which it may be in millimetres


def tell(notes: Iterable[str]) -> None:
    """Warn of what was understood otherwise than one might think."""
    for note in notes:
        warnings.warn(note, stacklevel=1)  # of here, so that each is told once


def size_note(file: Path, size: Sequence[float]) -> list[str]:
    """Return what to say of a mesh of a size [m] along x, y and z, as it is scaled, if anything."""
    if max(size) <= _LARGE:
        return []
    extent = " x ".join(f"{length:.4g}" for length in size)
    return [
        f"mesh file {file} is {extent} m large as it is scaled: if it is in millimetres, say "
        'scale="0.001 0.001 0.001"'
    ]
