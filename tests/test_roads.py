"""Roads: what every road promises, and where generated ones come from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_cases import circle, crossing_sections, eight, road_along, same

from autonomy.envs.lane.roads.drivable import check_drivable
from autonomy.envs.lane.roads.road import Road, free_width
from autonomy.envs.lane.roads.road_distribution import RoadDistribution
from autonomy.envs.lane.roads.road_generator import SPLITS, generate_road
from autonomy.envs.lane.roads.road_json import road_from_json, road_to_json
from autonomy.errors import InputError


@pytest.fixture(scope="module")
def roads() -> list[Road]:
    return [generate_road(SPLITS["test"][index]) for index in range(250)]


@given(radius=st.floats(12.0, 300.0), edge=st.floats(2.5, 5.0))
@settings(max_examples=25, deadline=None)
def test_a_circle_is_drivable_and_its_land_ends_before_its_centre(
    radius: float, edge: float
) -> None:
    road = circle(radius, edge)
    check_drivable(road)
    assert road.length == pytest.approx(2 * np.pi * radius, rel=1e-2)
    np.testing.assert_allclose(np.hypot(*road.at_offset(edge).T), radius - edge, rtol=1e-3)
    right, left = free_width(road, limit=40.0).T
    np.testing.assert_allclose(left, max(0.9 * min(radius, 40), edge + 1), rtol=1e-2)
    np.testing.assert_allclose(right, 0.9 * 40)


def test_parallel_legs_share_the_land_between_them() -> None:
    # two straights 30 m apart, joined by a half circle of radius 15 m
    straight = np.column_stack([np.arange(-100.0, 0.0), np.zeros(100)])
    angle = np.arange(0, 15 * np.pi) / 15
    bend = 15 * np.column_stack([np.sin(angle), 1 - np.cos(angle)])
    xy = np.concatenate([straight, bend, np.add(straight[::-1], (0.0, 30.0))])
    curvature = np.concatenate([np.zeros(100), np.full(len(bend), 1 / 15), np.zeros(100)])
    road = road_along(xy, curvature, closed=False)
    right, left = free_width(road).T
    np.testing.assert_allclose(left[10:80], 0.9 * 15, rtol=2e-2)
    np.testing.assert_allclose(right[10:80], 36.0)


def test_a_road_that_crosses_itself_is_refused() -> None:
    with pytest.raises(InputError, match="cross or touch itself"):
        check_drivable(eight())


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("curvature", 1 / 9.0, "bends too tightly"),
        ("boundaries", np.nan, "not finite"),
        ("grade", 0.2, "too steep"),
        ("heading", 1.5, "one spacing ahead"),
    ],
)
def test_an_undrivable_place_is_named(field: str, value: float, message: str) -> None:
    content = road_to_json(circle(50.0))
    changed = np.array(content[field])
    changed[20] = value
    with pytest.raises(InputError, match=rf" 20 m along it.*{message}"):
        check_drivable(road_from_json(content | {field: changed.tolist()}))


def test_narrow_and_low_roads_are_refused() -> None:
    with pytest.raises(InputError, match="lane is too narrow"):
        check_drivable(circle(50.0, edge=1.5))
    content = road_to_json(circle(50.0))
    sunk = (np.array(content["position"]) - (0.0, 0.0, 1.0)).tolist()
    with pytest.raises(InputError, match="too low"):
        check_drivable(road_from_json(content | {"position": sunk}))


def test_generated_roads_are_drivable_and_smooth(roads: list[Road]) -> None:
    for road in roads:
        check_drivable(road)
        turned = np.diff(road.heading)
        mean_curvature = (road.curvature[1:] + road.curvature[:-1]) / 2
        np.testing.assert_allclose(turned, mean_curvature * road.spacing, atol=0.004)
        np.testing.assert_allclose(
            np.diff(road.position[:, 2]) / road.spacing,
            (road.grade[1:] + road.grade[:-1]) / 2,
            atol=1e-4,
        )
        assert road.spacing == pytest.approx(1.0, abs=1e-3)
        assert road.position[:, 2].min() == pytest.approx(0.3)
        assert road.position[:, 2].max() <= 12
        if road.closed:
            gap = np.hypot(*(road.position[0] - road.position[-1])[:2])
            assert gap == pytest.approx(road.spacing, rel=1e-2)
            assert abs(road.heading[-1] - road.heading[0]) == pytest.approx(2 * np.pi, abs=0.08)


def test_generated_roads_reach_their_ranges(roads: list[Road]) -> None:
    tightest = np.array([1 / np.abs(road.curvature).max() for road in roads])
    assert 15 <= tightest.min() < 16
    bends = np.concatenate([road.curvature for road in roads])
    assert ((np.abs(bends) > 1 / 500) & (np.abs(bends) < 1 / 400)).sum() > 100
    assert (bends == 0).mean() > 0.05
    widths = np.array([np.diff(road.boundaries[0])[0] for road in roads])
    assert 2.8 <= widths.min() < 2.85
    assert 3.75 < widths.max() <= 3.8
    ahead = {int((road.directions == 1).sum()) for road in roads}
    oncoming = {int((road.directions == -1).sum()) for road in roads}
    assert (ahead, oncoming) == ({1, 2, 3}, {0, 1, 2, 3})
    steepest = np.array([np.abs(road.grade).max() for road in roads])
    assert 0.075 < steepest.max() <= 0.08
    assert (steepest == 0).any()
    assert 0.4 < np.mean([road.closed for road in roads]) < 0.6
    assert min(road.length for road in roads if not road.closed) >= 1150
    assert all(800 <= road.length <= 2000 for road in roads if road.closed)
    kinds = {(marking.kind, marking.color) for road in roads for marking in road.markings}
    assert len(kinds) >= 7


def test_innermost_lanes_and_legs_keep_their_distances(roads: list[Road]) -> None:
    for road in roads:
        centre = (road.boundaries[0, 1:] + road.boundaries[0, :-1]) / 2
        assert 1 / np.abs(road.curvature).max() - np.abs(centre).max() >= 12 - 1e-9
        legs = road.position[::10, :2]
        apart = np.linalg.norm(legs[:, None] - legs, axis=2)
        steps = 10 * np.abs(np.subtract.outer(np.arange(len(legs)), np.arange(len(legs))))
        way = np.minimum(steps, road.station_count - steps) if road.closed else steps
        wanted = np.ptp(road.boundaries[0]) + 25.0
        assert (apart[way > np.pi / 2 * wanted] >= wanted - 0.1).all()


def test_cross_sections_of_free_width_do_not_meet(roads: list[Road]) -> None:
    for road in roads[:12]:
        right, left = free_width(road).T
        edge = road.boundaries
        assert (right >= -edge[:, 0] + 0.99).all()
        assert (left >= edge[:, -1] + 0.99).all()
        assert not crossing_sections(road, right, left)


def test_one_seed_is_one_road_and_splits_share_none() -> None:
    assert same(generate_road(7), generate_road(7))
    assert not same(generate_road(7), generate_road(8))
    ranges = list(SPLITS.values())
    assert all(
        one is other or one.stop <= other.start or other.stop <= one.start
        for one in ranges
        for other in ranges
    )


def test_a_distribution_says_which_roads_come() -> None:
    only = RoadDistribution(circuit_share=1.0, circuit_length=(900.0, 1000.0), lanes=(2, 2))
    for seed in range(20):
        road = generate_road(seed, only)
        assert road.closed
        assert 900 <= road.length <= 1000
        assert set(np.bincount(road.directions + 1)[[0, 2]]) <= {0, 2}


@pytest.mark.parametrize(
    "change", [{"lanes": (3, 1)}, {"flat_share": 2.0}, {"grade": 0.3}, {"lane_width": (1.0, 3.0)}]
)
def test_impossible_distributions_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(change))):
        RoadDistribution(**change)  # pyright: ignore[reportArgumentType]  # wrong on purpose


def test_a_distribution_without_room_and_a_negative_seed_are_refused() -> None:
    cramped = RoadDistribution(circuit_share=1.0, circuit_length=(50.0, 60.0))
    with pytest.raises(InputError, match="kept clear of itself"):
        generate_road(0, cramped)
    with pytest.raises(InputError, match="0 or more, got -1"):
        generate_road(-1)
