"""The classical lane finder: straight roads, bends, and honesty where there is nothing."""

from dataclasses import replace

import numpy as np
import pytest

from autonomy.envs.lane.options import FRONT
from autonomy.envs.lane.samples import LaneSamples
from autonomy.errors import InputError
from autonomy.perception.lane.finder import LaneFinder
from autonomy.perception.lane.fit import fit_lane
from autonomy.perception.lane.marks import Marks

SIZE = (96, 160)


def finder() -> LaneFinder:
    return LaneFinder(FRONT.sized(*SIZE))


def paint(*lines: float, slope: float = 0.0, bend: float = 0.0) -> Marks:
    x = np.arange(2.0, 16.0, 0.5)
    y = np.concatenate([line + slope * x + 0.5 * bend * x**2 for line in lines])
    x = np.tile(x, len(lines))
    return Marks(x, y, np.full_like(x, 0.05), np.full_like(x, 0.5), np.ones_like(x))


@pytest.mark.parametrize(("slope", "bend"), [(0.0, 0.0), (0.2, -0.02), (-0.3, 0.03)])
def test_a_fit_goes_through_exact_paint(slope: float, bend: float) -> None:
    fit = fit_lane(paint(5.1, 1.2, -2.1, slope=slope, bend=bend))  # the car is in the right lane
    assert fit is not None
    assert fit.values[:4] == pytest.approx(np.array([1.2, -2.1, slope, bend]), abs=0.02)
    assert (np.sqrt(np.diag(fit.covariance))[:4] < [0.1, 0.1, 0.05, 0.01]).all()


def test_one_line_is_no_lane() -> None:
    assert fit_lane(paint(1.2)) is None


def test_most_lanes_are_found_and_most_of_those_to_a_decimetre_or_two() -> None:
    samples = LaneSamples("validation", 3, SIZE, "none").draw(0, 128, ("quantities",))
    result = finder().perceive(samples)
    found = np.isfinite(result.std).all(axis=1)
    assert found.mean() > 0.8
    errors = np.abs(result.mean - samples["quantities"])[found]
    assert np.median(errors, axis=0) == pytest.approx(np.zeros(6), abs=0.1)
    assert (errors[:, 0] < 0.2).mean() > 0.75
    assert (result.mean[~found] == 0.0).all()


def test_metrics_count_only_what_was_found() -> None:
    samples = LaneSamples("validation", 3, SIZE, "none").draw(0, 32, ("quantities",))
    samples["camera"][:8] = 90  # nothing to see
    own = finder()
    result = own.perceive(samples)
    assert np.isinf(result.std[:8]).all()
    metrics = own.measure(result, samples)
    assert metrics["found"] == np.isfinite(result.std[:, 0]).mean() <= 0.75
    assert metrics["rms_heading_error_rad"] < 0.2


def test_a_lens_with_distortion_and_frames_of_no_colour_are_refused() -> None:
    with pytest.raises(InputError, match="without distortion"):
        LaneFinder(replace(FRONT, camera=replace(FRONT.camera, distortion=(-0.1, 0.0, 0.0, 0.0))))
    with pytest.raises(InputError, match="must be uint8"):
        finder().perceive({"camera": np.zeros((1, *SIZE), np.uint8)})
