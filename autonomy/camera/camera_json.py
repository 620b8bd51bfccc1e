"""Cameras and rigs of them as JSON: plain data, of which nothing is executed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any, TypeVar, cast

from autonomy.camera.camera import Camera
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.errors import InputError

Part = TypeVar("Part", Camera, Mount)


def camera_to_json(camera: Camera) -> dict[str, Any]:
    """Describe a camera; `camera_from_json` gives the same camera back."""
    return {**asdict(camera), "distortion": list(camera.distortion)}


def camera_from_json(value: Any) -> Camera:
    """Make the camera that `camera_to_json` described; what has a default may be left out.

    Raises:
        InputError: A key is missing or unknown, or a value has the wrong type or is out of range.
    """
    return _part(Camera, value, "a camera")


def rig_to_json(cameras: Mapping[str, MountedCamera]) -> dict[str, Any]:
    """Describe cameras by name; `rig_from_json` gives the same ones back."""
    return {
        name: {
            "camera": camera_to_json(one.camera),
            "mount": {**asdict(one.mount), "position": list(one.mount.position)},
        }
        for name, one in cameras.items()
    }


def rig_from_json(value: Any) -> dict[str, MountedCamera]:
    """Make the cameras that `rig_to_json` described; what has a default may be left out.

    Raises:
        InputError: A key is missing or unknown, or a value has the wrong type or is out of range.
    """
    if not isinstance(value, dict) or not value:
        raise InputError(f"a rig must be an object of cameras by name, got {value!r}")
    return {name: _mounted(name, one) for name, one in cast(dict[str, Any], value).items()}


def read_rig(path: Path) -> dict[str, MountedCamera]:
    """Read a file that holds what `rig_to_json` returns.

    Raises:
        InputError: The file cannot be read, is no JSON, or holds no rig.
    """
    try:
        return rig_from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"camera rig {path} cannot be read: {error.strerror}") from None
    except InputError as error:
        raise InputError(f"camera rig {path}: {error}") from None
    except ValueError as error:
        raise InputError(f"camera rig {path} must be JSON: {error}") from None


def _mounted(name: str, value: Any) -> MountedCamera:
    if not isinstance(value, dict) or value.keys() != {"camera", "mount"}:
        raise InputError(f"{name} must have a camera and a mount and nothing else, got {value!r}")
    given = cast(dict[str, Any], value)
    return MountedCamera(
        _part(Camera, given["camera"], f"the camera of {name}"),
        _part(Mount, given["mount"], f"the mount of {name}"),
    )


def _part(kind: type[Part], value: Any, what: str) -> Part:
    """Make a dataclass of the values of a JSON object."""
    all_names = [field.name for field in fields(kind)]
    needed = [field.name for field in fields(kind) if field.default is MISSING]
    if not isinstance(value, dict) or not {*needed} <= value.keys() <= {*all_names}:
        others = ", ".join(name for name in all_names if name not in needed)
        raise InputError(f"{what} must have the keys {', '.join(needed)}, and may have {others}")
    given = cast(dict[str, Any], value)
    values: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in given:
            words, read = _VALUES[field.type]
            try:
                values[field.name] = read(given[field.name])
            except (TypeError, ValueError):
                wrong = f"{what} must have {words} as {field.name}, got {given[field.name]!r}"
                raise InputError(wrong) from None
    return kind(**values)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(_number(own) for own in value)


def _point(value: Any) -> tuple[float, float, float]:
    x, y, z = _numbers(value)
    return x, y, z


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_VALUES: Mapping[Any, tuple[str, Callable[[Any], Any]]] = {
    int: ("a whole number", _whole),
    float: ("a number", _number),
    str: ("a name", _text),
    tuple[float, ...]: ("numbers", _numbers),
    tuple[float, float, float]: ("three numbers", _point),
}
"""How values of the fields' types are read, and what to call them."""
