"""Bodies from URDF and SDF files in a physics server: their bases and their joints' limits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.descriptions.named_files import is_file
from autonomy.envs.arm.descriptions.reading import read_description
from autonomy.envs.arm.physics.bullet import data_path, pybullet, silence
from autonomy.envs.arm.physics.bullet_file import bullet_file
from autonomy.errors import InputError

_FORCE, _SPEED = 100.0, 2.0  # [N m or N], [rad/s or m/s] of joints whose file says 0: none given


class Joints(NamedTuple):
    """Some joints of a body, with the limits that its file gives."""

    numbers: list[int]
    lower: NDArray[np.float64]  # [rad or m]
    upper: NDArray[np.float64]  # [rad or m]
    speed: NDArray[np.float64]  # [rad/s or m/s]
    force: NDArray[np.float64]  # [N m or N]
    friction: NDArray[np.float64]  # [N m or N]
    names: tuple[str, ...]  # of their positions, with units: elbow_rad, slider_m


def read_file(path: Path, kind: str, packages: Sequence[str | Path] = ()) -> Description:
    """Read a URDF or SDF file; a relative path is looked for in `pybullet_data` too.

    Args:
        path: The file.
        kind: What it is, for who has to read that it cannot be used.
        packages: Folders of ROS packages, or that hold some.

    Raises:
        InputError: The file is missing or cannot be used.
    """
    return read_description(_found(path, kind), kind, packages)


def load_body(
    client: Any, description: Description, place: Sequence[float], *, visible: bool = False
) -> int:
    """Load a body, its base fixed; return its number.

    Args:
        client: The physics server.
        description: What the body's file said.
        place: Of its base (x, y, z) [m].
        visible: Whether PyBullet itself is to draw it, for which it reads the visual meshes.

    Raises:
        InputError: A mesh cannot be read.
    """
    bullet = pybullet()
    try:
        with bullet_file(description, visible=visible) as file, silence():
            if file.suffix == ".sdf":
                return _load_sdf(client, file, place)
            return client.loadURDF(str(file), place, useFixedBase=True)
    except bullet.error as error:
        raise InputError(
            f"{description.file} must be a URDF or SDF that PyBullet reads: {error}"
        ) from None


def put_base(client: Any, body: int, pose: NDArray[np.float64]) -> None:
    """Put the base's own frame at a pose `(7,)`: position [m], quaternion x, y, z, w."""
    inertial = client.getDynamicsInfo(body, -1)[3:5]
    position, quaternion = pose[:3].tolist(), pose[3:].tolist()
    mass = client.multiplyTransforms(position, quaternion, *inertial)
    client.resetBasePositionAndOrientation(body, *mass)


def base_pose(client: Any, body: int) -> tuple[float, ...]:
    """Return the pose of the base's own frame; Bullet reports that of its centre of mass."""
    mass = client.getBasePositionAndOrientation(body)
    inertial = client.getDynamicsInfo(body, -1)[3:5]
    position, quaternion = client.multiplyTransforms(*mass, *client.invertTransform(*inertial))
    return position + quaternion


def joints_of(infos: Sequence[Any], numbers: list[int]) -> Joints:
    """Read the limits of some joints; an empty range means a joint that turns without end.

    Args:
        infos: What Bullet says of all joints of a body.
        numbers: Which of them.
    """
    limits = np.array([infos[number][7:12] for number in numbers], np.float64).reshape(-1, 5)
    friction, lower, upper, force, speed = limits.T
    endless = lower > upper
    return Joints(
        numbers,
        np.where(endless, -np.inf, lower),
        np.where(endless, np.inf, upper),
        np.where(speed > 0.0, speed, _SPEED),
        np.where(force > 0.0, force, _FORCE),
        friction,
        tuple(_position_name(infos[number]) for number in numbers),
    )


def _position_name(info: Any) -> str:
    unit = "m" if info[2] == pybullet().JOINT_PRISMATIC else "rad"
    return f"{info[1].decode()}_{unit}"


def limits_of(
    joints: Sequence[Joints],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return lowest and highest positions and greatest speeds of joints, one after another."""
    lower, upper, speed = (
        np.concatenate([np.zeros(0), *(getattr(own, name) for own in joints)])
        for name in ("lower", "upper", "speed")
    )
    return lower, upper, speed


def _load_sdf(client: Any, path: Path, place: Sequence[float]) -> int:
    body = client.loadSDF(str(path))[0]
    position, quaternion = client.getBasePositionAndOrientation(body)
    shift = np.array(place) - base_pose(client, body)[:3]
    client.resetBasePositionAndOrientation(body, position + shift, quaternion)
    return body


def _found(path: Path, kind: str) -> Path:
    for candidate in (path, Path(data_path()) / path):
        if is_file(candidate):
            return candidate
    raise InputError(f"{kind} file must exist, also looked for in pybullet_data, got {path}")
