"""Labelled frames: what modules learn from and are judged on."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass

Samples = dict[str, NDArray[Any]]
"""n labelled frames, each entry `(n, ...)`:

- `camera`, `camera_<name>`: `(n, H, W, 3)` uint8, as a world's observations name them;
- `depth`, `semantic`, `instance`, of other cameras `depth_<name>` and so on: `(n, H, W)`, what a
  world's observations have under these names: float32 metres along the optical axis, infinite where
  nothing is seen; uint8 ids of `SemanticClass`; int32 numbers of what is drawn, -1 for nothing;
- `segments`: `(n, H, W)` uint8 classes, positions among the names of this label;
- `boxes`: `(n, B, 4)` float32 left, top, right, bottom [px] of what `camera` shows, pixels' outer
  edges; `box_classes`: `(n, B)` int64 positions among the names of `boxes`, -1 where is no box;
- `instances`: `(n, H, W)` uint8, whose pixel each is: the box's place counted from 1, or 0;
- `lanes`: `(n, L, R)` float32 columns [px] of lane lines in the rows of the source's `lane_rows`,
  negative where a line is not seen;
- `projections`: `(n, C, 3, 4)` float32, how each of C calibrated cameras sees places in the frame
  of the quantities, see `CameraRig.projections`;
- `quantities`: `(n, Q)` float32, in the order of the names of this label;
- `group_<name>`: `(n,)` or `(n, k)` float64, what varied, to judge groups by.
"""

_IMAGES = {
    "depth": ("depth_m",),
    "semantic": tuple(kind.name.lower() for kind in SemanticClass),
    "instance": ("instance",),
}

DRAWN_TOGETHER = 64
"""Samples of a batch where many are drawn."""


class SampleSource(Protocol):
    """Draws labelled frames of a world; any pose is a sample, so that nothing has to be stepped.

    A class of sources is made with `split`, `seed` and options of its own, by keyword.
    """

    @property
    def labels(self) -> Mapping[str, tuple[str, ...]]:
        """What can be labelled, each with the names of what it tells, in their order.

        These are classes, or quantities with their units (`lane_offset_m`); a label whose numbers
        need no names has none.
        """
        ...

    def description(self) -> dict[str, Any]:
        """Return what decides the samples, in JSON values: world, split, seed, options."""
        ...

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Return `count` samples with some of the `labels`.

        They follow from the source's seed, `batch` and `count` alone.
        """
        ...


def image_labels(*others: str) -> dict[str, tuple[str, ...]]:
    """Return the labels that are images as they are rendered, each with the names of what it tells.

    Args:
        others: Names of the cameras besides the first.
    """
    ends = ("", *(f"_{name}" for name in others))
    return {f"{image}{end}": names for end in ends for image, names in _IMAGES.items()}


def draw_many(
    source: SampleSource, count: int, labels: tuple[str, ...], batch: int = DRAWN_TOGETHER
) -> Samples:
    """Return `count` samples, drawn in batches of `batch`, each written where it stays."""
    samples: Samples = {}
    for number, some in enumerate(drawn(source, count, labels, batch)):
        for name, values in some.items():
            if name not in samples:
                samples[name] = np.empty((count, *values.shape[1:]), values.dtype)
            samples[name][number * batch : number * batch + len(values)] = values
    return samples


def drawn(
    source: SampleSource,
    count: int,
    labels: tuple[str, ...],
    batch: int = DRAWN_TOGETHER,
    skipped: int = 0,
) -> Iterator[Samples]:
    """Yield `count` samples in batches of `batch`, of which the last may be smaller.

    The first `skipped` batches are left out.
    """
    for number in range(skipped, -(-count // batch)):
        yield source.draw(number, min(batch, count - number * batch), labels)
