"""A trained policy on disk: `policy.json` and `policy.safetensors`, with nothing to execute."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, cast

import safetensors
import safetensors.torch
from torch import Tensor

from autonomy.device import torch_device
from autonomy.errors import InputError
from autonomy.files import make_folder, sync, whole_file, write_json
from autonomy.imported_class import imported_class
from autonomy.policy import Policy
from autonomy.space_json import check_space, space_from_json
from autonomy.world import World

FORMAT = "autonomy-policy"
VERSION = 1
OWN_PACKAGES = ("autonomy", "envs", "agents")
REQUIRED = frozenset({"class", "observation_space", "action_space", "env_id", "env_options"})

Manifest = dict[str, Any]


class RestorablePolicy(Protocol):
    """A class that a policy folder may name."""

    def restore(
        self, manifest: Manifest, tensors: Mapping[str, Tensor], device: str, modules: Sequence[str]
    ) -> Policy:
        """Make the policy that the manifest describes and the tensors fill."""
        ...


def save_policy_folder(folder: Path, manifest: Manifest, tensors: Mapping[str, Tensor]) -> None:
    """Write a policy folder: whole, or not at all.

    Args:
        folder: Where to; it must not exist.
        manifest: What `REQUIRED` names, and what else the policy's class needs beside the
            tensors, in JSON values. `class` is `module:Class`, `env_options` is what the world
            must be made with for the policy to see what it was trained on. The format, its
            version and the digest are added.
        tensors: The weights.

    Raises:
        InputError: The folder exists.
    """
    if folder.exists():
        raise InputError(f"policy folder must be new, {folder} exists")
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    weights = safetensors.torch.save(contiguous)
    described = {"format": FORMAT, "version": VERSION, **manifest}
    with _whole_folder(folder) as temporary:
        with whole_file(temporary / "policy.safetensors") as file:
            file.write_bytes(weights)
        digest = _digest(described, weights)
        write_json(temporary / "policy.json", {**described, "sha256": digest})


def load_policy_folder(folder: Path, device: str = "auto", modules: Sequence[str] = ()) -> Policy:
    """Make the policy that a folder holds.

    Args:
        folder: A policy folder.
        device: `auto`, `cpu` or `cuda`.
        modules: Modules outside this project's packages whose classes the folder may name.

    Raises:
        InputError: A file is missing, truncated, altered or of a foreign format or version, or
            it names a class that may not be imported.
    """
    manifest, weights = _verified(folder)
    try:
        tensors = safetensors.torch.load(weights)
    except safetensors.SafetensorError as error:
        raise InputError(f"{folder / 'policy.safetensors'} cannot be read: {error}") from error
    policy_class = cast(RestorablePolicy, allowed_class(manifest["class"], modules))
    if not hasattr(policy_class, "restore"):
        raise InputError(f"policy {folder} names {manifest['class']}, which is no saved policy")
    return policy_class.restore(manifest, tensors, torch_device(device), modules)


def read_manifest(folder: Path) -> Manifest:
    """Return what `policy.json` says, once it is sure that the folder is whole.

    Raises:
        InputError: As `load_policy_folder`, but for the class.
    """
    return _verified(folder)[0]


def check_spaces(manifest: Manifest, envs: World) -> None:
    """Check that `envs` gives what the policy reads, and takes the actions that it gives.

    Raises:
        InputError: Says which entry differs, and how.
    """
    check_space(space_from_json(manifest["observation_space"]), envs.single_observation_space)
    check_space(space_from_json(manifest["action_space"]), envs.single_action_space)


def allowed_class(name: str, modules: Sequence[str] = ()) -> Any:
    """Import `module:Class` from this project's packages or from one of `modules`.

    Raises:
        InputError: Another module, or no such class.
    """
    module = name.rpartition(":")[0]
    parts = module.split(".")
    is_module = all(part.isidentifier() for part in parts) and not module.endswith(".py")
    if module not in modules and not (is_module and parts[0] in OWN_PACKAGES):
        raise InputError(
            f"{name!r} may not be imported: a policy folder may name classes of "
            f"{', '.join(OWN_PACKAGES)} and of modules that you name, nothing else"
        )
    return imported_class(name)


def _verified(folder: Path) -> tuple[Manifest, bytes]:
    """Return the manifest and the weights, which the manifest's digest covers both."""
    path = folder / "policy.json"
    try:
        value: Any = json.loads(_read(path))
    except ValueError as error:
        raise InputError(f"{path} is truncated or no JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} must hold a policy's description, got another kind of JSON")
    manifest = cast(Manifest, value)
    found = (manifest.get("format"), manifest.get("version"))
    if found != (FORMAT, VERSION):
        raise InputError(
            f"{path} must be {FORMAT!r} version {VERSION}, got {found[0]!r} {found[1]!r}"
        )
    weights = _read(folder / "policy.safetensors")
    if manifest.pop("sha256", None) != _digest(manifest, weights):
        raise InputError(f"policy {folder} is truncated or was altered: its digest does not match")
    missing = sorted(REQUIRED - manifest.keys())
    if missing:
        raise InputError(f"{path} must also say {', '.join(missing)}")
    return manifest, weights


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"policy file {path} cannot be read: {error.strerror}") from error


def _digest(manifest: Manifest, weights: bytes) -> str:
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode() + b"\n" + weights).hexdigest()


@contextmanager
def _whole_folder(folder: Path) -> Generator[Path]:
    """Yield a temporary folder beside `folder`; on success it is renamed to `folder`."""
    make_folder(folder.parent)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        yield temporary
        temporary.chmod(0o755)  # mkdtemp made it private
        temporary.rename(folder)
        sync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
