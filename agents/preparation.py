"""What every training begins with."""

import os
from pathlib import Path
from typing import Protocol

import torch

from agents.memory import keep_freed_memory
from autonomy.device import torch_device
from autonomy.errors import InputError
from autonomy.seed import check_seed


class AnyRecipe(Protocol):
    """What all recipes have."""

    @property
    def threads(self) -> int:
        """Threads that torch computes with on a CPU; 0 is one per core."""
        ...

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        ...


def prepare(recipe: AnyRecipe, seed: int, run: Path, device: str) -> str:
    """Set torch up for a training, and return the device: `cpu` or `cuda`.

    Raises:
        InputError: The seed, a field of the recipe or the device cannot be, or the run folder
            exists.
    """
    check_seed(seed)
    recipe.check()
    if run.exists():
        raise InputError(f"run folder must be new, {run} exists")
    chosen = torch_device(device)
    torch.set_num_threads(recipe.threads or os.cpu_count() or 1)
    keep_freed_memory()
    return chosen
