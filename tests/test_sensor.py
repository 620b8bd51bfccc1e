"""What sensors make of frames, by numbers derived by hand, and against OpenCV."""

from typing import Any

import cv2
import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from autonomy.camera.latency import Latency
from autonomy.camera.sensor import STRONG, Sensor, SensorRandomization
from autonomy.errors import InputError
from autonomy.randomization import between

RANDOM = np.random.default_rng(0).integers(0, 256, (5, 20, 26, 3), dtype=np.uint8)


def grey(value: int) -> NDArray[np.uint8]:
    return np.full((4, 64, 64, 3), value, np.uint8)


def captured(
    frames: NDArray[np.uint8], camera: int = 0, elapsed: int = 0, **values: float
) -> NDArray[np.uint8]:
    """Frames as sensors of constant settings give them; each row has noise of its own."""
    ranges = SensorRandomization(**{name: between(one, one) for name, one in values.items()})
    count = len(frames)
    sensor, rows = Sensor(ranges, count, "train", {}), np.arange(count)
    sensor.draw(rows, np.tile((rows[:, np.newaxis] + 0.5) / count, (1, sensor.draw_count)))
    return sensor.capture(frames.copy(), camera, rows, np.full(count, elapsed))


def test_a_sensor_that_does_nothing_changes_nothing() -> None:
    np.testing.assert_array_equal(captured(RANDOM), RANDOM)


@pytest.mark.parametrize(
    ("value", "exposure", "expected"),
    [(0, 2.0, 0), (60, 2.0, 120), (200, 2.0, 255), (100, 0.5, 50), (255, 0.0, 0), (3, 1.5, 5)],
)
def test_exposure_scales_and_saturates(value: int, exposure: float, expected: int) -> None:
    assert (captured(grey(value), exposure=exposure) == expected).all()


@pytest.mark.parametrize("deviation", [0.3, 0.8, 1.5])
def test_blur_is_opencvs(deviation: float) -> None:
    size = 2 * int(np.ceil(3 * deviation)) + 1
    for frame, ours in zip(RANDOM, captured(RANDOM, blur=deviation), strict=True):
        theirs = cv2.GaussianBlur(
            frame.astype(np.float64), (size, size), deviation, borderType=cv2.BORDER_REPLICATE
        )
        np.testing.assert_allclose(ours, theirs, atol=0.501)


def test_blur_leaves_a_plain_frame_alone_and_may_be_wider_than_it() -> None:
    np.testing.assert_array_equal(captured(grey(77), blur=30.0), grey(77))


@pytest.mark.parametrize(
    ("value", "settings", "variance"),
    [
        (128, {"read_noise": 8.0}, 64.0),
        (51, {"shot_noise": 10.0}, 20.0),  # 100 * 51 / 255
        (204, {"shot_noise": 10.0}, 80.0),
        (60, {"shot_noise": 5.0, "read_noise": 3.0, "exposure": 2.0}, 25.0 * 120 / 255 + 9.0),
    ],
)
def test_noise_has_the_variance_that_was_asked_for(
    value: int, settings: dict[str, float], variance: float
) -> None:
    found = captured(grey(value), **settings).astype(float)
    expected = value * settings.get("exposure", 1.0)
    assert found.mean() == pytest.approx(expected, abs=0.15)
    rounding = 1 / 12
    assert found.var() == pytest.approx(variance + rounding, rel=0.03)


def test_noise_repeats_neither_in_a_frame_nor_between_frames() -> None:
    def noise(**place: int) -> NDArray[Any]:
        return captured(grey(128), read_noise=8.0, **place).astype(float) - 128.0

    one = noise()
    others = [
        np.roll(one, 1, axis=3),  # the next colour
        np.roll(one, 1, axis=2),  # the next pixel
        np.roll(one, 1, axis=1),  # the next row
        np.roll(one, 1, axis=0),  # another world
        noise(elapsed=1),
        noise(camera=1),
        noise(camera=2),
    ]
    for other in others:
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.02
    np.testing.assert_array_equal(noise(), one)


def test_frames_depend_neither_on_neighbours_nor_on_threads() -> None:
    uniform = np.random.default_rng(1).random((5, Sensor(STRONG, 5, "train", {}).draw_count))

    def all_at_once(rows: NDArray[np.intp]) -> NDArray[np.uint8]:
        sensor = Sensor(STRONG, 5, "train", {})
        sensor.draw(rows, uniform[rows])
        return sensor.capture(RANDOM[rows], 0, rows, np.full(len(rows), 3))

    expected = all_at_once(np.arange(5))
    for row in range(5):
        np.testing.assert_array_equal(all_at_once(np.array([row]))[0], expected[row])
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        np.testing.assert_array_equal(all_at_once(np.arange(5)), expected)
    finally:
        numba.set_num_threads(threads)


def test_what_is_late_is_what_was_stored_before() -> None:
    latency, rows = Latency(3, 2, {"frame": ((), np.int64)}), np.arange(3)
    delay = np.array([0, 1, 2])
    shown: list[Any] = []
    for step in range(5):
        elapsed = np.full(3, step)
        for _ in range(2):  # twice is once
            latency.store("frame", 10 * rows + step, rows, elapsed)
        shown.append(latency.read("frame", rows, elapsed, delay).tolist())
    assert shown == [[0, 10, 20], [1, 10, 20], [2, 11, 20], [3, 12, 21], [4, 13, 22]]


def test_an_episode_begins_with_its_own_first_frame() -> None:
    latency, row = Latency(1, 2, {"frame": ((), np.int64)}), np.zeros(1, np.intp)
    for elapsed, value in ((0, 5), (1, 6), (2, 7), (0, 8)):
        latency.store("frame", np.array([value]), row, np.array([elapsed]))
    assert latency.read("frame", row, np.array([0]), np.array([2])) == 8


@pytest.mark.parametrize("name", ["exposure", "blur", "shot_noise", "read_noise", "latency"])
def test_sensors_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"a sensor's {name} must not be negative, got -0\.5"):
        SensorRandomization(**{name: between(-0.5, 1.0)})


def test_a_lens_without_length_is_refused() -> None:
    with pytest.raises(InputError, match=r"a camera's zoom must be positive, got 0\.0"):
        SensorRandomization(zoom=between(0.0, 1.0))
