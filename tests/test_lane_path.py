"""The lane as a path: against brute force on generated roads, and on a circle by hand."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from autonomy.envs.lane.physics.car import Cars
from autonomy.envs.lane.physics.lane_path import (
    LanePaths,
    Location,
    lane_path,
    locate,
    look_ahead,
)
from autonomy.envs.lane.physics.path_bank import PathBank
from autonomy.envs.lane.roads.road import Marking, Road
from autonomy.envs.lane.roads.road_generator import SPLITS, generate_road

RADIUS = 50.0  # [m] of the circle's reference line
EDGE = 3.0  # [m] the width of its lanes


@cache
def road_of(number: int) -> Road:
    return generate_road(SPLITS["test"][number])


@cache
def circle(closed: bool = True) -> Road:
    """A left-hand circle, with a lane to the right of its line and one to the left."""
    count = 360
    angle = np.arange(count) * 2 * np.pi / count
    return Road(
        name="circle",
        closed=closed,
        spacing=2 * np.pi * RADIUS / count,
        position=np.column_stack(
            [RADIUS * np.cos(angle), RADIUS * np.sin(angle), np.full(count, 0.5)]
        ),
        heading=angle + np.pi / 2,
        curvature=np.full(count, 1 / RADIUS),
        grade=np.zeros(count),
        boundaries=np.tile((-EDGE, 0.0, EDGE), (count, 1)),
        directions=np.array((1, 1)),
        markings=(Marking("solid"), Marking("dashed"), Marking("solid")),
    )


def on_lane(road: Road, lane: int) -> LanePaths:
    path = lane_path(road, lane)
    return LanePaths(path, np.array([0]), np.array([len(path)]), np.array([road.closed]))


def located(paths: LanePaths, point: NDArray[np.float64], heading: float, start: int) -> Location:
    cars = Cars(*(np.zeros(1) for _ in Cars._fields))
    cars.x[0], cars.y[0] = point
    cars.heading[0] = heading
    location = Location(np.array([start]), *(np.zeros(1) for _ in Location._fields[1:]))
    locate(paths, cars, location)
    return location


def nearest(paths: LanePaths, point: NDArray[np.float64]) -> tuple[float, float]:
    """Distance along [m] and beside [m] of the nearest point of all segments."""
    path = paths.stations
    stations = np.column_stack([path["x"], path["y"]])
    segment = np.diff(stations, axis=0)
    share = np.sum((point - stations[:-1]) * segment, axis=1) / np.sum(segment**2, axis=1)
    share = np.clip(share, 0.0, 1.0)
    distance = np.hypot(*(point - stations[:-1] - share[:, None] * segment).T)
    best = int(np.argmin(distance))
    along = path["along"][best] + share[best] * np.diff(path["along"][best : best + 2])[0]
    return float(along), float(distance[best])


@given(
    number=st.integers(0, 7),
    where=st.floats(0.02, 0.98),
    shift=st.floats(-0.5, 0.5),
    beside=st.floats(-1.0, 1.0),
    behind=st.integers(-12, 12),
)
@settings(max_examples=100, deadline=None)
def test_a_car_is_found_where_brute_force_finds_it(
    number: int, where: float, shift: float, beside: float, behind: int
) -> None:
    road = road_of(number)
    lane = int(np.flatnonzero(road.directions > 0)[number % (road.directions > 0).sum()])
    paths = on_lane(road, lane)
    path = paths.stations
    station = int(where * (road.station_count - 1))
    heading = path["heading"][station]
    ahead, left = (
        np.array([np.cos(heading), np.sin(heading)]),
        np.array([-np.sin(heading), np.cos(heading)]),
    )
    offset = beside * path["width"][station] / 2
    point = np.array([path["x"][station], path["y"][station]]) + shift * ahead + offset * left
    start = int(np.clip(station + behind, 0, road.station_count - 2))

    location = located(paths, point, float(heading), start)
    along, distance = nearest(paths, point)
    lap = path["along"][-1]
    error = abs(float(location.along[0]) - along)
    assert min(error, abs(error - lap)) < 0.15  # of a station of 1 m: a corner's wedge is wide
    assert abs(location.offset[0]) == pytest.approx(distance, abs=0.02)
    again = located(paths, point, float(heading), int(location.station[0]))
    for found, repeated in zip(location, again, strict=True):
        assert found == repeated  # to search twice changes nothing


@pytest.mark.parametrize(("lane", "radius"), [(0, RADIUS + EDGE / 2), (1, RADIUS - EDGE / 2)])
@pytest.mark.parametrize("beside", [-1.2, 0.0, 1.2])
def test_a_car_on_a_circle_by_hand(lane: int, radius: float, beside: float) -> None:
    paths = on_lane(circle(), lane)
    angle = np.radians(40.3)
    point = (radius - beside) * np.array([np.cos(angle), np.sin(angle)])
    location = located(paths, point, angle + np.pi / 2 + 0.1, 0)
    assert location.station[0] == 40
    assert location.along[0] == pytest.approx(angle * radius, abs=0.01)
    assert location.offset[0] == pytest.approx(beside, abs=0.01)
    assert location.heading_error[0] == pytest.approx(0.1, abs=1e-3)
    assert location.curvature[0] == pytest.approx(1 / radius)
    assert location.width[0] == EDGE
    assert location.height[0] == 0.5


def test_a_closed_path_goes_round() -> None:
    paths = on_lane(circle(), 0)
    radius = RADIUS + EDGE / 2
    assert paths.stations["along"][360] == pytest.approx(2 * np.pi * radius, rel=1e-4)
    just_behind = radius * np.array([np.cos(0.01), -np.sin(0.01)])
    location = located(paths, just_behind, np.pi / 2, 5)
    assert location.station[0] == 359
    assert location.along[0] == pytest.approx((2 * np.pi - 0.01) * radius, rel=1e-4)
    forward = located(paths, radius * np.array([np.cos(0.01), np.sin(0.01)]), np.pi / 2, 355)
    assert forward.station[0] == 0


def test_an_open_path_ends() -> None:
    paths = on_lane(circle(closed=False), 0)
    radius = RADIUS + EDGE / 2
    beyond = radius * np.array([np.cos(0.0), np.sin(0.0)])
    assert located(paths, beyond, np.pi / 2, 350).station[0] == 358


@pytest.mark.parametrize("degrees", [3.0, 355.0])
def test_look_ahead_finds_points_at_their_distances(degrees: float) -> None:
    """On a circle of radius r the point d ahead lies d / r further round."""
    paths, radius, angle = on_lane(circle(), 0), RADIUS + EDGE / 2, np.radians(degrees)
    place = radius * np.array([np.cos(angle), np.sin(angle)])
    location = located(paths, place, angle + np.pi / 2, int(degrees))
    distances = np.array([[0.0, 5.0, 17.3, 40.0, 400.0]])
    points = np.empty((1, 5, 3))
    look_ahead(paths, location, distances, points)
    ahead = angle + distances[0] / radius
    expected = radius * np.column_stack([np.cos(ahead), np.sin(ahead)])
    np.testing.assert_allclose(points[0, :, :2], expected, atol=0.05)
    np.testing.assert_allclose(points[0, :, 2], 1 / radius)


def test_look_ahead_stops_at_the_end_of_an_open_path() -> None:
    paths = on_lane(circle(closed=False), 0)
    location = located(paths, np.array([RADIUS, -5.0]), np.pi / 2, 350)
    points = np.empty((1, 1, 3))
    look_ahead(paths, location, np.array([[100.0]]), points)
    last = paths.stations[359]
    np.testing.assert_allclose(points[0, 0, :2], [last["x"], last["y"]])


def test_a_bank_keeps_its_paths_as_it_grows() -> None:
    bank, roads = PathBank(room=400), [circle(closed=False), circle(), road_of(0)]
    kept = [lane_path(road, 0) for road in roads]
    places = [bank.add(path) for path in kept]
    for path, (first, end) in zip(kept, places, strict=True):
        np.testing.assert_array_equal(bank.stations[first:end], path)


def test_a_bank_that_is_cleared_uses_its_room_again() -> None:
    bank, path = PathBank(), lane_path(circle(), 0)
    before = bank.add(path)
    room = bank.stations
    bank.clear()
    assert bank.add(path) == before
    assert bank.stations is room
