"""Pictures for a person: observations in colours, in sizes that can be seen."""

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.policy import Observation
from autonomy.recording.drawing import Image


def observed_pictures(observation: Observation, env: int) -> dict[str, Image]:
    """Return the images among an observation's entries as `(H, W, 3)` RGB, by name."""
    pictures: dict[str, Image] = {}
    for name, batch in observation.items():
        image = batch[env]
        if image.ndim == 3 and image.shape[-1] == 1:
            image = image[..., 0]
        if image.ndim == 3 and image.shape[-1] == 3:
            pictures[name] = image
        elif image.ndim == 2:
            is_depth = np.issubdtype(image.dtype, np.floating)
            pictures[name] = depth_picture(image) if is_depth else class_picture(image)
    return pictures


def depth_picture(depth: NDArray[np.floating]) -> Image:
    """Colour depth `(H, W)` in metres: near is bright, infinitely far is black."""
    finite = depth[np.isfinite(depth)]
    middle = float(np.median(finite)) if finite.size else 1.0
    nearness = middle / (middle + depth)
    coloured = cv2.applyColorMap((255 * nearness).astype(np.uint8), cv2.COLORMAP_INFERNO)
    return cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def class_picture(classes: NDArray[np.integer]) -> Image:
    """Colour class ids `(H, W)`: neighbouring ids get hues far apart, 0 is dark."""
    ids = np.arange(256)
    golden_angle = 137.508
    hue = (ids * golden_angle % 360.0 / 2.0).astype(np.uint8)  # OpenCV's hues end at 180
    value = np.where(ids == 0, 60, 150 + 50 * (ids % 3)).astype(np.uint8)
    hsv = np.stack([hue, np.full(256, 150, np.uint8), value], axis=-1)[None]
    palette = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0].astype(np.uint8, copy=False)
    return palette[classes.astype(np.uint8)]


def fit_height(picture: Image, height: int) -> Image:
    """Return a copy scaled to `height`; its width is even, as video needs."""
    return _scaled(picture, height, _even(picture.shape[1] * height / picture.shape[0]))


def fit_width(picture: Image, width: int) -> Image:
    """Return a copy scaled to `width`, both it and its height made even, as video needs."""
    return _scaled(picture, _even(picture.shape[0] * width / picture.shape[1]), _even(width))


def _even(length: float) -> int:
    return max(round(length / 2) * 2, 2)


def _scaled(picture: Image, height: int, width: int) -> Image:
    shrinks = height < picture.shape[0]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    if picture.shape[:2] == (height, width):
        return picture.copy()
    return cv2.resize(picture, (width, height), interpolation=interpolation).astype(
        np.uint8, copy=False
    )


def magnify(picture: Image, height: int) -> Image:
    """Return a copy of at most `height`: small pictures by whole factors, pixel by pixel."""
    if picture.shape[0] > height:
        return fit_height(picture, height)
    factor = height // picture.shape[0]
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)
