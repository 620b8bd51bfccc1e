"""Lane line metrics on cases made by hand, at the sizes that the benchmarks were made for."""

import math

import numpy as np
import pytest

from autonomy.perception.lane.metrics import ABSENT, CULane, culane, lane_line_metrics, tusimple

ROWS = np.arange(160, 720, 10, dtype=np.float32)  # TuSimple's 56
SIZE = (720, 1280)


def line(column: float, slope: float = 0.0) -> np.ndarray:
    return (column + slope * (ROWS - ROWS[0])).astype(np.float32)


def lines(*each: np.ndarray) -> np.ndarray:
    return np.stack(each) if each else np.zeros((0, len(ROWS)), np.float32)


def test_the_same_lines_are_all_right() -> None:
    truth = lines(line(300), line(700))
    assert tusimple(truth[::-1], truth, ROWS, 1280) == (1.0, 0.0, 0.0)
    assert culane(truth[::-1], truth, ROWS, SIZE) == (2, 0, 0)


@pytest.mark.parametrize(("shift", "right"), [(19.0, True), (21.0, False), (-19.0, True)])
def test_a_vertical_line_may_be_twenty_pixels_off(shift: float, right: bool) -> None:
    truth = lines(line(600))
    expected = (1.0, 0.0, 0.0) if right else (0.0, 1.0, 1.0)
    assert tusimple(truth + shift, truth, ROWS, 1280) == expected


@pytest.mark.parametrize(("shift", "right"), [(28.0, True), (28.6, False)])
def test_a_line_at_45_degrees_may_be_farther_off(shift: float, right: bool) -> None:
    truth = lines(line(100, slope=1.0))  # 20 / cos 45° = 28.28 px
    assert tusimple(truth + shift, truth, ROWS, 1280).accuracy == float(right)


def test_the_tolerance_is_of_an_image_1280_wide() -> None:
    truth = lines(line(60))
    assert tusimple(truth + 2.4, truth, ROWS, 160).accuracy == 1.0  # 20 px become 2.5
    assert tusimple(truth + 2.6, truth, ROWS, 160).accuracy == 0.0


def test_a_line_matches_with_85_percent_of_its_points() -> None:
    truth = lines(line(600))
    most, fewer = truth.copy(), truth.copy()
    most[0, :8] = ABSENT  # 48 of 56 are 85.7 %
    fewer[0, :9] = ABSENT  # 47 of 56 are 83.9 %
    assert tusimple(most, truth, ROWS, 1280) == (pytest.approx(48 / 56), 0.0, 0.0)
    assert tusimple(fewer, truth, ROWS, 1280) == (pytest.approx(47 / 56), 1.0, 1.0)


def test_points_that_are_absent_in_both_are_right() -> None:
    truth = lines(line(600))
    truth[0, :30] = ABSENT
    assert tusimple(truth + 5 * (truth >= 0), truth, ROWS, 1280).accuracy == 1.0


def test_lines_too_many_and_too_few() -> None:
    truth = lines(line(300), line(700))
    one = lines(line(300))
    assert tusimple(one, truth, ROWS, 1280) == (0.5, 0.0, 0.5)
    assert tusimple(truth, one, ROWS, 1280) == (1.0, 0.5, 0.0)
    assert tusimple(lines(), truth, ROWS, 1280) == (0.0, 0.0, 1.0)
    four = lines(*(line(column) for column in (100, 300, 500, 700)))
    assert tusimple(four, one, ROWS, 1280) == (0.0, 0.0, 1.0)  # three too many


def test_the_worst_of_five_lines_is_forgiven() -> None:
    truth = lines(*(line(column) for column in (100, 300, 500, 700, 900)))
    assert tusimple(truth[:4], truth, ROWS, 1280) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(("shift", "matches"), [(9.0, 1), (11.0, 0)])
def test_lines_overlap_by_half_within_a_third_of_their_width(shift: float, matches: int) -> None:
    truth = lines(line(800))  # (30 - s) / (30 + s) is 1/2 at s = 10 px of an image 1640 wide
    counts = culane(truth + shift, truth, ROWS, (720, 1640))
    assert counts == (matches, 1 - matches, 1 - matches)


def test_a_line_matches_once() -> None:
    truth = lines(line(300), line(700))
    twice = lines(line(300), line(303))
    counts = culane(twice, truth, ROWS, SIZE)
    assert counts == (1, 1, 1)
    assert counts.f1 == 0.5
    assert culane(lines(), truth, ROWS, SIZE) == (0, 0, 2)
    assert CULane(0, 0, 0).f1 == 1.0


def test_many_images_are_averaged_or_counted_together() -> None:
    truth = np.stack([lines(line(300), line(700)), lines(line(400), np.full(len(ROWS), ABSENT))])
    found = np.stack([lines(line(300), line(700)), lines(line(800), np.full(len(ROWS), ABSENT))])
    metrics = lane_line_metrics(found.astype(np.float32), truth.astype(np.float32), ROWS, SIZE)
    assert metrics == {
        "tusimple_accuracy": 0.5,
        "tusimple_false_positives": 0.5,
        "tusimple_false_negatives": 0.5,
        "culane_f1": pytest.approx(2 * 2 / (2 * 2 + 1 + 1)),
    }
    assert math.isclose(lane_line_metrics(truth, truth, ROWS, SIZE)["culane_f1"], 1.0)
