"""Cameras in the files of those who calibrate: our own, OpenCV's, ROS's and Kalibr's."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from autonomy.camera.calibration_text import calibration_values
from autonomy.camera.camera import Camera
from autonomy.camera.camera_json import camera_from_json
from autonomy.errors import InputError, shown

_MATRIX = ("camera_matrix", "cameraMatrix", "intrinsic_matrix", "mtx", "K", "k", "intrinsics")
_DISTORTION = (
    *("distortion_coefficients", "distortion_coeffs", "dist_coeffs", "dist_coeff", "distCoeffs"),
    *("D", "d", "dist"),
)
_WIDTH, _HEIGHT = ("image_width", "width"), ("image_height", "height")
_SIZE = ("resolution", "cameraResolution", "image_size", "imageSize")  # a width and a height
_MODELS = {
    **dict.fromkeys(("plumb_bob", "rational_polynomial", "radtan", "radial-tangential"), False),
    **dict.fromkeys(("equidistant", "fisheye"), True),
    "none": False,
}
"""Whether they are a fisheye's, by the names of ROS and Kalibr."""

_LARGEST = 4_000_000  # [bytes] of a file, of which calibrations take a few thousand
_NEAR_THE_MIDDLE = 0.07  # of the image, where a principal point may be that tells its size


def read_camera(source: str, size: tuple[int, int]) -> Camera:
    """Return the camera that a calibration tells, for frames of a height and a width [px].

    Known are what `calibrate_camera.py` writes, a file of a rig, and YAML, XML or JSON as OpenCV's
    samples, ROS (`camera_info`) and Kalibr (`camchain`) write it.

    Args:
        source: A file; one with several cameras as `file:name`.
        size: Of the frames; those of the calibration must have their shape.

    Raises:
        InputError: The file cannot be read, tells no camera or several, or none of such frames.
    """
    path, name = _path_and_name(source)
    try:
        camera = _camera(_chosen(_values(path), name), size)
    except InputError as error:
        raise InputError(f"camera {source}: {error}") from None
    return _fitted(camera, size, source)


def _path_and_name(source: str) -> tuple[Path, str | None]:
    before, colon, after = source.rpartition(":")
    if Path(source).exists() or not colon:
        return Path(source), None
    return Path(before), after


