"""A trained policy on disk: `policy.json` and `policy.safetensors`, with nothing to execute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, cast

from gymnasium import spaces
from torch import Tensor

from autonomy.device import torch_device
from autonomy.errors import InputError
from autonomy.imported_class import allowed_class, class_name
from autonomy.policies.space_json import check_space, space_from_json, space_to_json
from autonomy.policy import Policy
from autonomy.versions import versions
from autonomy.weights_folder import FolderKind, Manifest
from autonomy.world import World

POLICY_FOLDER = FolderKind(
    "policy",
    version=1,
    required={
        "class": str,
        "observation_space": dict,
        "action_space": dict,
        "env_id": str,
        "env_options": dict,
    },
)
"""In its manifest, `class` is `module:Class`, and `env_options` is what the world must be made with
for the policy to see what it was trained on."""


class SavablePolicy(Policy, Protocol):
    """A policy that a folder can hold."""

    @property
    def observation_space(self) -> spaces.Dict:
        """What it reads of one environment."""
        ...

    @property
    def action_space(self) -> spaces.Box:
        """What it does there."""
        ...

    def description(self) -> dict[str, Any]:
        """Return what `restore` needs besides spaces and tensors, in JSON values."""
        ...

    def tensors(self) -> Mapping[str, Tensor]:
        """Return the weights by name."""
        ...

    @classmethod
    def restore(
        cls, manifest: Manifest, tensors: Mapping[str, Tensor], device: str, modules: Sequence[str]
    ) -> Self:
        """Make the policy that a manifest describes and tensors fill.

        Args:
            manifest: Spaces and what `description` returned.
            tensors: What `tensors` returned.
            device: `cpu` or `cuda`.
            modules: Modules and files whose classes the manifest may name.
        """
        ...


@dataclass(frozen=True)
class TrainedPolicy:
    """A policy folder, read once."""

    folder: Path
    manifest: Manifest
    tensors: Mapping[str, Tensor]
    modules: Sequence[str]

    @classmethod
    def read(cls, folder: Path, modules: Sequence[str] = ()) -> Self:
        """Read a policy folder.

        Args:
            folder: Where `policy.json` is.
            modules: Modules and files outside this project's packages whose classes it may name.

        Raises:
            InputError: A file is missing, truncated, altered or of a foreign format or version.
        """
        return cls(folder, *POLICY_FOLDER.load(folder), modules)

    @property
    def env_id(self) -> str:
        """The world that it was trained in."""
        return self.manifest["env_id"]

    @property
    def env_options(self) -> dict[str, Any]:
        """The options with which a world shows the policy what it was trained on."""
        options: dict[str, Any] = self.manifest["env_options"]
        return {
            name: tuple(value) if isinstance(value, list) else value  # JSON has no tuples
            for name, value in options.items()
        }

    def make(self, envs: World, device: str = "auto", seed: int = 0) -> Policy:
        """Return the policy, ready to act in `envs`; it draws nothing, so the seed does not matter.

        Raises:
            InputError: It cannot be made, or cannot act in `envs`.
        """
        policy = self.restored(device)
        check_spaces(self.manifest, envs)
        return policy

    def restored(self, device: str = "auto") -> Policy:
        """Return the policy, on `device`: `auto`, `cpu` or `cuda`.

        Raises:
            InputError: The folder names a class that may not be imported or is no policy's, or
                which its weights do not fit.
        """
        name = self.manifest["class"]
        kind = cast(type[SavablePolicy], allowed_class(name, self.modules))
        if not hasattr(kind, "restore"):
            raise InputError(f"policy {self.folder} names {name}, which is no saved policy")
        return kind.restore(self.manifest, self.tensors, torch_device(device), self.modules)


def save_policy(
    folder: Path, policy: SavablePolicy, env_id: str, env_options: Mapping[str, Any]
) -> None:
    """Write a policy folder: whole, or not at all.

    Args:
        folder: Where to; it must not exist.
        policy: What it is to hold.
        env_id: The world that it was trained in.
        env_options: What that world must be made with for the policy to see what it was trained on.

    Raises:
        InputError: The folder exists, or cannot be made; or the policy's class has no name.
    """
    POLICY_FOLDER.save(folder, policy_manifest(policy, env_id, env_options), policy.tensors())


def policy_manifest(
    policy: SavablePolicy, env_id: str, env_options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a policy's folder says of it; see `save_policy`."""
    return {
        "class": class_name(type(policy)),
        "observation_space": space_to_json(policy.observation_space),
        "action_space": space_to_json(policy.action_space),
        **policy.description(),
        "env_id": env_id,
        "env_options": dict(env_options),
        "versions": versions(),
    }


def load_policy_folder(folder: Path, device: str = "auto", modules: Sequence[str] = ()) -> Policy:
    """Make the policy that a folder holds; see `TrainedPolicy`.

    Raises:
        InputError: The folder cannot be used, or names what may not be imported.
    """
    return TrainedPolicy.read(folder, modules).restored(device)


def check_spaces(manifest: Manifest, envs: World) -> None:
    """Check that `envs` gives what the policy reads, and takes the actions that it gives.

    Raises:
        InputError: Says which entry differs, and how.
    """
    check_space(space_from_json(manifest["observation_space"]), envs.single_observation_space)
    check_space(space_from_json(manifest["action_space"]), envs.single_action_space)
