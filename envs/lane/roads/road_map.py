"""A road seen from above, as a picture to look at and to draw positions on."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import NUMBERS, Marking, Road
from autonomy.errors import InputError

_GRASS = np.array((104, 137, 82))
_VERGE = np.array((132, 157, 100))
_ASPHALT = np.array((84, 86, 92))
_CONCRETE = np.array((190, 188, 180))  # beside a bridge
_PAINT = {"white": np.array((240, 240, 236)), "yellow": np.array((238, 190, 62))}
_MARGIN = 0.06  # of the picture, on each side
_VERGE_WIDTH = 4.0  # [m]
_KERB = 1.5  # [m] of a bridge beside the asphalt
_PAINT_WIDTH = 0.3  # [m], twice the real one, to be seen
_DASH, _DASH_PERIOD = 3.0, 9.0  # [m]
_ROAD_PIXELS_MIN = 4.0  # a road narrower than this is drawn wider
_LANE_PIXELS_MIN = 6.0  # lanes narrower than this are drawn without dividers
_SHIFT = 4  # fractional bits of OpenCV's pixel coordinates


class RoadMap:
    """The picture of one road, and where places lie on it."""

    def __init__(self, road: Road, size: tuple[int, int] = (200, 200)) -> None:
        """Draw the road.

        Args:
            road: what is drawn, fitted to the picture, with x to the right and y up.
            size: height and width of the picture [pixels].

        Raises:
            InputError: the size is not positive.
        """
        if min(size) < 1:
            raise InputError(f"a map's height and width must be positive, got {size}")
        edges = np.concatenate([road.at_offset(road.boundaries[:, k]) for k in (0, -1)])
        low, high = edges.min(axis=0), edges.max(axis=0)
        room = np.array(size[::-1]) * (1 - 2 * _MARGIN)
        self._scale = float((room / np.maximum(high - low, 1.0)).min())  # [pixels/m]
        self._middle = (low + high) / 2
        self._centre = (np.array(size[::-1]) - 1) / 2
        self.picture: NDArray[np.uint8] = _grass(size)
        self._draw(road)

    def to_pixel(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Column and row (..., 2) in the picture of positions (..., 2) [m]."""
        return self._centre + (np.asarray(xy) - self._middle) * (self._scale, -self._scale)

    def _draw(self, road: Road) -> None:
        right, left = road.boundaries[:, 0], road.boundaries[:, -1]
        middle, width = road.at_offset((right + left) / 2), float((left - right).mean())
        pixels = max(width * self._scale, _ROAD_PIXELS_MIN)
        self._stroke(road, middle, pixels + 2 * _VERGE_WIDTH * self._scale, _VERGE)
        self._stroke(road, middle, min(pixels, _ROAD_PIXELS_MIN), _ASPHALT)
        self._pave(road, pixels)
        for bridge in road.bridges:
            part = _part(road, bridge)
            edges = part.at_offset(right[bridge] - _KERB), part.at_offset(left[bridge] + _KERB)
            self._fill(part, *edges, _CONCRETE)
            self._pave(part, pixels)
        self._draw_start(road)

    def _pave(self, road: Road, pixels: float) -> None:
        """Draw the asphalt, and the paint on it if the road is as wide as some pixels."""
        right, left = road.boundaries[:, 0], road.boundaries[:, -1]
        self._fill(road, road.at_offset(right), road.at_offset(left), _ASPHALT)
        if pixels / road.lane_count >= _LANE_PIXELS_MIN:
            for k, marking in enumerate(road.markings):
                self._paint(road, road.boundaries[:, k], marking)

    def _stroke(
        self, road: Road, line: NDArray[np.float64], pixels: float, color: NDArray[np.int64]
    ) -> None:
        stride = max(1, int(1.5 / (self._scale * road.spacing)))
        points = self._fixed_point(line[::stride])
        thickness = max(1, round(pixels))
        cv2.polylines(
            self.picture, [points], road.closed, color.tolist(), thickness, cv2.LINE_AA, _SHIFT
        )

    def _fill(
        self,
        road: Road,
        right: NDArray[np.float64],
        left: NDArray[np.float64],
        color: NDArray[np.int64],
    ) -> None:
        """Fill the land between two lines: a ring between them if the road is closed."""
        edges = [self._fixed_point(right), self._fixed_point(left)]
        outline = edges if road.closed else [np.concatenate([edges[0], edges[1][::-1]])]
        cv2.fillPoly(self.picture, outline, color.tolist(), cv2.LINE_AA, _SHIFT)

    def _paint(self, road: Road, offset: NDArray[np.float64], marking: Marking) -> None:
        if marking.kind == "none":
            return
        width = _PAINT_WIDTH * self._scale
        visible = min(1.0, 0.25 + 0.75 * width)  # a line thinner than a pixel is fainter
        color = (visible * _PAINT[marking.color] + (1 - visible) * _ASPHALT).tolist()
        apart = 1.2 * _PAINT_WIDTH if marking.kind == "double" else 0.0
        thickness = max(1, round(width))
        for beside in {-apart, apart}:
            points = self._fixed_point(road.at_offset(offset + beside))
            lines = [points[stretch] for stretch in _stretches(road, marking)]
            cv2.polylines(self.picture, lines, False, color, thickness, cv2.LINE_AA, _SHIFT)

    def _draw_start(self, road: Road) -> None:
        across = road.normal[0] * np.stack([road.boundaries[0, [0, -1]] + (-2.0, 2.0)], axis=1)
        line = self._fixed_point(road.position[0, :2] + across)
        thickness = max(1, round(self._scale))
        color = _PAINT["white"].tolist()
        cv2.polylines(self.picture, [line], False, color, thickness, cv2.LINE_AA, _SHIFT)

    def _fixed_point(self, xy: NDArray[np.float64]) -> NDArray[np.int32]:
        return np.rint(self.to_pixel(xy) * (1 << _SHIFT)).astype(np.int32)


def _part(road: Road, stations: NDArray[np.intp]) -> Road:
    """Some stations of a road, as one that is open."""
    return replace(road, closed=False, **{name: getattr(road, name)[stations] for name in NUMBERS})


def _stretches(road: Road, marking: Marking) -> list[NDArray[np.intp]]:
    """The stations of each unbroken piece of a marking."""
    stations = np.arange(road.station_count + (1 if road.closed else 0)) % road.station_count
    if marking.kind != "dashed":
        return [stations]
    dash, period = (max(1, round(length / road.spacing)) for length in (_DASH, _DASH_PERIOD))
    return [stations[first : first + dash + 1] for first in range(0, len(stations), period)]


def _grass(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Grass with soft patches, the same for every road."""
    noise = np.random.default_rng(0).normal(0.0, 7.0, size=(12, 12)).astype(np.float32)
    patches = cv2.resize(noise, size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(_GRASS + patches[..., None], 0, 255).astype(np.uint8)
