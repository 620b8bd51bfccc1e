"""How an arm world varies from episode to episode: looks, cameras, and what bodies weigh."""

import math
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.lighting import LightRanges, light_up
from autonomy.camera.mount import EXACT, MountRanges
from autonomy.camera.scene import Appearance
from autonomy.camera.sensor import PERFECT, STRONG, SensorRandomization
from autonomy.camera.texture import UNCOVERED, Coverings, Texture
from autonomy.envs.arm.scene.materials import Material
from autonomy.randomization import NOTHING, Choice, Range, around, between

_NOON = LightRanges(between(0.6, 0.6), between(1.0, 1.0), between(0.55, 0.55), between(0.5, 0.5))


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
    light: LightRanges = _NOON
    mount: MountRanges = EXACT
    mass: Range = between(0.15, 0.15)  # [kg] of each thing
    friction: Range = between(0.8, 0.8)  # coefficient, times the table's of 0.5
    joint_damping: Range = between(0.1, 0.1)  # [N m s]
    motor_gain: Range = between(1.0, 1.0)  # factor of how fast motors follow
    # grain: how strongly it changes colours, in [0, 1]
    floor_grain: Range = between(0.22, 0.22)
    table_grain: Range = between(0.0, 0.0)
    object_grain: Range = between(0.0, 0.0)
    robot_grain: Range = between(0.0, 0.0)
    # checker: how much darker every other square is, in [0, 1], and the side of squares [m]
    table_checker: Range = between(0.0, 0.0)
    table_square: Range = between(0.1, 0.1)
    object_checker: Range = between(0.0, 0.0)
    object_square: Range = between(0.02, 0.02)
    shadow: Range = between(0.0, 0.0)  # how dark it is where things stand, in [0, 1]
    clutter: Range = between(0.0, 0.0)  # things beside the task's, rounded down
    clutter_color: Range = around((120.0, 140.0, 60.0), 0.0)
    sensor: SensorRandomization = PERFECT
    floor_texture: Choice[Texture] = NOTHING  # instead of the floor's colour
    table_texture: Choice[Texture] = NOTHING  # instead of the table's

    @property
    def has_patterns(self) -> bool:
        """Whether anything may have a pattern that is fixed to it."""
        grains = (self.table_grain, self.object_grain, self.robot_grain)
        checkers = (self.table_checker, self.object_checker)
        return any(one.high[0] > 0.0 for one in grains + checkers)


_DEFAULT = ArmRandomization(
    floor=around((112.0, 108.0, 104.0), 36.0),
    table=around((168.0, 148.0, 124.0), 44.0),
    first_object=Range((150.0, 24.0, 24.0), (250.0, 96.0, 84.0)),
    second_object=Range((24.0, 60.0, 140.0), (96.0, 140.0, 250.0)),
    robot=between(0.85, 1.0),
    wall=around((200.0, 202.0, 204.0), 30.0),
    light=LightRanges(
        sun_azimuth=between(-math.pi, math.pi),
        sun_elevation=between(0.5, 1.4),
        sun_strength=between(0.4, 0.65),
        sky_strength=between(0.4, 0.6),
    ),
    mount=MountRanges(
        camera_shift=around((0.0, 0.0, 0.0), 0.01),
        camera_pitch=between(-0.02, 0.02),
        camera_yaw=between(-0.02, 0.02),
    ),
    mass=between(0.08, 0.25),
    friction=between(0.6, 1.0),
    joint_damping=between(0.05, 0.3),
    motor_gain=between(0.9, 1.1),
)
PRESETS = {
    "none": ArmRandomization(),
    "default": _DEFAULT,
    "strong": replace(
        _DEFAULT,
        floor_grain=between(0.0, 0.6),
        table_grain=between(0.0, 0.4),
        object_grain=between(0.0, 0.6),
        robot_grain=between(0.0, 0.4),
        table_checker=between(0.0, 0.4),
        table_square=between(0.04, 0.2),
        object_checker=between(0.0, 0.5),
        object_square=between(0.01, 0.03),
        shadow=between(0.0, 0.7),
        clutter=between(0.0, 4.0),
        clutter_color=Range((20.0, 20.0, 20.0), (240.0, 240.0, 240.0)),
        sensor=STRONG,
    ),
}
"""Randomisation by name."""
COVERED = {"floor_texture": Material.FLOOR, "table_texture": Material.TABLE}
"""Which material each choice of textures covers."""

