"""A perception module on disk: `perception.json` and `perception.safetensors`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autonomy.device import torch_device
from autonomy.errors import InputError
from autonomy.imported_class import allowed_class, class_name
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.modules.named import module_class
from autonomy.perception.signature import Signature
from autonomy.versions import versions
from autonomy.weights_folder import FolderKind

MODULE_FOLDER = FolderKind(
    "perception", version=2, required={"class": str, "signature": dict, "trained_on": dict}
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
        "class": _saved_name(type(module)),
        "signature": module.signature.to_json(),
        "trained_on": trained_on,
        "versions": versions(),
    }
    MODULE_FOLDER.save(folder, manifest, module.state_dict())


def _saved_name(kind: type) -> str:
    """Return how a folder names a class: one in a file without the folder that the file lies in."""
    module, _, name = class_name(kind).rpartition(":")
    return f"{Path(module).name if module.endswith('.py') else module}:{name}"


def load_module(
    folder: Path, device: str = "auto", modules: Sequence[str] = ()
) -> PerceptionModule[Any]:
    """Return the module of a folder.

    Args:
        folder: A module's folder, or a run folder with one.
        device: `auto`, `cpu` or `cuda`.
        modules: Modules and files of the user's own whose classes the folder may name.

    Raises:
        InputError: The folder cannot be used, or names a class that may not be imported.
    """
    own = folder / "module"
    folder = own if own.is_dir() else folder
    manifest, tensors = MODULE_FOLDER.load(folder)
    kind = module_class(allowed_class(manifest["class"], modules))
    signature = Signature.from_json(manifest["signature"])
    try:
        module = kind(signature)
        module.load_state_dict(tensors)
    except (RuntimeError, IndexError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"the weights of {folder} do not fit its module: {reason}") from error
    return module.to(torch_device(device)).eval()
