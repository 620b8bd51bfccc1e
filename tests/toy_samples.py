"""A source of samples that a network learns in seconds: coloured rectangles on noise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.perception.samples import Samples

COLOURS = {"brick": (220, 40, 40), "pool": (40, 80, 230)}
"""The classes of boxes and how they look."""
LABELS = {
    "segments": ("background", *COLOURS),
    "boxes": tuple(COLOURS),
    "instances": (),
    "lanes": (),
    "quantities": ("offset_m", "height_m"),
}


@dataclass(frozen=True)
class ToySamples:
    """Up to three rectangles side by side, so that none hides another; the first is always there.

    `offset_m` is how far left of the frame's middle the first one's middle lies, 1 m per 10 px;
    `height_m` is its height. The frame's noise is darker or brighter: `group_light`.
    """

    split: str = "train"
    seed: int = 0
    image_size: tuple[int, int] = (32, 48)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: LABELS)
    lane_rows: tuple[float, ...] = (10.0, 20.0, 30.0)

    def description(self) -> dict[str, Any]:
        """Return what decides the samples."""
        options = {"image_size": list(self.image_size)}
        return {"world": "toy", "split": self.split, "seed": self.seed, "options": options}

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Return frames on each of which at least the first place holds a rectangle."""
        split = ("train", "validation", "test").index(self.split)
        random = np.random.default_rng((self.seed, split, batch, count))
        light = random.uniform(40.0, 160.0, count)
        frames = np.clip(
            random.normal(light[:, None, None, None], 12.0, (count, *self.image_size, 3)), 0, 255
        ).astype(np.uint8)
        segments = np.zeros((count, *self.image_size), np.uint8)
        instances = np.zeros_like(segments)
        boxes = np.zeros((count, 3, 4), np.float32)
        classes = np.full((count, 3), -1, np.int64)
        for row in range(count):
            for place in range(3):
                if place == 0 or random.random() < 0.6:
                    box, kind = self._box(random, place), int(random.integers(len(COLOURS)))
                    boxes[row, place], classes[row, place] = box, kind
                    left, top, right, bottom = box
                    frames[row, top:bottom, left:right] = list(COLOURS.values())[kind]
                    segments[row, top:bottom, left:right] = 1 + kind
                    instances[row, top:bottom, left:right] = 1 + place
        found: Samples = {"camera": frames, "group_light": light}
        if "segments" in labels:
            found["segments"] = segments
        if "boxes" in labels:
            found |= {"boxes": boxes, "box_classes": classes}
        if "instances" in labels:
            found["instances"] = instances
        if "lanes" in labels:
            found["lanes"] = self._lanes(boxes, classes)
        if "quantities" in labels:
            middle = boxes[:, 0, [0, 2]].mean(1)
            offset = (self.image_size[1] / 2 - middle) / 10
            height = (boxes[:, 0, 3] - boxes[:, 0, 1]) / 10
            found["quantities"] = np.stack([offset, height], 1).astype(np.float32)
        return found

    def _lanes(self, boxes: NDArray[np.float32], classes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Take each rectangle's left edge for a line, seen in the rows from its top on."""
        rows = np.array(self.lane_rows)
        seen = (classes >= 0)[:, :, None] & (rows >= boxes[:, :, 1, None])
        return np.where(seen, boxes[:, :, 0, None], -2.0).astype(np.float32)

    def _box(self, random: np.random.Generator, place: int) -> tuple[int, int, int, int]:
        """Draw left, top, right, bottom within the third of the frame that has this place."""
        height, third = self.image_size[0], self.image_size[1] // 3
        wide, high = int(random.integers(6, third)), int(random.integers(6, height // 2))
        left = place * third + int(random.integers(third - wide))
        top = int(random.integers(height - high))
        return left, top, left + wide, top + high
