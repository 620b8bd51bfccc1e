"""What a model of Stable-Baselines3 saves: a `.zip` of weights and pickles."""

import json
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from gymnasium import spaces
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.save_util import load_from_zip_file
from torch import Tensor

from autonomy.errors import InputError, shown

_PARTS = ("data", "policy.pth")
"""What a model's file must hold."""

_NEEDED: dict[str, type[Any]] = {
    "observation_space": spaces.Space,
    "action_space": spaces.Space,
    "policy_class": type,
    "policy_kwargs": dict,
}
"""What of `data` says how the policy is made again."""

_READ = (*_NEEDED, "use_sde")
"""What of `data` is unpickled; the rest is left alone, which other versions may not read."""

UNSCALED = "_last_original_obs"
"""What of `data` an algorithm that keeps nothing to replay has only behind `VecNormalize`."""


def read_zip(path: Path, trust: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the policy in a model's file is made with, and its weights.

    It is made with `observation_space`, `action_space`, `policy_class`, `policy_kwargs` and mostly
    `use_sde`; of what else the model kept, it is said whether it was there.

    Args:
        path: The `.zip`.
        trust: Whether it may run code, as any pickle does that is read.

    Raises:
        InputError: There is no such file, it is none of Stable-Baselines3's, it is not trusted, or
            it cannot be read.
    """
    _check_parts(path)
    if not trust:
        raise InputError(
            f"{path} is a pickle, and reading it runs whatever code its maker put there: if you "
            "trust its maker, say so with --trust (in Python trust=True)"
        )
    parameters, weights = _unpickled(path)
    _check_parameters(path, parameters)
    _check_weights(path, weights)
    return parameters, weights


def in_a_line(error: Exception) -> str:
    """Return what an error says, as a part of a sentence."""
    return " ".join(str(error).split()) or type(error).__name__


def _check_parts(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            held = archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or in_a_line(error)
        raise InputError(f"model {path} cannot be read: {reason}") from error
    missing = [part for part in _PARTS if part not in held]
    if missing:
        raise InputError(
            f"{path} must be what a model of Stable-Baselines3 saves, got a zip without "
            f"{' and '.join(missing)}"
        )


def _unpickled(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters and the weights of a policy; what is needless is not unpickled."""
    try:
        with zipfile.ZipFile(path) as archive:
            kept: dict[str, Any] = json.loads(archive.read("data"))
        needless = {name: own is not None for name, own in kept.items() if name not in _READ}
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "Could not deserialize")
            data, weights, _ = load_from_zip_file(path, custom_objects=needless, device="cpu")
    except ModuleNotFoundError as error:
        raise InputError(
            f"{path} cannot be read without the module {error.name!r}, which is neither installed "
            "nor on PYTHONPATH"
        ) from error
    except Exception as error:  # whatever a pickle raises
        raise InputError(f"{path} cannot be read: {in_a_line(error)}") from error
    policy: Any = weights["policy"]
    if not isinstance(policy, Mapping):
        raise InputError(f"{path} must hold weights by name, got {shown(policy)}")
    return data or {}, dict(cast(Mapping[str, Any], policy))


def _check_parameters(path: Path, parameters: Mapping[str, Any]) -> None:
    for name, kind in _NEEDED.items():
        own = parameters.get(name)
        if not isinstance(own, kind):
            raise InputError(f"{path} must hold {name}, a {kind.__name__}, got {shown(own)}")
    if not issubclass(parameters["policy_class"], BasePolicy):
        raise InputError(
            f"{path} must hold a policy of Stable-Baselines3, got {parameters['policy_class']}"
        )


def _check_weights(path: Path, weights: Mapping[str, Any]) -> None:
    for name, own in weights.items():
        if isinstance(own, Tensor) and own.is_floating_point() and not own.isfinite().all():
            raise InputError(f"{path} must hold finite weights, and those of {name} are not")
