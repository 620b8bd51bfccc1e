"""What modules report, drawn over the picture that they read."""

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.perception.detections import Detections
from autonomy.perception.estimates import Estimates
from autonomy.perception.lane.shape import boundary_pixels, lane_boundaries
from autonomy.quantities import words_and_unit
from autonomy.recording.drawing import (
    Box,
    Image,
    TextStyle,
    draw_panel,
    draw_text,
    text_width,
)

_COLOURS = (
    (0, 0, 0),
    (120, 120, 130),
    (60, 200, 90),
    (250, 250, 250),
    (250, 210, 60),
    (250, 140, 30),
    (220, 60, 60),
    (90, 130, 250),
)
_LANE = (60, 230, 120)
_REACH = 40.0  # [m] of lane that is drawn
_SURE = 0.3  # score from which a box is drawn
_HEAT = 0.6  # share of a heat map in what is shown
_COLDEST, _HOTTEST = 1.0, 99.0  # percentiles at the ends of its colours
_TEXT = TextStyle(size=15)
_LINE = 20  # [px] from line to line
_SWATCH = 12  # [px] height and width of a colour beside its name


def draw_segments(picture: Image, classes: NDArray[np.uint8], names: tuple[str, ...]) -> None:
    """Tint a picture by the classes `(H, W)` of its pixels, and name the colours."""
    size = (picture.shape[1], picture.shape[0])
    large = cv2.resize(classes, size, interpolation=cv2.INTER_NEAREST)
    tint = np.array([_COLOURS[number % len(_COLOURS)] for number in range(len(names))], np.uint8)
    shown = large > 0
    mixed = cv2.addWeighted(picture, 0.45, tint[large.astype(np.intp)], 0.55, 0.0)
    picture[shown] = mixed[shown]
    present = [number for number in np.unique(classes).tolist() if number > 0]
    if present:
        words = [name.replace("_", " ") for name in names]
        width = 24 + _LINE + max(text_width(word, _TEXT) for word in words)
        _write(picture, [words[number] for number in present], width, tint[present])


def draw_lane(
    picture: Image, estimates: Estimates, names: tuple[str, ...], camera: MountedCamera
) -> None:
    """Draw one frame's lane on flat ground, and its numbers with their standard deviations.

    Args:
        picture: Of `camera`.
        estimates: `(1, Q)`.
        names: Of the Q quantities, `LANE_QUANTITIES`.
        camera: The pinhole camera, on the car.
    """
    if not np.isfinite(estimates.std[0, 0]):
        _write(picture, ["no lane found"])
        return
    boundaries = lane_boundaries(estimates.mean, _REACH)[0]
    left, right = (boundary_pixels(boundary, camera) for boundary in boundaries)
    surface = picture.copy()
    corridor = np.concatenate([left, right[::-1]]).round().astype(np.int32)
    if len(corridor) > 2:
        cv2.fillPoly(surface, [corridor], _LANE)
        picture[:] = cv2.addWeighted(picture, 0.7, surface, 0.3, 0.0)
    for line in (left, right):
        points = [line.round().astype(np.int32)]
        cv2.polylines(picture, points, isClosed=False, color=_LANE, thickness=2)
    _write(
        picture, [_said(*one) for one in zip(names, *(own[0] for own in estimates), strict=True)]
    )


def draw_boxes(
    picture: Image, detections: Detections, names: tuple[str, ...], size: tuple[int, int]
) -> None:
    """Draw the boxes of one frame of `size` (height, width) [px] that a detector is sure of."""
    scale = np.array([picture.shape[1] / size[1], picture.shape[0] / size[0]] * 2)
    boxes, classes, scores = (own[0] for own in detections)
    for box, number, score in zip(boxes * scale, classes.tolist(), scores.tolist(), strict=True):
        if number < 0 or score < _SURE:
            continue
        left, top, right, bottom = (round(float(side)) for side in box)
        colour = _COLOURS[(number + 3) % len(_COLOURS)]
        cv2.rectangle(picture, (left, top), (right, bottom), colour, 2)
        text = f"{names[number]} {score:.2f}"
        draw_text(picture, text, left, max(top - 4, 12), TextStyle(size=13, colour=colour))


def draw_heat(picture: Image, values: NDArray[np.floating], name: str) -> None:
    """Colour a picture by finite values `(h, w)`, blue to red, and write how far they go."""
    known = np.isfinite(values)
    if not known.any():
        return
    low, high = np.percentile(values[known], (_COLDEST, _HOTTEST)).tolist()
    shares = (np.where(known, values, low) - low) / max(high - low, 1e-9)
    heat = np.rint(255.0 * shares.clip(0.0, 1.0)).astype(np.uint8)
    size = (picture.shape[1], picture.shape[0])
    colours = cv2.applyColorMap(cv2.resize(heat, size), cv2.COLORMAP_TURBO)[..., ::-1]
    shown = cv2.resize(known.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    picture[shown] = cv2.addWeighted(picture, 1.0 - _HEAT, colours, _HEAT, 0.0)[shown]
    words, unit = words_and_unit(name)
    _write(picture, [f"{words}  {low:.3g} to {high:.3g} {unit}"])


def draw_title(picture: Image, title: str) -> None:
    """Write what a picture shows into its corner."""
    draw_panel(picture, Box(4, 6, 20 + 9 * len(title), 28))
    draw_text(picture, title, 12, 26, TextStyle(size=16, bold=True))


def _write(
    picture: Image,
    lines: list[str],
    width: int = 330,
    colours: NDArray[np.uint8] | None = None,
) -> None:
    """Write lines on a panel of a width [px], each beside its colour `(L, 3)` if they have any."""
    draw_panel(picture, Box(4, 40, width, 12 + _LINE * len(lines)))
    for number, line in enumerate(lines):
        left, baseline = 12, 60 + _LINE * number
        if colours is not None:
            corners = (left, baseline - _SWATCH), (left + _SWATCH, baseline)
            cv2.rectangle(picture, *corners, colours[number].tolist(), cv2.FILLED)
            left += _LINE
        draw_text(picture, line, left, baseline, _TEXT)


def _said(name: str, mean: float, deviation: float) -> str:
    """Write a quantity: `lane offset  0.32 ± 0.05 m`; curvature needs one digit more."""
    words, unit = words_and_unit(name)
    digits = 4 if unit == "1/m" else 2
    return f"{words}  {mean:+.{digits}f} \N{PLUS-MINUS SIGN} {deviation:.{digits}f} {unit}"
