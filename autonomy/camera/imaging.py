"""What a camera's sensor makes of the light: blur, exposure and noise, on rendered frames."""

import math
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from autonomy.compiled import compiled, compiled_parallel

_WHITE = np.float32(255.0)
_CHANNELS = 3
_REACH = 3.0  # standard deviations after which a Gaussian is cut off

# MurmurHash3's finalizer (Appleby), between whose rounds a key is added
_FIRST, _SECOND, _STRIDE = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35), np.uint32(0x9E3779B9)
# Four uniform bytes add up to nearly a normal distribution (Irwin-Hall), up to 3.4 deviations.
_BYTE, _BYTES_MEAN = np.uint32(255), np.float32(4 * 255 / 2)
_PER_DEVIATION = np.float32(1.0 / math.sqrt(4 * (256**2 - 1) / 12))


@compiled_parallel
def capture(rgb: NDArray[np.uint8], draws: NDArray[np.void], keys: NDArray[np.uint64]) -> None:
    """Disturb frames `(n, H, W, 3)`, in place.

    The light is blurred, scaled by the exposure, and read with noise whose variance is
    read_noise^2 + shot_noise^2 * value / 255, photons being counted (Foi et al., "Practical
    Poissonian-Gaussian noise modeling and fitting for single-image raw-data", 2008). Bytes are
    taken as they are, as if they were linear.

    Args:
        rgb: The frames.
        draws: `(n,)` with the fields of `SensorRandomization`.
        keys: `(n,)` from which the noise of each frame follows.
    """
    for frame in prange(rgb.shape[0]):
        _capture(rgb[np.int64(frame)], draws[np.int64(frame)], keys[np.int64(frame)])


@compiled
def _capture(rgb: NDArray[np.uint8], drawn: Any, key: np.uint64) -> None:
    height, length = rgb.shape[0], rgb.shape[1] * _CHANNELS
    image = rgb.reshape(height, length)
    light, weights = image.copy(), _gaussian(drawn.blur)
    margin = _CHANNELS * (len(weights) // 2)
    column, row = np.empty(length + 2 * margin, np.float32), np.empty(length, np.float32)
    gain = np.float32(drawn.exposure)
    read, shot = np.float32(drawn.read_noise**2), np.float32(drawn.shot_noise**2) / _WHITE
    for y in range(height):
        _blur_down(light, y, weights, column[margin : margin + length])
        _repeat_ends(column, margin)
        _blur_across(column, weights, row)
        row *= gain
        if read + shot > np.float32(0.0):
            _add_noise(row, read, shot, key + np.uint64(y * length))
        _store(row, image[y])


@compiled
def _gaussian(deviation: float) -> NDArray[np.float32]:
    """Return the weights `(2 r + 1,)` of a Gaussian of a standard deviation [px]."""
    radius = math.ceil(_REACH * deviation)
    weights = np.ones(2 * radius + 1, np.float32)
    for k in range(1, radius + 1):
        weights[radius - k] = weights[radius + k] = math.exp(-0.5 * (k / deviation) ** 2)
    return weights / weights.sum()


@compiled
def _blur_down(
    light: NDArray[np.uint8], y: int, weights: NDArray[np.float32], column: NDArray[np.float32]
) -> None:
    """Fill `column` with what a row and its neighbours come to; the border goes on outwards."""
    radius = len(weights) // 2
    column[:] = 0.0
    for k in range(len(weights)):
        source, weight = light[min(max(y + k - radius, 0), len(light) - 1)], weights[k]
        for x in range(np.uint64(len(column))):
            column[x] += weight * np.float32(source[x])


@compiled
def _repeat_ends(row: NDArray[np.float32], margin: int) -> None:
    """Fill the margins of a row of pixels with its first and its last one."""
    last = len(row) - margin - _CHANNELS
    for x in range(margin):
        row[x] = row[margin + x % _CHANNELS]
        row[len(row) - margin + x] = row[last + x % _CHANNELS]


@compiled
def _blur_across(
    column: NDArray[np.float32], weights: NDArray[np.float32], row: NDArray[np.float32]
) -> None:
    row[:] = 0.0
    for k in range(len(weights)):
        source, weight = column[_CHANNELS * k : _CHANNELS * k + len(row)], weights[k]
        for x in range(np.uint64(len(row))):
            row[x] += weight * source[x]


@compiled
def _add_noise(
    row: NDArray[np.float32], read: np.float32, shot: np.float32, key: np.uint64
) -> None:
    """Add noise of variance read + shot * value; a key gives always the same."""
    low, high = np.uint32(key), np.uint32(key >> np.uint64(32))
    for x in range(np.uint64(len(row))):
        bits = low + np.uint32(x)
        bits = np.uint32(bits * _STRIDE)
        bits = np.uint32((bits ^ (bits >> np.uint32(16))) * _FIRST) ^ high
        bits = np.uint32((bits ^ (bits >> np.uint32(13))) * _SECOND)
        bits ^= bits >> np.uint32(16)
        total = (
            (bits & _BYTE)
            + (bits >> np.uint32(8) & _BYTE)
            + (bits >> np.uint32(16) & _BYTE)
            + (bits >> np.uint32(24))
        )
        normal = (np.float32(np.int32(total)) - _BYTES_MEAN) * _PER_DEVIATION
        row[x] += normal * np.sqrt(read + shot * row[x])


@compiled
def _store(row: NDArray[np.float32], image: NDArray[np.uint8]) -> None:
    for x in range(np.uint64(len(row))):
        rounded = row[x] + np.float32(0.5)
        image[x] = np.uint8(np.int32(min(max(rounded, np.float32(0.0)), _WHITE)))
