"""What a Minari data set says of itself, which nobody need trust.

Minari makes the world that a data set names where it says no spaces, and so runs code that the file
chose; here nothing is made but spaces.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gymnasium import spaces
from minari.serialization import deserialize_space

from autonomy.errors import InputError, shown
from autonomy.json_values import parsed_json

_UNLIKE = (
    *(LookupError, TypeError, ValueError, AttributeError, AssertionError, NotImplementedError),
    *(ArithmeticError, MemoryError, RecursionError),
)
"""What comes of reading as JSON or a space what is none."""


@dataclass(frozen=True)
class MinariMetadata:
    """What `metadata.json` says.

    Attributes:
        observation_space: Of one environment; entries by name.
        action_space: Of one environment.
        episodes: How many there are.
        world: What it says of its world: `id`, `kwargs` and what else Gymnasium's registry knows.
            None of it is imported or made. Nothing, where it says nothing of use.
    """

    observation_space: spaces.Dict
    action_space: spaces.Space[Any]
    episodes: int
    world: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> "MinariMetadata":
        """Read it.

        Raises:
            InputError: It is missing or damaged, lacks a space, or is of data that are no entries
                in HDF5.
        """
        says = _read_object(path)
        layout = says.get("data_format")
        if layout != "hdf5":
            raise InputError(f"{path} must say data_format 'hdf5', got {shown(layout)}")
        observation_space, action_space = (
            _space(path, name, says.get(name)) for name in ("observation_space", "action_space")
        )
        if not isinstance(observation_space, spaces.Dict):
            raise InputError(
                f"{path} must say an observation_space of named entries, a Dict, "
                f"got {shown(observation_space)}"
            )
        episodes = says.get("total_episodes")
        if type(episodes) is not int or episodes < 1:
            raise InputError(f"{path} must say one or more total_episodes, got {shown(episodes)}")
        return cls(observation_space, action_space, episodes, _world(says.get("env_spec")))


def _read_object(path: Path) -> dict[str, Any]:
    try:
        says: Any = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except _UNLIKE as error:
        raise InputError(f"{path} is truncated or no JSON: {shown(str(error))}") from None
    if not isinstance(says, dict):
        raise InputError(f"{path} must say what the data set is, got another kind of JSON")
    return cast(dict[str, Any], says)


def _space(path: Path, name: str, text: Any) -> spaces.Space[Any]:
    if not isinstance(text, str):
        raise InputError(
            f"{path} must say the {name}: without it, only the world that the data set names would "
            f"tell, got {shown(text)}"
        )
    try:
        return deserialize_space(text)
    except _UNLIKE:
        raise InputError(f"{path} must say the {name} as Minari does, got {shown(text)}") from None


def _world(text: Any) -> dict[str, Any]:
    try:
        says: Any = parsed_json(text)
    except _UNLIKE:
        return {}
    if not isinstance(says, dict):
        return {}
    world = cast(dict[str, Any], says)
    is_one = isinstance(world.get("id"), str) and isinstance(world.get("kwargs"), dict)
    return world if is_one else {}
