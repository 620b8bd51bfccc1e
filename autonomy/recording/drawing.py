"""Text, panels and pictures, drawn into an RGB frame in place."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

WHITE: Colour = (245, 245, 245)
MUTED: Colour = (176, 184, 192)
DARK: Colour = (16, 20, 24)

_SHARE_TO_THE_LEFT = {"left": 0.0, "centre": 0.5, "right": 1.0}
_REGULAR, _BOLD = 400, 600


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels; `left` and `top` belong to it, `right` and `bottom` do not."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.top + self.height

    def of(self, frame: Image) -> Image:
        """Return this part of `frame`, as a view."""
        return frame[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True)
class TextStyle:
    """How text looks."""

    size: int = 17  # pixels
    colour: Colour = WHITE
    bold: bool = False
    align: Literal["left", "centre", "right"] = "left"


def draw_text(frame: Image, text: str, x: int, baseline: int, style: TextStyle) -> None:
    """Write one line of text; `x` is its left end, its centre or its right end."""
    left = x - round(_SHARE_TO_THE_LEFT[style.align] * text_width(text, style))
    font, weight = _font(style)
    cv2.putText(frame, text, (left, baseline), style.colour, font, style.size, weight)


def text_width(text: str, style: TextStyle) -> int:
    """Return the width in pixels that `draw_text` needs."""
    font, weight = _font(style)
    return cv2.getTextSize((0, 0), text, (0, 0), font, style.size, weight)[2]


def draw_panel(frame: Image, box: Box, opacity: float = 0.62) -> None:
    """Darken a rectangle with round corners, for text to stand on."""
    region = box.of(frame)
    covered = region.copy()
    _fill_round(covered, DARK)
    region[:] = cv2.addWeighted(covered, opacity, region, 1.0 - opacity, 0.0)


def draw_picture(frame: Image, picture: Image, left: int, top: int) -> Box:
    """Put a picture in a thin light frame at a corner, and return where it lies."""
    box = Box(left, top, picture.shape[1], picture.shape[0])
    cv2.rectangle(
        frame, (left - 2, top - 2), (box.right + 1, box.bottom + 1), WHITE, 2, cv2.LINE_AA
    )
    box.of(frame)[:] = picture
    return box


def _fill_round(image: Image, colour: Colour) -> None:
    height, width = image.shape[:2]
    radius = min(8, height // 2, width // 2)
    right, bottom = width - 1 - radius, height - 1 - radius
    image[radius : height - radius] = colour
    image[:, radius : width - radius] = colour
    for corner in ((radius, radius), (right, radius), (radius, bottom), (right, bottom)):
        cv2.circle(image, corner, radius, colour, cv2.FILLED, cv2.LINE_AA)


def _font(style: TextStyle) -> tuple[cv2.FontFace, int]:
    return cv2.FontFace("sans"), _BOLD if style.bold else _REGULAR
