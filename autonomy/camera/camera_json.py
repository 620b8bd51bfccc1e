"""Cameras and rigs of them as JSON: plain data, of which nothing is executed."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from autonomy.camera.camera import Camera
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.errors import InputError, shown
from autonomy.json_values import parsed_json

Part = TypeVar("Part", Camera, Mount)


def camera_to_json(camera: Camera) -> dict[str, Any]:
    """Describe a camera; `camera_from_json` gives the same camera back."""
    lists = {name: list(getattr(camera, name)) for name in ("distortion", "principal_shift")}
    return {**asdict(camera), **lists}


def camera_from_json(value: Any) -> Camera:
    """Make the camera that `camera_to_json` described; what has a default may be left out.

    Instead of `fov`, `aspect` and `principal_shift` there may be a `matrix`, OpenCV's K [px].

    Raises:
        InputError: A key is missing or unknown, or a value has the wrong type or is out of range.
    """
    return _camera(value, "a camera")


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
        raise InputError(f"a rig must be an object of cameras by name, got {shown(value)}")
    return {name: _mounted(name, one) for name, one in cast(dict[str, Any], value).items()}


def read_rig(path: Path) -> dict[str, MountedCamera]:
    """Read a file that holds what `rig_to_json` returns.

    Raises:
        InputError: The file cannot be read, is no JSON, or holds no rig.
    """
    try:
        return rig_from_json(parsed_json(path.read_bytes()))
    except OSError as error:
        raise InputError(f"camera rig {path} cannot be read: {error.strerror}") from None
    except InputError as error:
        raise InputError(f"camera rig {path}: {error}") from None
    except ValueError as error:
        raise InputError(f"camera rig {path} must be JSON: {error}") from None


def _mounted(name: str, value: Any) -> MountedCamera:
    if not isinstance(value, dict) or value.keys() != {"camera", "mount"}:
        raise InputError(
            f"{name} must have a camera and a mount and nothing else, got {shown(value)}"
        )
    given = cast(dict[str, Any], value)
    return MountedCamera(
        _camera(given["camera"], f"the camera of {name}"),
        _part(Mount, given["mount"], f"the mount of {name}"),
    )


def _camera(value: Any, what: str) -> Camera:
    """Make a camera, with the lens that its matrix tells where it has one."""
    if not isinstance(value, dict) or "matrix" not in value:
        return _part(Camera, value, what)
    given = cast(dict[str, Any], value)
    twice = sorted(given.keys() & {"fov", "aspect", "principal_shift"})
    if twice:
        raise InputError(f"{what} must have no {', '.join(twice)} beside its matrix")
    others = {name: own for name, own in given.items() if name != "matrix"}
    camera = _part(Camera, {**others, "fov": 1.0}, what)
    try:
        size = camera.height, camera.width
        lens = Camera.from_matrix(given["matrix"], camera.distortion, size, fisheye=camera.fisheye)
    except InputError as error:
        raise InputError(f"{what} cannot be: {error}") from None
    return replace(lens, near=camera.near, far=camera.far)


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
            except (TypeError, ValueError, OverflowError):
                wrong = f"{what} must have {words} as {field.name}, got {shown(given[field.name])}"
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


def _pair(value: Any) -> tuple[float, float]:
    x, y = _numbers(value)
    return x, y


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_VALUES: Mapping[Any, tuple[str, Callable[[Any], Any]]] = {
    int: ("a whole number", _whole),
    float: ("a number", _number),
    bool: ("true or false", _truth),
    str: ("a name", _text),
    tuple[float, ...]: ("numbers", _numbers),
    tuple[float, float]: ("two numbers", _pair),
    tuple[float, float, float]: ("three numbers", _point),
}
"""How values of the fields' types are read, and what to call them."""
