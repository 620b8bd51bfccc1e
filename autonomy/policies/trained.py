"""A trained policy, and whether it can act in a world."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from autonomy.errors import InputError
from autonomy.policies.folder import POLICY_FOLDER, check_spaces, load_policy_folder
from autonomy.policy import Policy
from autonomy.world import World


def load_trained(
    folder: Path, envs: World, device: str = "auto", modules: Sequence[str] = ()
) -> Policy:
    """Return the policy of a policy folder, on `device`: `auto`, `cpu` or `cuda`.

    `modules` are those outside this project's packages whose classes the folder may name.

    Raises:
        InputError: If the folder cannot be used, or the policy's spaces are not those of `envs`.
    """
    policy = load_policy_folder(folder, device, modules)
    check_spaces(POLICY_FOLDER.manifest(folder), envs)
    return policy


def env_options(folder: Path) -> dict[str, Any]:
    """Return the options with which a world shows the policy what it was trained on.

    Raises:
        InputError: If the folder does not say them.
    """
    options = POLICY_FOLDER.manifest(folder).get("env_options")
    if not isinstance(options, dict):
        raise InputError(f"{folder / 'policy.json'} must say its env_options, got {options!r}")
    return {
        name: tuple(value) if isinstance(value, list) else value  # JSON has no tuples
        for name, value in cast(dict[str, Any], options).items()
    }
