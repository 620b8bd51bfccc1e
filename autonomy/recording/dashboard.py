"""A view with what one wants to know beside it."""

from dataclasses import dataclass

import numpy as np

from autonomy.quantities import with_unit, words_and_unit
from autonomy.recording.drawing import (
    MUTED,
    WHITE,
    Box,
    Colour,
    Image,
    TextStyle,
    draw_panel,
    draw_picture,
    draw_text,
    text_width,
)
from autonomy.recording.pictures import fit_height, magnify

HEIGHT = 720  # pixels; every other length below is meant for it
MARGIN = 24
PADDING = 14
ROW = 26
PANEL_WIDTH = 300
MAP_HEIGHT = 220
BAR_WIDTH = 150
BANNER_HEIGHT = 56

NAME = TextStyle(colour=MUTED)
VALUE = TextStyle(align="right")
TITLE = TextStyle(bold=True)
BANNER = TextStyle(size=28, bold=True, align="centre")
GREEN: Colour = (88, 204, 120)
AMBER: Colour = (255, 176, 64)
TRACK: Colour = (64, 72, 80)
BLUE: Colour = (96, 176, 255)


@dataclass(frozen=True)
class Dashboard:
    """What one frame of a film shows."""

    view: Image  # (H, W, 3) for a person
    overview: Image  # (H, W, 3), where things are
    seen: dict[str, Image]  # the policy's own images, (H, W, 3) by name
    title: str
    measurements: dict[str, float]  # by their names with units
    actions: dict[str, float]  # in [-1, 1] by name

    def draw(self) -> Image:
        """Return the frame `(720, W, 3)`."""
        frame = fit_height(self.view, HEIGHT)
        self._draw_seen(frame)
        self._draw_overview(frame)
        self._draw_measurements(frame)
        self._draw_actions(frame)
        return frame

    def draw_end(self, text: str, *, good: bool) -> Image:
        """Return the frame with a banner that says how the episode ended.

        It lies on the lower edge, where it hides neither what is driven nor what is gripped:
        between the panels, or above them where the view is too narrow for that.
        """
        frame = self.draw()
        width = text_width(text, BANNER) + 6 * PADDING
        bottom = frame.shape[0] - MARGIN
        if width + 2 * (PANEL_WIDTH + 2 * MARGIN) > frame.shape[1]:
            rows = max(1 + len(self.measurements), len(self.actions))
            bottom -= _panel_height(rows) + MARGIN
        left = (frame.shape[1] - width) // 2
        box = Box(left, bottom - BANNER_HEIGHT, width, BANNER_HEIGHT)
        draw_panel(frame, box, opacity=0.78)
        stripe = Box(box.left + PADDING, box.top + PADDING, 6, box.height - 2 * PADDING)
        stripe.of(frame)[:] = GREEN if good else AMBER
        draw_text(frame, text, frame.shape[1] // 2 + PADDING, box.top + 38, BANNER)
        return frame

    def _draw_seen(self, frame: Image) -> None:
        height = 256 if len(self.seen) == 1 else 180
        left = MARGIN
        for name, picture in self.seen.items():
            box = draw_picture(frame, magnify(picture, height), left, MARGIN)
            times = "\N{MULTIPLICATION SIGN}"
            _draw_label(frame, f"{name}  {picture.shape[1]} {times} {picture.shape[0]}", box)
            left = box.right + MARGIN

    def _draw_overview(self, frame: Image) -> None:
        picture = magnify(self.overview, MAP_HEIGHT)
        draw_picture(frame, picture, frame.shape[1] - MARGIN - picture.shape[1], MARGIN)

    def _draw_measurements(self, frame: Image) -> None:
        box = _bottom_panel(frame, rows=1 + len(self.measurements), right=False)
        baseline = box.top + PADDING + 15
        draw_text(frame, self.title, box.left + PADDING, baseline, TITLE)
        for name, value in self.measurements.items():
            baseline += ROW
            words, unit = words_and_unit(name)
            draw_text(frame, words, box.left + PADDING, baseline, NAME)
            draw_text(frame, with_unit(value, unit), box.right - PADDING, baseline, VALUE)

    def _draw_actions(self, frame: Image) -> None:
        box = _bottom_panel(frame, rows=len(self.actions), right=True)
        baseline = box.top + PADDING + 15
        for name, value in self.actions.items():
            draw_text(frame, name, box.left + PADDING, baseline, NAME)
            track = Box(box.right - PADDING - BAR_WIDTH, baseline - 10, BAR_WIDTH, 8)
            _draw_centred_bar(frame, track, value)
            baseline += ROW


def _bottom_panel(frame: Image, rows: int, *, right: bool) -> Box:
    left = frame.shape[1] - MARGIN - PANEL_WIDTH if right else MARGIN
    height = _panel_height(rows)
    box = Box(left, frame.shape[0] - MARGIN - height, PANEL_WIDTH, height)
    draw_panel(frame, box)
    return box


def _panel_height(rows: int) -> int:
    return 2 * PADDING + rows * ROW - 6


def _draw_label(frame: Image, text: str, picture: Box) -> None:
    style = TextStyle(size=14)
    box = Box(picture.left, picture.bottom - 22, text_width(text, style) + 14, 22)
    draw_panel(frame, box)
    draw_text(frame, text, box.left + 7, box.bottom - 7, style)


def _draw_centred_bar(frame: Image, track: Box, value: float) -> None:
    track.of(frame)[:] = TRACK
    middle = track.left + track.width // 2
    reach = round(float(np.clip(value, -1.0, 1.0)) * track.width / 2)
    bar = Box(min(middle, middle + reach), track.top, abs(reach), track.height)
    bar.of(frame)[:] = BLUE
    Box(middle - 1, track.top - 3, 2, track.height + 6).of(frame)[:] = WHITE
