"""What every training begins with."""

import os
from typing import Any, ClassVar, Protocol

import torch

from autonomy.agents.memory import keep_freed_memory
from autonomy.device import torch_device
from autonomy.json_values import described
from autonomy.seed import checked_seed
from autonomy.versions import versions


class AnyRecipe(Protocol):
    """What all recipes have."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def threads(self) -> int:
        """Threads that torch computes with on a CPU; 0 is one per core."""
        ...

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        ...


def prepare(recipe: AnyRecipe, seed: int, device: str) -> str:
    """Set torch up for a training, and return the device: `cpu` or `cuda`.

    Raises:
        InputError: The seed, a field of the recipe or the device cannot be.
    """
    checked_seed(seed, largest=2**32 - 1)  # NumPy's one generator for all takes no more
    recipe.check()
    chosen = torch_device(device)
    torch.set_num_threads(recipe.threads or os.cpu_count() or 1)
    keep_freed_memory()
    return chosen


def conditions(recipe: AnyRecipe, seed: int, device: str) -> dict[str, Any]:
    """Return what the weights of a prepared training follow from, in JSON values.

    Sums come out otherwise with other threads and other vector units, so these are what was used.
    """
    return {
        "recipe": {**described(recipe), "threads": torch.get_num_threads()},
        "seed": int(seed),
        "device": device,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "versions": versions(),
    }
