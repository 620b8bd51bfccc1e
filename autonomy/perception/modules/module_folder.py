"""A perception module on disk: `perception.json` and `perception.safetensors`."""

from pathlib import Path
from typing import Any

from autonomy.device import torch_device
from autonomy.errors import InputError
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.modules.named import MODULES
from autonomy.perception.reading import Reading
from autonomy.versions import versions
from autonomy.weights_folder import FolderKind

MODULE_FOLDER = FolderKind(
    "perception", version=1, required=frozenset({"module", "reading", "trained_on"})
)


def save_module(folder: Path, module: PerceptionModule[Any], trained_on: dict[str, Any]) -> None:
    """Write a module's folder: whole, or not at all.

    Args:
        folder: Where to; it must not exist.
        module: The module.
        trained_on: Description of the samples that it learned from.

    Raises:
        InputError: The folder exists, or cannot be made.
    """
    manifest = {
        "module": module.name,
        "reading": module.reading.to_json(),
        "trained_on": trained_on,
        "versions": versions(),
    }
    MODULE_FOLDER.save(folder, manifest, module.state_dict())


def load_module(folder: Path, world: str, device: str = "auto") -> PerceptionModule[Any]:
    """Return the module of a folder, for frames of a world.

    Args:
        folder: A module's folder, or a run folder with one.
        world: `lane` or `arm`.
        device: `auto`, `cpu` or `cuda`.

    Raises:
        InputError: The folder cannot be used, or the module is for another world.
    """
    own = folder / "module"
    folder = own if own.is_dir() else folder
    manifest, tensors = MODULE_FOLDER.load(folder)
    if manifest["module"] not in MODULES:
        known = ", ".join(MODULES)
        raise InputError(f"{folder} must hold one of {known}, got {manifest['module']!r}")
    reading = Reading.from_json(manifest["reading"])
    if reading.world != world:
        raise InputError(f"{folder} holds a module for the {reading.world} world, not the {world}")
    module = MODULES[manifest["module"]](reading)
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"the weights of {folder} do not fit its module: {reason}") from error
    return module.to(torch_device(device)).eval()
