"""How an arm world varies from episode to episode: looks, cameras, and what bodies weigh."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.scene import Appearance
from autonomy.camera.sensor import PERFECT, STRONG, SensorRandomization
from autonomy.randomization import Range, around, between
from envs.arm.scene.materials import Material


@dataclass(frozen=True)
class ArmRandomization:
    """What varies from episode to episode; by default nothing does.

    Colours are red, green, blue in [0, 255].
    """

    floor: Range = around((112.0, 108.0, 104.0), 0.0)
    table: Range = around((178.0, 152.0, 120.0), 0.0)
    first_object: Range = around((206.0, 54.0, 44.0), 0.0)
    second_object: Range = around((48.0, 108.0, 196.0), 0.0)
    robot: Range = between(1.0, 1.0)  # factor of the robot's own colours
    wall: Range = around((206.0, 208.0, 210.0), 0.0)
    sun_azimuth: Range = between(0.6, 0.6)  # [rad]
    sun_elevation: Range = between(1.0, 1.0)  # [rad]
    sun_strength: Range = between(0.55, 0.55)
    sky_strength: Range = between(0.5, 0.5)  # of the light that comes from everywhere
    camera_shift: Range = around((0.0, 0.0, 0.0), 0.0)  # [m] forward, left, up
    camera_pitch: Range = between(0.0, 0.0)  # [rad] more down
    camera_yaw: Range = between(0.0, 0.0)  # [rad] more left
    mass: Range = between(0.15, 0.15)  # [kg] of each thing
    friction: Range = between(0.8, 0.8)  # coefficient, times the table's of 0.5
    joint_damping: Range = between(0.1, 0.1)  # [N m s]
    motor_gain: Range = between(1.0, 1.0)  # factor of how fast motors follow
    sensor: SensorRandomization = PERFECT


_DEFAULT = ArmRandomization(
    floor=around((112.0, 108.0, 104.0), 36.0),
    table=around((168.0, 148.0, 124.0), 44.0),
    first_object=Range((150.0, 24.0, 24.0), (250.0, 96.0, 84.0)),
    second_object=Range((24.0, 60.0, 140.0), (96.0, 140.0, 250.0)),
    robot=between(0.85, 1.0),
    wall=around((200.0, 202.0, 204.0), 30.0),
    sun_azimuth=between(-math.pi, math.pi),
    sun_elevation=between(0.5, 1.4),
    sun_strength=between(0.4, 0.65),
    sky_strength=between(0.4, 0.6),
    camera_shift=around((0.0, 0.0, 0.0), 0.01),
    camera_pitch=between(-0.02, 0.02),
    camera_yaw=between(-0.02, 0.02),
    mass=between(0.08, 0.25),
    friction=between(0.6, 1.0),
    joint_damping=between(0.05, 0.3),
    motor_gain=between(0.9, 1.1),
)
PRESETS = {
    "none": ArmRandomization(),
    "default": _DEFAULT,
    "strong": replace(_DEFAULT, sensor=STRONG),
}
"""Randomisation by name."""

# red, green, blue: what a drawn strength is multiplied by
_SUNLIGHT, _SKYLIGHT = np.array((1.0, 0.98, 0.94)), np.array((0.96, 0.98, 1.0))
_GOAL = (72.0, 200.0, 96.0)
_GRAIN = {Material.FLOOR: 0.22, Material.TABLE: 0.03}
_VISIBILITY = 1000.0  # [m] indoors the air is clear


def plain_looks(num_envs: int, robot_colors: NDArray[np.float32]) -> Appearance:
    """Return N looks that `dress` completes; the robot's colours are `(K, 3)`."""
    palette = np.zeros((num_envs, Material.ROBOT + len(robot_colors), 4), np.float32)
    palette[:, Material.GOAL, :3] = _GOAL
    for material, grain in _GRAIN.items():
        palette[:, material, 3] = grain
    sun_direction, sun, ambient, horizon, zenith = np.zeros((5, num_envs, 3), np.float32)
    visibility = np.full(num_envs, _VISIBILITY, np.float32)
    return Appearance(palette, sun_direction, sun, ambient, horizon, zenith, visibility)


def dress(
    looks: Appearance,
    rows: NDArray[np.intp],
    draws: NDArray[np.void],
    robot_colors: NDArray[np.float32],
) -> None:
    """Bring draws `(n,)`, with the fields of `ArmRandomization`, to the looks of n rows."""
    for material, name in (
        (Material.FLOOR, "floor"),
        (Material.TABLE, "table"),
        (Material.FIRST_OBJECT, "first_object"),
        (Material.SECOND_OBJECT, "second_object"),
    ):
        looks.palette[rows, material, :3] = draws[name]
    looks.palette[rows, Material.ROBOT :, :3] = draws["robot"][:, None, None] * robot_colors
    flat = np.cos(draws["sun_elevation"])
    looks.sun_direction[rows, 0] = flat * np.cos(draws["sun_azimuth"])
    looks.sun_direction[rows, 1] = flat * np.sin(draws["sun_azimuth"])
    looks.sun_direction[rows, 2] = np.sin(draws["sun_elevation"])
    looks.sun[rows] = draws["sun_strength"][:, None] * _SUNLIGHT
    looks.ambient[rows] = draws["sky_strength"][:, None] * _SKYLIGHT
    looks.horizon[rows] = looks.zenith[rows] = draws["wall"]
