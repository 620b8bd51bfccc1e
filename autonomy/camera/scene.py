"""What is in front of the cameras, and what they make of it: arrays with one row a frame."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

X, Y, HEIGHT, RADIUS, DARKNESS = range(5)
"""Columns of `Appearance.shadows`."""


class Draws(NamedTuple):
    """N lists of D draws: a range of parts of the library at a pose.

    Attributes:
        parts: `(N, D, 2)` int32 ranges of the library's parts (first, last + 1); empty is unseen.
        poses: `(N, D, 3, 4)` float64, body to world: rotation and position [m].
        instances: `(N, D)` int32, to which a part adds its own number in the instance image.
    """

    parts: NDArray[np.int32]
    poses: NDArray[np.float64]
    instances: NDArray[np.int32]


class Appearance(NamedTuple):
    """N looks of the world: colours, sun, sky and air.

    Attributes:
        palette: `(N, M, 4)` float32 per material: red, green, blue in [0, 255], and how strongly
            the ground's grain modulates them, in [0, 1].
        sun_direction: `(N, 3)` float32 unit vectors towards the sun.
        sun: `(N, 3)` float32 factors of the palette's colours where the sun shines straight.
        ambient: `(N, 3)` float32 factors everywhere.
        horizon: `(N, 3)` float32 colour in [0, 255]; far things fade into it.
        zenith: `(N, 3)` float32 colour in [0, 255].
        visibility: `(N,)` float32 distance [m] at which half of a colour is lost to the air.
        patterns: `(N, D, 3)` float32 per draw, or `(N, 0, 3)` where none has any: how strongly a
            fine grain modulates its colours, in [0, 1]; how much darker every other square of a
            checker is, in [0, 1]; and how many of those squares there are in a metre. Both are
            fixed to the draw's body.
        shadows: `(N, S, 5)` float32 patches of contact shadow on level ground: x, y, height and
            radius [m], and how dark the middle is, in [0, 1].
        textures: `(N, M)` int32 per material the number of the library's texture that its colours
            are multiplied by, 255 being one, or -1; `(N, 0)` where none has any.
        cast: `(N, 4)` float32 middle (x, y, z) and radius [m] of the ball in which things cast
            shadows in the sun; `(N, 0)` where none do.
    """

    palette: NDArray[np.float32]
    sun_direction: NDArray[np.float32]
    sun: NDArray[np.float32]
    ambient: NDArray[np.float32]
    horizon: NDArray[np.float32]
    zenith: NDArray[np.float32]
    visibility: NDArray[np.float32]
    patterns: NDArray[np.float32]
    shadows: NDArray[np.float32]
    textures: NDArray[np.int32]
    cast: NDArray[np.float32]


class Scene(NamedTuple):
    """N scenes: what is drawn, and how it looks."""

    draws: Draws
    look: Appearance

    def shadowed(self, balls: NDArray[np.float32]) -> "Scene":
        """Return the scenes with cast shadows in balls `(N, 4)`, see `Appearance.cast`."""
        return Scene(self.draws, self.look._replace(cast=balls))

    def rows(self, index: NDArray[Any]) -> "Scene":
        """Return the scenes of some rows (indices or a mask)."""
        draws, look = self.draws, self.look
        return Scene(
            Draws(draws.parts[index], draws.poses[index], draws.instances[index]),
            Appearance._make(field[index] for field in look),
        )


@dataclass(frozen=True)
class Frames:
    """N images of the channels that were asked for; the others are None.

    Attributes:
        rgb: `(N, H, W, 3)` uint8.
        depth: `(N, H, W)` float32 metres along the optical axis, infinite where nothing is seen.
        semantic: `(N, H, W)` uint8 ids of `SemanticClass`.
        instance: `(N, H, W)` int32, -1 where nothing is seen.
    """

    rgb: NDArray[np.uint8] | None = None
    depth: NDArray[np.float32] | None = None
    semantic: NDArray[np.uint8] | None = None
    instance: NDArray[np.int32] | None = None
