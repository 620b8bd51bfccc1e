"""How the lane world looks in an episode: colours, light, air and how the camera is mounted."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.scene import Appearance
from autonomy.errors import InputError
from autonomy.randomization import Range, around, between
from envs.lane.scene.materials import Material


@dataclass(frozen=True)
class LaneRandomization:
    """What varies from episode to episode; by default nothing does.

    Colours are red, green, blue in [0, 255].
    """

    ground: Range = around((96.0, 122.0, 62.0), 0.0)
    asphalt: Range = around((92.0,), 0.0)  # grey
    paint: Range = between(1.0, 1.0)  # factor of fresh paint
    foliage: Range = around((58.0, 96.0, 44.0), 0.0)
    wall: Range = around((205.0, 190.0, 165.0), 0.0)
    roof: Range = around((140.0, 74.0, 56.0), 0.0)
    car: Range = around((186.0, 40.0, 38.0), 0.0)
    sun_azimuth: Range = between(0.9, 0.9)  # [rad]
    sun_elevation: Range = between(0.9, 0.9)  # [rad]
    sun_strength: Range = between(0.62, 0.62)
    sky_strength: Range = between(0.52, 0.52)  # of the light that comes from everywhere
    haze: Range = around((206.0, 218.0, 230.0), 0.0)
    sky: Range = around((104.0, 156.0, 214.0), 0.0)
    visibility: Range = between(260.0, 260.0)  # [m] at which half of a colour is lost
    camera_shift: Range = around((0.0, 0.0, 0.0), 0.0)  # [m] forward, left, up
    camera_pitch: Range = between(0.0, 0.0)  # [rad] more down
    camera_yaw: Range = between(0.0, 0.0)  # [rad] more left


PRESETS = {
    "none": LaneRandomization(),
    "default": LaneRandomization(
        ground=Range((68.0, 104.0, 42.0), (138.0, 142.0, 84.0)),
        asphalt=between(66.0, 122.0),
        paint=between(0.8, 1.0),
        foliage=around((62.0, 98.0, 48.0), 24.0),
        wall=around((200.0, 186.0, 165.0), 40.0),
        roof=around((135.0, 80.0, 64.0), 36.0),
        car=Range((30.0, 30.0, 30.0), (220.0, 200.0, 220.0)),
        sun_azimuth=between(-math.pi, math.pi),
        sun_elevation=between(0.35, 1.3),
        sun_strength=between(0.4, 0.75),
        sky_strength=between(0.4, 0.6),
        haze=around((206.0, 216.0, 226.0), 18.0),
        sky=around((104.0, 152.0, 206.0), 28.0),
        visibility=between(120.0, 500.0),
        camera_shift=around((0.0, 0.0, 0.0), 0.08),
        camera_pitch=between(-0.03, 0.03),
        camera_yaw=between(-0.02, 0.02),
    ),
}
"""Randomisation by name."""


def randomization(choice: str | LaneRandomization) -> LaneRandomization:
    """Return the ranges of a preset's name, or the ranges themselves.

    Raises:
        InputError: There is no preset of that name.
    """
    if isinstance(choice, LaneRandomization):
        return choice
    if choice not in PRESETS:
        raise InputError(f"randomization must be one of {', '.join(PRESETS)}, got {choice!r}")
    return PRESETS[choice]


def appearance(draws: dict[str, NDArray[np.float64]]) -> Appearance:
    """Return the looks of N episodes from their draws `(N,)` or `(N, 3)` by name."""
    azimuth, elevation = draws["sun_azimuth"], draws["sun_elevation"]
    flat = np.cos(elevation)
    to_sun = np.stack([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)], axis=1)
    return Appearance(
        palette=_palette(draws),
        sun_direction=to_sun.astype(np.float32),
        sun=_light(draws["sun_strength"], (1.0, 0.95, 0.86)),
        ambient=_light(draws["sky_strength"], (0.92, 0.97, 1.0)),
        horizon=draws["haze"].astype(np.float32),
        zenith=draws["sky"].astype(np.float32),
        visibility=draws["visibility"].astype(np.float32),
    )


def _light(strength: NDArray[np.float64], color: tuple[float, float, float]) -> NDArray[np.float32]:
    return (strength[:, None] * np.array(color)).astype(np.float32)


def _palette(draws: dict[str, NDArray[np.float64]]) -> NDArray[np.float32]:
    """`(N, M, 4)`: colour and grain of each material."""
    foliage, fade = draws["foliage"], draws["paint"][:, None]
    palette = np.tile(_FIXED, (len(fade), 1, 1))
    for material, color in (
        (Material.GROUND, draws["ground"]),
        (Material.ASPHALT, draws["asphalt"][:, None] * (1.0, 1.0, 1.03)),
        (Material.WHITE_PAINT, fade * (236.0, 236.0, 232.0)),
        (Material.YELLOW_PAINT, fade * (232.0, 184.0, 48.0)),
        (Material.CONIFER, foliage * (0.72, 0.86, 0.9)),
        (Material.BROADLEAF, foliage * (1.12, 1.1, 0.9)),
        (Material.WALL, draws["wall"]),
        (Material.ROOF, draws["roof"]),
        (Material.CAR_BODY, draws["car"]),
    ):
        palette[:, material, :3] = color
    return palette


def _fixed() -> NDArray[np.float32]:
    """`(M, 4)`: the part of the palette that no draw changes."""
    palette = np.zeros((len(Material), 4), np.float32)
    for material, color in (
        (Material.TRUNK, (92.0, 70.0, 52.0)),
        (Material.POST, (232.0, 232.0, 228.0)),
        (Material.POST_BAND, (48.0, 48.0, 52.0)),
        (Material.CAR_GLASS, (44.0, 52.0, 62.0)),
        (Material.LAMP, (196.0, 28.0, 26.0)),
        (Material.TYRE, (36.0, 36.0, 38.0)),
        (Material.SHADOW, (52.0, 53.0, 56.0)),
    ):
        palette[material, :3] = color
    for material, grain in (
        (Material.GROUND, 0.30),
        (Material.ASPHALT, 0.16),
        (Material.WHITE_PAINT, 0.04),
        (Material.YELLOW_PAINT, 0.04),
    ):
        palette[material, 3] = grain
    return palette


_FIXED = _fixed()