# red, green, blue: what a drawn strength is multiplied by
_SUNLIGHT, _SKYLIGHT = np.array((1.0, 0.98, 0.94)), np.array((0.96, 0.98, 1.0))
_GOAL = (72.0, 200.0, 96.0)
_UNEVEN = 0.03  # how much the table's colour varies from place to place
CLUTTER_COLORS = 3  # one that is drawn, and those with its channels in another order
_VISIBILITY = 1000.0  # [m] indoors the air is clear


def plain_looks(
    num_envs: int,
    colors: tuple[NDArray[np.float32], NDArray[np.float32]],
    patterned: int = 0,
    shadows: int = 0,
    coverings: Coverings = UNCOVERED,
) -> Appearance:
    """Return N looks that `dress` and `coverings` complete.

    Args:
        num_envs: N.
        colors: `(K, 3)` of the robot, and of fixtures.
        patterned: How many draws have patterns; 0 where none has.
        shadows: How many contact shadows there are.
        coverings: What may cover materials.
    """
    robot, fixtures = colors
    first = Material.ROBOT + len(robot)
    palette = np.zeros((num_envs, first + len(fixtures), 4), np.float32)
    palette[:, first:, :3] = fixtures
    palette[:, Material.GOAL, :3] = _GOAL
    palette[:, Material.TABLE, 3] = _UNEVEN
    sun_direction, sun, ambient, horizon, zenith = np.zeros((5, num_envs, 3), np.float32)
    visibility = np.full(num_envs, _VISIBILITY, np.float32)
    patterns = np.zeros((num_envs, patterned, 3), np.float32)
    light = sun_direction, sun, ambient, horizon, zenith
    dark = np.zeros((num_envs, shadows, 5), np.float32)
    textures, nowhere = (
        coverings.room(num_envs, palette.shape[1]),
        np.zeros((num_envs, 0), np.float32),
    )
    return Appearance(palette, *light, visibility, patterns, dark, textures, nowhere)


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
    looks.palette[rows, Material.FLOOR, 3] = draws["floor_grain"]
    for number in range(CLUTTER_COLORS):
        color = np.roll(draws["clutter_color"], number, axis=1)
        looks.palette[rows, Material.CLUTTER + number, :3] = color
    robot = slice(Material.ROBOT, Material.ROBOT + len(robot_colors))
    looks.palette[rows, robot, :3] = draws["robot"][:, None, None] * robot_colors
    light_up(looks, rows, draws, _SUNLIGHT, _SKYLIGHT)
    looks.horizon[rows] = looks.zenith[rows] = draws["wall"]


class Layers(NamedTuple):
    """Which draws are what; the last one is the goal."""

    table: slice
    robot: slice
    things: slice
    clutter: slice
    fixtures: slice

    @classmethod
    def of(cls, robot: int, things: int, clutter: int, fixtures: int) -> Self:
        """Return where so many of each come after the floor and the table."""
        ends = list(accumulate((2, robot, things, clutter, fixtures)))
        after = (slice(*ends[k : k + 2]) for k in range(4))
        return cls(slice(1, 2), *after)

    @property
    def lying(self) -> slice:
        """What is not fixed to anything."""
        return slice(self.things.start, self.clutter.stop)

    def wear(
        self, patterns: NDArray[np.float32], rows: NDArray[np.intp], draws: NDArray[np.void]
    ) -> None:
        """Bring draws `(n,)`, with the fields of `ArmRandomization`, to patterns `(N, D, 3)`."""
        nothing = np.zeros(len(rows))
        for layer, grain, checker, square in (
            (self.table, draws["table_grain"], draws["table_checker"], draws["table_square"]),
            (self.robot, draws["robot_grain"], nothing, np.ones(len(rows))),
            (self.lying, draws["object_grain"], draws["object_checker"], draws["object_square"]),
        ):
            columns = np.stack([grain, checker, 1.0 / square], axis=1)
            patterns[rows, layer] = columns[:, np.newaxis]
