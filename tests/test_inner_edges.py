"""Circuits that are tighter than they are wide: their inner edge is eased, and it is said."""

import math
from pathlib import Path

import numpy as np
import pytest
from circuit_cases import drop, even, write_circuit
from lane_cases import make
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from road_cases import crossing_sections

from autonomy.envs.lane.roads.inner_edge import eased_widths
from autonomy.envs.lane.roads.road import Road, free_width
from autonomy.envs.lane.roads.road_files import read_circuit
from autonomy.errors import InputError


def ring(radius: float) -> NDArray[np.float64]:
    return even(lambda t: radius * np.column_stack([np.cos(t), np.sin(t)]), step=2.0)


def smoothed(radius: float) -> float:
    """A circle convolved with a Gaussian of 4 m along it is a smaller circle."""
    return radius * math.exp(-(4.0**2) / (2 * radius**2))


def block(size: float = 120.0) -> NDArray[np.float64]:
    """A square with sharp corners, to the left."""
    corners = size * np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], np.float64)
    at = np.arange(0.0, 4.0 * size, 4.0)
    return np.column_stack([np.interp(at, size * np.arange(5), side) for side in corners.T])


def test_an_inner_edge_is_eased_to_the_least_radius(tmp_path: Path) -> None:
    """A circle of 20 m, smoothed 19.60 m, and 16 m wide to its inside: 6.2 m are left there."""
    path = write_circuit(tmp_path / "ring.csv", ring(20.0), right=4.0, left=16.0)
    with pytest.warns(UserWarning, match=r"its inner edge is eased by up to 2\.6 m from 0 m to 12"):
        road = read_circuit(path)
    assert_allclose(road.boundaries[:, -1], smoothed(20.0) - 6.2, atol=0.05)
    assert_allclose(road.boundaries[:, 0], -4.0)


def test_an_inner_edge_moves_beyond_the_line_where_it_must(tmp_path: Path) -> None:
    """A circle of 7 m, smoothed 5.95 m: the inner edge lies 0.25 m outside of it."""
    path = write_circuit(tmp_path / "ring.csv", ring(7.0), right=6.0, left=3.0)
    with pytest.warns(UserWarning, match=r"eased by up to 3\.3 m .*, which leaves 2 of 3 lanes"):
        road = read_circuit(path)
    assert smoothed(7.0) == pytest.approx(5.95, abs=0.01)
    assert_allclose(road.boundaries[:, -1], smoothed(7.0) - 6.2, atol=0.05)
    assert_allclose(road.boundaries[:, 0], -6.0)
    assert road.lane_count == 2


def corner_road(tmp_path: Path, right: float, left: float) -> Road:
    return read_circuit(write_circuit(tmp_path / "block.csv", block(), right, left))


def test_a_sharp_corner_is_eased_inside_only_and_nowhere_else(tmp_path: Path) -> None:
    """A right angle, smoothed by s = 4 m, has a radius of s sqrt(2 pi) / sqrt(8) = 3.54 m.

    There its derivatives by the way along the corner are cos(45 deg) and sqrt(2) / (s sqrt(2 pi)).
    """
    with pytest.warns(UserWarning, match="bends more tightly than its width allows") as told:
        road = corner_road(tmp_path, right=6.0, left=4.0)
    assert 1 / road.curvature.max() == pytest.approx(3.54, abs=0.15)
    assert_allclose(road.boundaries[:, 0], -6.0)
    inner = road.boundaries[:, -1]
    assert inner.min() == pytest.approx(3.54 - 6.2, abs=0.15)
    assert (inner > 3.99).mean() > 0.6
    assert np.abs(np.diff(inner)).max() < 0.75  # from one metre to the next
    # at 0, 120, 240 and 360 m; the first leads over the start
    (warning,) = told
    said = str(warning.message)
    assert said.count("by up to") == 4
    assert said.startswith(f"{tmp_path}/block.csv bends more tightly than its width allows, so")
    inside = 1 / np.maximum(road.curvature, 1e-3) - inner
    assert inside.min() >= 6.0


def test_the_expert_drives_around_eased_corners(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="inner edge is eased"):
        road = corner_road(tmp_path, right=6.0, left=4.0)
    world = make(4, roads=road, route_length=None, observations=("state",), split="test")
    world.reset(seed=1)
    expert = world.expert()
    ended = np.zeros(4, bool)
    for _ in range(1500):
        *_, info = world.step(expert.act({}))
        ended |= info["success"]
        assert set(info["episode_end"]) <= {"", "success"}
        if ended.all():
            break
    assert ended.all()


@pytest.mark.parametrize(("radius", "width"), [(7.5, 8.0), (9.0, 12.0)])
def test_a_hairpin_tighter_than_half_its_width_does_not_fold(
    tmp_path: Path, radius: float, width: float
) -> None:
    """Nor do its legs touch, which lead apart: the inner edge moves, the outer one stays."""
    path = write_circuit(tmp_path / "drop.csv", drop(radius), width, width)
    with pytest.warns(UserWarning, match="inner edge is eased by up to"):
        road = read_circuit(path)
    right, left = -road.boundaries[:, 0], road.boundaries[:, -1]
    assert_allclose(right, width)
    tightest = 1 / road.curvature.max()
    assert 6.5 < tightest < width
    assert left.min() == pytest.approx(tightest - 6.2, abs=0.05)
    assert left.max() == pytest.approx(width)
    assert not crossing_sections(road, right, left)
    assert not crossing_sections(road, *free_width(road).T)


def test_legs_that_touch_beside_each_other_are_refused(tmp_path: Path) -> None:
    """Two straights 20 m apart, 12 m wide to both sides."""
    path = write_circuit(tmp_path / "legs.csv", drop(10.0, 10.1), 12.0, 12.0)
    with pytest.raises(InputError, match=r"cross or touch itself, unless .* 0.0 m apart in height"):
        read_circuit(path)


def test_a_bend_without_room_for_a_lane_outside_is_refused(tmp_path: Path) -> None:
    """An inner edge 2.7 m outside of the line leaves nothing of 2.5 m to the right."""
    with pytest.raises(InputError, match=r"bends too tightly for its width, .* at least 6.0 m"):
        corner_road(tmp_path, right=2.5, left=4.0)


def test_wide_bends_are_left_as_they_are() -> None:
    widths = np.tile((5.0, 7.0), (200, 1))
    assert_allclose(eased_widths(widths, np.full(200, 1 / 30.0), 1.0), widths)
    # 1 / 12 to the left: 12 - 6.2 are left inside
    eased = eased_widths(widths, np.full(200, 1 / 12.0), 1.0)
    assert_allclose(eased, np.tile((5.0, 5.8), (200, 1)))
