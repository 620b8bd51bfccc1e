"""Cameras as JSON values."""

from dataclasses import asdict, fields
from typing import Any

from autonomy.camera.camera import Camera
from autonomy.errors import InputError

_FIELDS = tuple(field.name for field in fields(Camera))


def camera_to_json(camera: Camera) -> dict[str, Any]:
    """Describe a camera; `camera_from_json` gives the same camera back."""
    return {
        **asdict(camera),
        "position": list(camera.position),
        "distortion": list(camera.distortion),
    }


def camera_from_json(value: Any) -> Camera:
    """Make the camera that `camera_to_json` described.

    Raises:
        InputError: A key is missing, or a value has the wrong type or is out of range.
    """
    if not isinstance(value, dict) or value.keys() != set(_FIELDS):
        raise InputError(f"a camera must have the keys {', '.join(_FIELDS)} and no others")
    try:
        height, width = int(value["height"]), int(value["width"])
        numbers = {name: float(value[name]) for name in ("fov", "pitch", "yaw", "near", "far")}
        position = _point(*value["position"])
        distortion = tuple(float(number) for number in value["distortion"])
    except (TypeError, ValueError):
        raise InputError(f"a camera's values must be numbers, got {value}") from None
    return Camera(height, width, **numbers, position=position, distortion=distortion)


def _point(x: Any, y: Any, z: Any) -> tuple[float, float, float]:
    return float(x), float(y), float(z)
