"""The lenses and sensors of N worlds' cameras: what each does to its images in an episode."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.imaging import capture
from autonomy.camera.latency import Latency
from autonomy.errors import InputError
from autonomy.randomization import Range, Sampler, between, in_split
from autonomy.world_state import Bounds, State

_STEP, _CAMERA = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03)  # odd, as bits fall


@dataclass(frozen=True)
class SensorRandomization:
    """What lens and sensor do to their images; by default nothing, at no cost.

    Exposure, blur and noise are of the colours alone: depth and labels stay exact. All images are
    late together.

    Attributes:
        exposure: Factor of the light.
        blur: Standard deviation of a Gaussian [px].
        shot_noise: Standard deviation of the noise of what is white, out of 255; it falls with the
            root of the light.
        read_noise: Standard deviation of the noise everywhere, out of 255.
        latency: Control steps by which images are late, rounded down.
        zoom: Factor of the focal length; a camera with distortion keeps its own.

    Raises:
        InputError: A range begins below zero, or that of the zoom at zero.
    """

    exposure: Range = between(1.0, 1.0)
    blur: Range = between(0.0, 0.0)
    shot_noise: Range = between(0.0, 0.0)
    read_noise: Range = between(0.0, 0.0)
    latency: Range = between(0.0, 0.0)
    zoom: Range = between(1.0, 1.0)

    def __post_init__(self) -> None:
        for field in fields(self):
            low = getattr(self, field.name).low[0]
            if not low >= 0.0:
                raise InputError(f"a sensor's {field.name} must not be negative, got {low}")
        if self.zoom.low[0] == 0.0:
            raise InputError("a camera's zoom must be positive, got 0.0")


PERFECT = SensorRandomization()
"""A sensor that does nothing."""
STRONG = SensorRandomization(
    exposure=between(0.6, 1.5),
    blur=between(0.0, 0.8),
    shot_noise=between(0.0, 10.0),
    read_noise=between(0.0, 5.0),
    latency=between(0.0, 3.0),
    zoom=between(0.95, 1.05),
)
"""A poor camera, at 84 x 84 pixels."""


class Sensor:
    """What the sensors of N worlds drew, and what is still on its way from them."""

    def __init__(
        self,
        ranges: SensorRandomization,
        num_envs: int,
        split: str,
        entries: Mapping[str, tuple[tuple[int, ...], Any]],
    ) -> None:
        """Prepare for N worlds of a split; `entries` are as `Latency` takes them."""
        self._sampler, self._split = Sampler(ranges, split), split
        captured = replace(ranges, latency=PERFECT.latency, zoom=PERFECT.zoom)
        self._disturbs = captured != PERFECT
        self._draws = np.zeros((num_envs, self._sampler.size))
        self._keys = np.zeros(num_envs, np.uint64)
        longest = ranges.latency.largest_floor
        self._latency = Latency(num_envs, longest, entries) if longest else None

    @property
    def draw_count(self) -> int:
        """Random numbers that an episode takes."""
        return self._sampler.size + 1

    def draw(self, rows: NDArray[np.intp], uniform: NDArray[np.float64]) -> None:
        """Begin episodes in n rows with numbers in [0, 1) `(n, draw_count)`."""
        self._draws[rows] = self._sampler.sample(uniform[:, :-1])
        key = in_split(uniform[:, -1], self._split)
        self._keys[rows] = (key * 2.0**53).astype(np.uint64)
        if self._latency:
            self._latency.clear(rows)

    def drawn(self) -> dict[str, NDArray[np.float64]]:
        """Return what was drawn, each `(N,)`."""
        return self._sampler.named(self._draws.copy())

    def zoom(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the factors `(n,)` of the focal lengths of some rows."""
        return self._sampler.named(self._draws[rows])["zoom"]

    def capture(
        self,
        rgb: NDArray[np.uint8],
        camera: int,
        rows: NDArray[np.intp],
        elapsed: NDArray[np.int64],
    ) -> NDArray[np.uint8]:
        """Return frames `(n, H, W, 3)` of one camera as the sensors of some rows give them."""
        if not self._disturbs:
            return rgb
        own = np.ascontiguousarray(rgb)
        place = np.array([camera], np.uint64)
        keys = _mixed(self._keys[rows] + _STEP * elapsed.astype(np.uint64) + _CAMERA * place)
        capture(own, self._sampler.records(self._draws[rows]), keys)
        return own

    def delayed(
        self,
        name: str,
        values: NDArray[Any],
        rows: NDArray[np.intp],
        elapsed: NDArray[np.int64],
    ) -> NDArray[Any]:
        """Keep what some rows gave `(n, ...)` now, and return what arrives now."""
        if self._latency is None:
            return values
        self._latency.store(name, values, rows, elapsed)
        delay = self._sampler.named(self._draws[rows])["latency"].astype(np.int64)
        return self._latency.read(name, rows, elapsed, delay)

    def bounds(self) -> Bounds:
        """Return the bounds of what was drawn."""
        return {"sensor_draws": self._sampler.bounds}

    def arrays(self) -> State:
        """Return everything that changes."""
        late = self._latency.arrays() if self._latency else {}
        return {"sensor_draws": self._draws, "sensor_keys": self._keys, **late}


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter keys that are near each other (Steele et al., splitmix64, 2014)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
