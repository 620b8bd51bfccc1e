"""Where numbers put the lane in the image: against hand-derived places and labelled lines."""

import math

import numpy as np
import pytest
from small_scene import camera_at

from autonomy.envs.lane.options import FRONT
from autonomy.envs.lane.samples import LaneSamples
from autonomy.perception.estimates import Estimates
from autonomy.perception.lane.lines import estimated_lines, segmented_lines
from autonomy.perception.lane.metrics import ABSENT, lane_line_metrics
from autonomy.perception.lane.shape import LANE_QUANTITIES, boundary_pixels, lane_boundaries

SIZE = (96, 160)
CAMERA = FRONT.sized(*SIZE)
NAMES = ("background", "road", "own_lane", "marking_solid")


def lane(offset: float = 0.0, heading: float = 0.0, curvature: float = 0.0) -> np.ndarray:
    return np.array([[offset, heading, curvature, curvature, curvature, 3.0]], np.float32)


def test_a_straight_lane_is_two_parallels_beside_the_car() -> None:
    left, right = lane_boundaries(lane(offset=0.5), reach=30.0)[0]
    assert left[:, 1] == pytest.approx(np.full(len(left), 1.0))  # 1.5 m - 0.5 m
    assert right[:, 1] == pytest.approx(np.full(len(right), -2.0))
    assert left[-1, 0] == pytest.approx(30.0)


def test_a_car_that_looks_to_the_left_sees_the_lane_go_to_the_right() -> None:
    left, _ = lane_boundaries(lane(heading=0.2), reach=30.0)[0]
    slopes = np.diff(left[:, 1]) / np.diff(left[:, 0])
    assert slopes == pytest.approx(np.full(len(slopes), -math.tan(0.2)))


def test_a_bend_lies_on_circles_around_one_middle() -> None:
    left, right = lane_boundaries(lane(curvature=0.02), reach=40.0)[0]  # radius 50 m, to the left
    for boundary, radius in ((left, 48.5), (right, 51.5)):
        distances = np.hypot(boundary[:, 0], boundary[:, 1] - 50.0)
        assert distances == pytest.approx(np.full(len(boundary), radius), abs=0.01)


def test_pixels_of_a_boundary_by_hand() -> None:
    """A level camera 2 m high: what is 20 m ahead lies f 2 / 20 under the horizon."""
    mounted = camera_at(101, 201, math.radians(90.0), position=(0.0, 0.0, 2.0))
    boundary = np.array([[-5.0, 1.0, 0.0], [10.0, 1.0, 0.0], [20.0, 1.0, 0.0], [15.0, 9.0, 0.0]])
    focal = 100.5
    assert boundary_pixels(boundary, mounted) == pytest.approx(
        np.array([[100 - focal / 10, 50 + focal / 5], [100 - focal / 20, 50 + focal / 10]])
    )


def test_true_quantities_and_true_segments_give_the_labelled_lines() -> None:
    source = LaneSamples("test", 0, SIZE, "none")
    samples = source.draw(0, 64, ("quantities", "lanes", "segments"))
    truth, rows = samples["lanes"][:, 1:3], source.lane_rows
    quantities = samples["quantities"]
    exact = Estimates(quantities, np.full_like(quantities, 0.01))
    for lines, least in (
        (estimated_lines(exact, CAMERA, rows), 0.97),
        (segmented_lines(samples["segments"], source.labels["segments"], rows), 0.93),
    ):
        metrics = lane_line_metrics(lines, truth, rows, SIZE)
        assert metrics["tusimple_accuracy"] > 0.95
        assert metrics["culane_f1"] > least


def test_without_a_lane_there_are_no_lines() -> None:
    nothing = Estimates(lane(), np.full((1, len(LANE_QUANTITIES)), np.inf, np.float32))
    assert (estimated_lines(nothing, CAMERA, np.arange(50.0, 96.0)) == ABSENT).all()
    classes = np.zeros((1, 8, 12), np.uint8)
    assert (segmented_lines(classes, NAMES, np.arange(8.0)) == ABSENT).all()


def test_lines_of_segments_are_the_middles_of_markings() -> None:
    row = [0, 1, 3, 3, 2, 2, 2, 2, 1, 1, 3, 0]  # marked at the left; none at the right edge
    classes = np.array([[row, [2] * 12]], np.uint8)
    lines = segmented_lines(classes, NAMES, np.arange(2.0))
    assert lines[0, :, 0].tolist() == [2.5, 7.5]
    assert lines[0, :, 1].tolist() == [ABSENT, ABSENT]  # the lane goes on beyond the image
