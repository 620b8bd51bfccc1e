"""Lens distortion: pinhole images, larger and finer, from which each distorted pixel is read."""

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.classes import SemanticClass
from autonomy.camera.images import check_pixels
from autonomy.camera.projection import pixel_rays
from autonomy.camera.scene import Frames
from autonomy.linear_algebra import product

Pixel = TypeVar("Pixel", bound=np.generic)

_FINENESS = 2.0  # pinhole pixels a distorted pixel, at the centre
_WIDEST = math.tan(math.radians(60.0))  # from the optical axis, seen by one pinhole

AHEAD = np.eye(3)
"""The turn from a camera's frame to that of a pinhole that looks where it looks."""
_AROUND = (
    AHEAD,
    np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),  # to the right
    np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]),  # to the left
    np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),  # down
    np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),  # up
    np.array([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]]),  # back
)
"""Those to the six faces of a cube around it."""


@dataclass(frozen=True)
class Pinhole:
    """One of the pinhole cameras that together cover what a lens sees.

    Attributes:
        turn: `(3, 3)` from the camera's frame to this one's.
        intrinsics: `(4,)` fx, fy, cx, cy [px], of which the centre need not lie in the image.
        height: Image rows [px].
        width: Image columns [px].
    """

    turn: NDArray[np.float64]
    intrinsics: NDArray[np.float64]
    height: int
    width: int


@dataclass(frozen=True)
class Lens:
    """How a distorted image is read from pinhole images.

    Attributes:
        sources: The pinhole cameras that cover everything that the lens sees.
        pixels: `(H, W)` index of each distorted pixel into the sources' images, one after another.
        depths: `(H, W)` factors from depth in the sources' images to depth along the lens's axis;
            None where they are all 1.
        outside: `(H, W)` which pixels see nothing, around the image circle of a fisheye.
    """

    sources: tuple[Pinhole, ...]
    pixels: NDArray[np.intp]
    depths: NDArray[np.float32] | None
    outside: NDArray[np.bool_]

    @property
    def has_depth(self) -> bool:
        """Whether all that the lens sees is in front of it."""
        return self.depths is None or bool((self.depths > 0.0).all())

    def distort(self, frames: list[Frames]) -> Frames:
        """Read all channels of the sources' frames at the same pixels, so that labels are exact."""
        depth = self._read([own.depth for own in frames], np.inf)
        return Frames(
            rgb=self._read([own.rgb for own in frames], 0),
            depth=depth if depth is None or self.depths is None else depth * self.depths,
            semantic=self._read([own.semantic for own in frames], SemanticClass.SKY),
            instance=self._read([own.instance for own in frames], -1),
        )

    def _read(self, images: list[NDArray[Pixel] | None], nothing: float) -> NDArray[Pixel] | None:
        flat = [own.reshape(len(own), -1, *own.shape[3:]) for own in images if own is not None]
        if not flat:
            return None
        read = (flat[0] if len(flat) == 1 else np.concatenate(flat, axis=1))[:, self.pixels]
        if self.outside.any():
            read[:, self.outside] = nothing
        return read


def lens_of(camera: Camera) -> Lens | None:
    """Return the lens of a camera with distortion, None for a pinhole.

    Raises:
        InputError: The distortion folds the image, or the image is too large to be drawn.
    """
    if camera.is_pinhole:
        return None
    rays = pixel_rays(camera)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.abs(rays[..., :2] / np.maximum(rays[..., 2:], 0.0))
    return _lens(camera, rays, (AHEAD,) if (reach <= _WIDEST).all() else _AROUND)


def _lens(
    camera: Camera, rays: NDArray[np.float64], turns: tuple[NDArray[np.float64], ...]
) -> Lens:
    """Return a lens that sees rays `(H, W, 3)` through those of some pinholes that it needs."""
    shape = rays.shape[:2]
    seen = [product(rays.reshape(-1, 3), turn.T).reshape(rays.shape) for turn in turns]
    outside = np.isnan(rays[..., 0])
    nearest = np.where(outside, -1, np.argmax([own[..., 2] for own in seen], axis=0))
    sources: list[Pinhole] = []
    pixels, depths, first = np.zeros(shape, np.intp), np.ones(shape, np.float32), 0
    for number, turn in enumerate(turns):
        own = nearest == number
        if own.any():
            source, places, factors = _source(camera, turn, seen[number][own])
            sources.append(source)
            pixels[own], depths[own] = first + places, factors
            first += source.height * source.width
    return Lens(tuple(sources), pixels, depths if len(turns) > 1 else None, outside)


def _source(
    camera: Camera, turn: NDArray[np.float64], rays: NDArray[np.float64]
) -> tuple[Pinhole, NDArray[np.intp], NDArray[np.float64]]:
    """Return a pinhole that sees rays `(P, 3)` of its frame, their pixels, and depths' factors."""
    flat = rays[:, :2] / rays[:, 2:]
    low, high = flat.min(axis=0), flat.max(axis=0)
    focal = camera.intrinsics[:2] * _FINENESS
    width, height = (int(size) for size in np.ceil((high - low) * focal) + 1)
    check_pixels("the pinhole images behind a camera's lens", height, width)
    places = np.rint((flat - low) * focal).astype(np.intp)
    centres = places / focal + low  # of the pixels, which are nearly the rays
    factors = centres[:, 0] * turn[0, 2] + centres[:, 1] * turn[1, 2] + turn[2, 2]
    source = Pinhole(turn, np.array([*focal, *(-low * focal)]), height, width)
    return source, places[:, 1] * width + places[:, 0], factors
