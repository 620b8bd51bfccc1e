"""How the lane world looks in an episode: colours, light, air and how the camera is mounted."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.lighting import LightRanges, light_up
from autonomy.camera.mount import EXACT, MountRanges
from autonomy.camera.scene import Appearance
from autonomy.camera.sensor import PERFECT, STRONG, SensorRandomization
from autonomy.camera.texture import UNCOVERED, Coverings, Texture
from autonomy.compiled import compiled
from autonomy.envs.lane.scene.materials import Material
from autonomy.randomization import NOTHING, Choice, Range, around, between

_NOON = LightRanges(between(0.9, 0.9), between(0.9, 0.9), between(0.62, 0.62), between(0.52, 0.52))


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
    light: LightRanges = _NOON
    haze: Range = around((206.0, 218.0, 230.0), 0.0)
    sky: Range = around((104.0, 156.0, 214.0), 0.0)
    visibility: Range = between(260.0, 260.0)  # [m] at which half of a colour is lost
    mount: MountRanges = EXACT
    sensor: SensorRandomization = PERFECT
    ground_texture: Choice[Texture] = NOTHING  # instead of the ground's colour
    asphalt_texture: Choice[Texture] = NOTHING  # instead of the asphalt's grey


_DEFAULT = LaneRandomization(
    ground=Range((68.0, 104.0, 42.0), (138.0, 142.0, 84.0)),
    asphalt=between(66.0, 122.0),
    paint=between(0.8, 1.0),
    foliage=around((62.0, 98.0, 48.0), 24.0),
    wall=around((200.0, 186.0, 165.0), 40.0),
    roof=around((135.0, 80.0, 64.0), 36.0),
    car=Range((30.0, 30.0, 30.0), (220.0, 200.0, 220.0)),
    light=LightRanges(
        sun_azimuth=between(-math.pi, math.pi),
        sun_elevation=between(0.35, 1.3),
        sun_strength=between(0.4, 0.75),
        sky_strength=between(0.4, 0.6),
    ),
    haze=around((206.0, 216.0, 226.0), 18.0),
    sky=around((104.0, 152.0, 206.0), 28.0),
    visibility=between(120.0, 500.0),
    mount=MountRanges(
        camera_shift=around((0.0, 0.0, 0.0), 0.08),
        camera_pitch=between(-0.03, 0.03),
        camera_yaw=between(-0.02, 0.02),
    ),
)
PRESETS = {
    "none": LaneRandomization(),
    "default": _DEFAULT,
    "strong": replace(_DEFAULT, sensor=STRONG),
}
"""Randomisation by name."""
COVERED = {"ground_texture": Material.GROUND, "asphalt_texture": Material.ASPHALT}
"""Which material each choice of textures covers."""

# red, green, blue: what a drawn number or colour is multiplied by
_SUNLIGHT, _SKYLIGHT = np.array((1.0, 0.95, 0.86)), np.array((0.92, 0.97, 1.0))
_GREY = np.array((1.0, 1.0, 1.03))
_WHITE, _YELLOW = np.array((236.0, 236.0, 232.0)), np.array((232.0, 184.0, 48.0))
_NEEDLES, _LEAVES = np.array((0.72, 0.86, 0.9)), np.array((1.12, 1.1, 0.9))


def plain_looks(num_envs: int, coverings: Coverings = UNCOVERED) -> Appearance:
    """Return N looks that `dress` and `coverings` complete: what no draw changes, and black."""
    palette = np.tile(_FIXED, (num_envs, 1, 1))
    sun_direction, sun, ambient, horizon, zenith = np.zeros((5, num_envs, 3), np.float32)
    visibility = np.zeros(num_envs, np.float32)
    patterns, shadows = (np.zeros((num_envs, 0, columns), np.float32) for columns in (3, 5))
    nowhere = np.zeros((num_envs, 0), np.float32)
    light = sun_direction, sun, ambient, horizon, zenith
    textures = coverings.room(num_envs, len(Material))
    return Appearance(palette, *light, visibility, patterns, shadows, textures, nowhere)


def dress(looks: Appearance, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
    """Bring draws `(n,)`, with the fields of `LaneRandomization`, to the looks of n rows."""
    light_up(looks, rows, draws, _SUNLIGHT, _SKYLIGHT)
    _color(looks, rows, draws)


@compiled
def _color(looks: Appearance, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
    """Bring draws to the colours and the air of some looks."""
    for n in range(len(rows)):
        row, drawn = rows[n], draws[n]
        _paint(looks.palette[row], drawn)
        looks.horizon[row] = drawn.haze
        looks.zenith[row] = drawn.sky
        looks.visibility[row] = drawn.visibility


@compiled
def _paint(palette: NDArray[np.float32], drawn: Any) -> None:
    """Write the colours that a draw changes into a palette `(M, 4)`."""
    palette[Material.GROUND, :3] = drawn.ground
    palette[Material.ASPHALT, :3] = drawn.asphalt * _GREY
    palette[Material.WHITE_PAINT, :3] = drawn.paint * _WHITE
    palette[Material.YELLOW_PAINT, :3] = drawn.paint * _YELLOW
    palette[Material.CONIFER, :3] = drawn.foliage * _NEEDLES
    palette[Material.BROADLEAF, :3] = drawn.foliage * _LEAVES
    palette[Material.WALL, :3] = drawn.wall
    palette[Material.ROOF, :3] = drawn.roof
    palette[Material.CAR_BODY, :3] = drawn.car


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
        (Material.RIM, (168.0, 170.0, 174.0)),
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
