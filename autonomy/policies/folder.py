"""A trained policy on disk: `policy.json` and `policy.safetensors`, with nothing to execute."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from torch import Tensor

from autonomy.device import torch_device
from autonomy.errors import InputError
from autonomy.imported_class import allowed_class
from autonomy.policies.space_json import check_space, space_from_json
from autonomy.policy import Policy
from autonomy.weights_folder import FolderKind, Manifest
from autonomy.world import World

POLICY_FOLDER = FolderKind(
    "policy",
    version=1,
    required=frozenset({"class", "observation_space", "action_space", "env_id", "env_options"}),
)
"""In its manifest, `class` is `module:Class`, and `env_options` is what the world must be made with
for the policy to see what it was trained on."""


class RestorablePolicy(Protocol):
    """A class that a policy folder may name."""

    def restore(
        self, manifest: Manifest, tensors: Mapping[str, Tensor], device: str, modules: Sequence[str]
    ) -> Policy:
        """Make the policy that the manifest describes and the tensors fill."""
        ...


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
    manifest, tensors = POLICY_FOLDER.load(folder)
    policy_class = cast(RestorablePolicy, allowed_class(manifest["class"], modules))
    if not hasattr(policy_class, "restore"):
        raise InputError(f"policy {folder} names {manifest['class']}, which is no saved policy")
    return policy_class.restore(manifest, tensors, torch_device(device), modules)


def check_spaces(manifest: Manifest, envs: World) -> None:
    """Check that `envs` gives what the policy reads, and takes the actions that it gives.

    Raises:
        InputError: Says which entry differs, and how.
    """
    check_space(space_from_json(manifest["observation_space"]), envs.single_observation_space)
    check_space(space_from_json(manifest["action_space"]), envs.single_action_space)
