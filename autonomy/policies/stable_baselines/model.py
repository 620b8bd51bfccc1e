"""A model that Stable-Baselines3 or sb3-contrib saved, as a policy.

Whatever algorithm made it, what acts is its policy; so that alone is made again, of its class and
what this was made with.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
from gymnasium import spaces
from sb3_contrib.ars.policies import ARSPolicy
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from stable_baselines3.common.preprocessing import is_image_space, is_image_space_channels_first
from stable_baselines3.common.vec_env import VecTransposeImage

from autonomy.camera.images import IMAGES
from autonomy.device import torch_device
from autonomy.errors import InputError, shown
from autonomy.policies.space_json import check_space
from autonomy.policies.stable_baselines.policy import StableBaselinesPolicy
from autonomy.policies.stable_baselines.zip_file import UNSCALED, in_a_line, read_zip
from autonomy.world import World


@dataclass(frozen=True)
class SavedModel:
    """A model's file, read once."""

    path: Path
    parameters: Mapping[str, Any]
    """What its policy is made with: see `read_zip`."""
    weights: Mapping[str, Any]
    """Of the policy, tensors by name."""

    @classmethod
    def read(cls, path: Path, trust: bool) -> Self:
        """Read a model's file.

        Args:
            path: The `.zip`.
            trust: Whether it may run code, as any pickle does that is read.

        Raises:
            InputError: There is no such file, it is none of Stable-Baselines3's, it is not
                trusted, or it cannot be read.
        """
        return cls(path, *read_zip(path, trust))

    @property
    def observation_space(self) -> spaces.Space[Any]:
        """What it reads: entries by name, or one array; channels of images come first."""
        return self.parameters["observation_space"]

    @property
    def env_options(self) -> dict[str, Any]:
        """What the world must be made with for the model to see what it was trained on.

        Of a model that reads one array, whose name is not told, that is only the size of an image.
        """
        space = self.observation_space
        if not isinstance(space, spaces.Dict):
            return _size_option([space] if is_image_space(space) else [])
        images = [own for name, own in space.items() if _kind(name) in IMAGES]
        return {"observations": tuple(dict.fromkeys(map(_kind, space))), **_size_option(images)}

    def make(self, envs: World, device: str = "auto", seed: int = 0) -> StableBaselinesPolicy:
        """Return the policy, ready to act in `envs`; it draws nothing, so the seed does not matter.

        Raises:
            InputError: It cannot be made, or cannot act in `envs`.
        """
        names = self._read_entries(envs)
        check_space(self.parameters["action_space"], envs.single_action_space)
        policy = self._policy().to(torch_device(device))
        self._warn_of_scales()
        return StableBaselinesPolicy(policy, names)

    def _read_entries(self, envs: World) -> tuple[str, ...]:
        """Return the names of the entries of an observation that the model reads."""
        wanted, space = self.observation_space, envs.single_observation_space
        if not isinstance(space, spaces.Dict):
            raise InputError(f"the world must show a Dict of observations, got {shown(space)}")
        if isinstance(wanted, spaces.Dict):
            seen = {name: _as_seen(own, wanted.get(name)) for name, own in space.items()}
            check_space(wanted, spaces.Dict(seen))
            return tuple(wanted)
        alike = [name for name, own in space.items() if _as_seen(own, wanted) == wanted]
        if len(alike) == 1:
            return (alike[0],)
        given = ", ".join(f"{name} {own.shape} {own.dtype}" for name, own in space.items())
        which = f"any of {', '.join(alike)}" if alike else "none of the observations"
        raise InputError(
            f"{self.path} reads one array, {wanted.shape} {wanted.dtype}, which can be {which}: "
            f"the world must show one that is like it (--world.observations), got {given}"
        )

    def _warn_of_scales(self) -> None:
        own = self.parameters
        if own.get(UNSCALED) and _is_a(own["policy_class"], ActorCriticPolicy):
            warnings.warn(
                f"{self.path} learned behind VecNormalize, whose statistics are not in it: if that "
                "scaled observations, it cannot act as it learned",
                stacklevel=3,
            )

    def _policy(self) -> BasePolicy:
        own = self.parameters
        kind: Any = own["policy_class"]
        arguments: dict[str, Any] = dict(own["policy_kwargs"])
        if not _is_a(kind, ARSPolicy):
            arguments["lr_schedule"] = _no_schedule
        if _is_a(kind, ActorCriticPolicy):
            arguments["use_sde"] = own.get("use_sde", False)
        try:
            policy: BasePolicy = kind(own["observation_space"], own["action_space"], **arguments)
            policy.load_state_dict(self.weights)
        except Exception as error:  # a class of anyone's
            raise InputError(
                f"{self.path} holds a policy that cannot be made again: {in_a_line(error)}"
            ) from error
        return policy


def _is_a(kind: type[Any], base: type[BasePolicy]) -> bool:
    return issubclass(kind, base)


def _as_seen(space: spaces.Space[Any], wanted: spaces.Space[Any] | None) -> spaces.Space[Any]:
    """Return an entry's space as Stable-Baselines3 shows it: it may move an image's channels."""
    if wanted is None or wanted.shape == space.shape or not is_image_space(space):
        return space
    image = cast(spaces.Box, space)
    return image if is_image_space_channels_first(image) else _transposed(image)


def _transposed(image: spaces.Box) -> spaces.Space[Any]:
    return VecTransposeImage.transpose_space(image)


def _kind(name: str) -> str:
    """Return by which name an entry is asked for: `camera_left` is an image of kind `camera`."""
    return next((kind for kind in IMAGES if name.startswith(f"{kind}_")), name)


def _size_option(images: list[spaces.Space[Any]]) -> dict[str, Any]:
    """Return the option that says the size of images `(H, W)`, `(H, W, C)` or `(C, H, W)`."""
    sizes = {_size(image.shape or ()) for image in images}
    return {"image_size": sizes.pop()} if len(sizes) == 1 else {}


def _size(shape: tuple[int, ...]) -> tuple[int, ...]:
    is_first = len(shape) == 3 and int(np.argmin(shape)) == 0
    return shape[1:] if is_first else shape[:2]


def _no_schedule(_remaining: float) -> float:
    return 0.0