def _values(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise InputError(
            f"a calibration has less than {_LARGEST / 1e6:g} MB, got {len(data)} bytes"
        )
    try:
        values: Any = calibration_values(data.decode())
    except ValueError as error:
        raise InputError(f"it must be JSON, YAML or XML: {error}") from None
    if not isinstance(values, dict):
        raise InputError(f"it must hold values by name, got a {type(values).__name__}")
    return {str(key): value for key, value in cast(dict[Any, Any], values).items()}


def _chosen(values: dict[str, Any], name: str | None) -> dict[str, Any]:
    """Return the values of one camera: all of them, or those under its name."""
    if name is None and _is_camera(values):
        return values
    cameras = {key: cast(dict[str, Any], own) for key, own in values.items() if _is_camera(own)}
    if name in cameras:
        return cameras[name]
    if name is not None:
        raise InputError(f"it has no camera {name}, only {', '.join(cameras) or 'none'}")
    if len(cameras) > 1:
        raise InputError(
            f"it has {', '.join(cameras)}: say which, as in FILE:{next(iter(cameras))}"
        )
    return next(iter(cameras.values()), values)


def _is_camera(value: Any) -> bool:
    return isinstance(value, dict) and (any(key in value for key in _MATRIX) or _is_ours(value))


def _is_ours(value: Any) -> bool:
    """Tell whether a camera is described under `camera`, and not named so."""
    own: Any = value.get("camera")
    return isinstance(own, dict) and not any(key in own for key in _MATRIX)


def _camera(values: dict[str, Any], frames: tuple[int, int]) -> Camera:
    """Return the camera of one camera's values."""
    if _is_ours(values):
        return camera_from_json(values["camera"])
    model = values.get("camera_model", "pinhole")
    if model != "pinhole":
        raise InputError(f"camera_model must be pinhole, got {shown(model)}")
    matrix = _matrix(values)
    is_plain = values.get("distortion_model") == "none"
    distortion = [] if is_plain else _numbers(values, _DISTORTION)
    size = _size(values)
    if size is None:
        size = _guessed_size(matrix, frames)
    return Camera.from_matrix(matrix, distortion, size, fisheye=_is_fisheye(values))


def _matrix(values: dict[str, Any]) -> list[list[float]]:
    """Return OpenCV's K, which Kalibr writes as fx, fy, cx, cy."""
    numbers = _numbers(values, _MATRIX)
    if len(numbers) == 4:
        fx, fy, cx, cy = numbers
        return [[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]]
    if len(numbers) != 9:
        key = _key(values, _MATRIX)
        raise InputError(f"{key} must be 3 x 3 or fx, fy, cx, cy, got {len(numbers)} numbers")
    return [numbers[row : row + 3] for row in (0, 3, 6)]


def _is_fisheye(values: dict[str, Any]) -> bool:
    model = values.get("distortion_model")
    if model is None:
        return values.get("fisheye_model", 0) not in (0, False)
    if str(model) not in _MODELS:
        raise InputError(
            f"distortion_model must be one of {', '.join(_MODELS)}, got {shown(model)}"
        )
    return _MODELS[str(model)]


def _size(values: dict[str, Any]) -> tuple[int, int] | None:
    """Return height and width, None where the file has neither."""
    if any(name in values for name in _SIZE):
        sides = _numbers(values, _SIZE)
        if len(sides) != 2:
            raise InputError(f"{_key(values, _SIZE)} must be a width and a height, got {sides}")
        return _whole(sides[1]), _whole(sides[0])
    if not any(name in values for name in (*_WIDTH, *_HEIGHT)):
        return None
    height, width = (_numbers(values, names) for names in (_HEIGHT, _WIDTH))
    return _whole(height[0]), _whole(width[0])


def _whole(side: float) -> int:
    if not side.is_integer():
        raise InputError(f"an image's width and height must be whole numbers, got {side}")
    return int(side)


def _guessed_size(matrix: list[list[float]], frames: tuple[int, int]) -> tuple[int, int]:
    """Return the size of the frames, if a matrix that tells none may well be of such."""
    (height, width), cx, cy = frames, matrix[0][2], matrix[1][2]
    aside = max(abs(cx / width - 0.5), abs(cy / height - 0.5))
    if not aside < _NEAR_THE_MIDDLE:
        raise InputError(
            f"it lacks {_WIDTH[0]} and {_HEIGHT[0]}, and its principal point ({cx:g}, {cy:g}) is "
            f"not that of frames of {height} x {width} px"
        )
    warnings.warn(
        f"the camera's file lacks {_WIDTH[0]} and {_HEIGHT[0]}: it is taken to be of frames of "
        f"{height} x {width} px",
        stacklevel=2,
    )
    return frames


def _numbers(values: dict[str, Any], names: Sequence[str]) -> list[float]:
    """Return the numbers under one of some names: one, a list, a list of rows, or a matrix."""
    key = _key(values, names)
    given: Any = values[key]
    if isinstance(given, dict):
        given = cast(dict[str, Any], given).get("data")
    listed = cast(list[Any], given) if isinstance(given, list) else [given]
    rows = [cast(list[Any], row) if isinstance(row, list) else [row] for row in listed]
    try:
        return [_number(own) for row in rows for own in row]
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{key} must be numbers, got {shown(given)}") from None


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _key(values: dict[str, Any], names: Sequence[str]) -> str:
    """Return that of some names which there is."""
    for name in names:
        if name in values:
            return name
    others = ", ".join(names[1:])
    raise InputError(f"it lacks {names[0]} (or {others}), it has {', '.join(values) or 'nothing'}")


def _fitted(camera: Camera, size: tuple[int, int], source: str) -> Camera:
    """Return a camera for frames of another size but the same shape, or refuse them."""
    height, width = size
    if abs(camera.height * width / camera.width - height) >= 1.0:
        raise InputError(
            f"frames must be {camera.height} x {camera.width} px for {source}, or of that shape, "
            f"got {height} x {width}"
        )
    if (camera.height, camera.width) != size:
        warnings.warn(
            f"{source} is of frames of {camera.height} x {camera.width} px: it is taken to be of "
            f"the same, scaled to {height} x {width}",
            stacklevel=3,
        )
    return camera.sized(height, width)
