"""Routes and where cars are on them: against brute force, and on a circle by hand."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lane_cases import cars, on_route
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from autonomy.envs.lane.physics.location import Location, locate, look_ahead, nowhere
from autonomy.envs.lane.physics.progress import advance, no_progress
from autonomy.envs.lane.physics.routes import RouteBank, Routes, route_of
from autonomy.envs.lane.physics.start import StartRanges, start_rolling
from autonomy.envs.lane.physics.vehicles import one_in_each
from autonomy.envs.lane.roads.road import Marking, Road
from autonomy.envs.lane.roads.road_generator import SPLITS, generate_road
from autonomy.envs.lane.roads.road_network import Lane, RoadNetwork
from autonomy.envs.lane.roads.route import lay_route
from autonomy.envs.lane.tasks.lane_follow import LaneFollow
from autonomy.envs.lane.tasks.task import Situation

RADIUS = 50.0  # [m] of the circle's reference line
EDGE = 3.0  # [m] the width of its lanes


@cache
def road_of(number: int) -> Road:
    return generate_road(SPLITS["test"][number])


@cache
def circle(closed: bool = True) -> Road:
    """A left-hand circle, or most of one, with lanes to the right and to the left of its line."""
    count = 360 if closed else 340
    angle = np.radians(np.arange(count))
    return Road(
        name="circle",
        closed=closed,
        spacing=2 * np.pi * RADIUS / 360,
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


def on_lane(road: Road, lane: int, behind: float = 100.0, ahead: float = 500.0) -> Routes:
    return on_route(*lay_route(RoadNetwork(lambda _: road), Lane(0, lane), behind, ahead))


def located(routes: Routes, point: NDArray[np.float64], heading: float, start: int) -> Location:
    """Find a car, looking first `start` stations beyond the one at which its lane begins."""
    car, location = cars(x=point[0], y=point[1], heading=heading), nowhere(1)
    location.station[0] = routes.start[0] + start
    locate(car, routes, location)
    location.station[0] -= routes.start[0]
    return location


def nearest(routes: Routes, point: NDArray[np.float64], along: float) -> tuple[float, float]:
    """Distance along [m] and beside [m] of the nearest point within 100 m of `along`."""
    path = routes.stations[np.abs(routes.stations["along"] - along) < 100.0]
    stations = np.column_stack([path["x"], path["y"]])
    segment = np.diff(stations, axis=0)
    share = np.sum((point - stations[:-1]) * segment, axis=1) / np.sum(segment**2, axis=1)
    share = np.clip(share, 0.0, 1.0)
    distance = np.hypot(*(point - stations[:-1] - share[:, None] * segment).T)
    best = int(np.argmin(distance))
    found = path["along"][best] + share[best] * np.diff(path["along"][best : best + 2])[0]
    return float(found), float(distance[best])


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
    routes = on_lane(road, lane)
    path = routes.stations[routes.start[0] :]
    station = int(where * (road.station_count - 1))
    heading = path["heading"][station]
    ahead, left = (
        np.array([np.cos(heading), np.sin(heading)]),
        np.array([-np.sin(heading), np.cos(heading)]),
    )
    offset = beside * path["width"][station] / 2
    point = np.array([path["x"][station], path["y"][station]]) + shift * ahead + offset * left
    start = int(np.clip(station + behind, 0, road.station_count - 2))

    location = located(routes, point, float(heading), start)
    along, distance = nearest(routes, point, float(path["along"][station]))
    # of a station of 1 m: a corner's wedge is wide
    assert abs(float(location.along[0]) - along) < 0.15
    assert abs(location.offset[0]) == pytest.approx(distance, abs=0.02)
    again = located(routes, point, float(heading), int(location.station[0]))
    for found, repeated in zip(location, again, strict=True):
        assert found == repeated  # to search twice changes nothing


@pytest.mark.parametrize(("lane", "radius"), [(0, RADIUS + EDGE / 2), (1, RADIUS - EDGE / 2)])
@pytest.mark.parametrize("beside", [-1.2, 0.0, 1.2])
def test_a_car_on_a_circle_by_hand(lane: int, radius: float, beside: float) -> None:
    routes = on_lane(circle(), lane)
    angle = np.radians(40.3)
    point = (radius - beside) * np.array([np.cos(angle), np.sin(angle)])
    location = located(routes, point, angle + np.pi / 2 + 0.1, 0)
    assert location.station[0] == 40
    assert location.along[0] == pytest.approx(angle * radius, abs=0.01)
    assert location.offset[0] == pytest.approx(beside, abs=0.01)
    assert location.heading_error[0] == pytest.approx(0.1, abs=1e-3)
    assert location.curvature[0] == pytest.approx(1 / radius)
    assert location.width[0] == EDGE
    assert location.height[0] == 0.5


def test_a_circuit_is_a_route_of_several_laps() -> None:
    routes, radius = on_lane(circle(), 0), RADIUS + EDGE / 2
    stations, start = routes.stations, int(routes.start[0])
    lap = 360 * 2 * radius * np.sin(np.pi / 360)  # of chords
    assert stations["along"][start] == 0.0
    assert stations["along"][start + 360] == pytest.approx(lap)
    assert -100.0 <= stations["along"][0] < -98.0
    assert lap + 498.0 < stations["along"][-1] <= lap + 500.0
    assert_allclose(stations["length"][:-1], np.diff(stations["along"]), atol=1e-12)
    assert_array_equal(stations["station"], (np.arange(len(stations)) - start) % 360)
    just_behind = radius * np.array([np.cos(0.01), -np.sin(0.01)])
    location = located(routes, just_behind, np.pi / 2, 5)
    assert location.station[0] == -1
    assert location.along[0] == pytest.approx(-0.01 * radius, rel=1e-3)
    again = located(routes, just_behind, np.pi / 2, 355)
    assert again.station[0] == 359
    assert again.along[0] == pytest.approx(lap - 0.01 * radius, rel=1e-4)
    for name in ("offset", "heading_error", "height", "grade", "curvature", "width"):
        assert getattr(again, name) == getattr(location, name)  # to the bit, lap by lap


def test_an_open_road_ends() -> None:
    routes = on_lane(circle(closed=False), 0)
    assert len(routes.stations) == 340
    beyond = RADIUS * np.array([np.cos(np.radians(345)), np.sin(np.radians(345))])
    assert located(routes, beyond, np.pi / 2, 330).station[0] == 338


@pytest.mark.parametrize("closed", [True, False])
def test_a_lane_against_the_road_runs_the_other_way(closed: bool) -> None:
    """The same circle, clockwise: the lane is left of its road, and bends to the right."""
    road = replace(circle(closed), directions=np.array((1, -1)))
    count = road.station_count
    road = replace(road, grade=np.full(count, 0.01))
    routes, radius = on_lane(road, 1), RADIUS - EDGE / 2
    first = route_of(routes, 0)[routes.start[0] :][:count]
    numbers = -np.arange(count) % count if closed else np.arange(count)[::-1]
    assert_array_equal(first["station"], numbers)
    angle = np.radians(numbers)
    assert_allclose(first["x"], radius * np.cos(angle), atol=1e-9)
    assert_allclose(first["curvature"], -1 / radius)
    assert_allclose(first["grade"], -0.01)
    angle = float(angle[40])
    inside = (radius - 1.0) * np.array([np.cos(angle), np.sin(angle)])
    location = located(routes, inside, angle - np.pi / 2 + 0.1, 20)
    assert location.along[0] == pytest.approx(40 * np.radians(1) * radius, abs=0.01)
    assert location.offset[0] == pytest.approx(-1.0, abs=0.01)  # to the right: inside of the bend
    assert location.heading_error[0] == pytest.approx(0.1, abs=1e-2)


def test_a_route_leads_on_from_road_to_road() -> None:
    """A road that was cut in two is driven as if it were whole."""
    whole = road_of(next(n for n in range(99) if not road_of(n).closed))
    cut, lane = 400, whole.forward_lanes[0]
    parts = [part_of(whole, slice(0, cut + 1)), part_of(whole, slice(cut, None))]
    network = Joined(lambda number: parts[number])
    route, start = lay_route(network, Lane(0, lane), 50.0, 300.0)
    expected, _ = lay_route(RoadNetwork(lambda _: whole), Lane(0, lane), 0.0, 0.0)
    assert start == 0
    for name in ("x", "y", "z", "curvature", "grade", "width"):
        assert_array_equal(route[name], expected[name][: len(route)])
    assert_allclose(route["along"], expected["along"][: len(route)], atol=1e-9)
    assert 299.0 < route["along"][-1] - route["along"][cut] <= 300.0
    assert_array_equal(route["road"], np.arange(len(route)) >= cut)
    assert_array_equal(route["station"][cut:], np.arange(len(route) - cut))
    behind, begin = lay_route(network, Lane(1, lane), 50.0, 0.0)
    assert behind["along"][begin] == 0.0
    assert_array_equal(behind["x"], expected["x"][cut - begin :])
    assert -50.0 <= behind["along"][0] < -49.0


class Joined(RoadNetwork):
    """Two roads, of which the first leads into the second."""

    def after(self, lane: Lane) -> Lane | None:
        """Lead on from the first road."""
        return Lane(1, lane.place) if lane.road == 0 else None

    def before(self, lane: Lane) -> Lane | None:
        """Lead back from the second road."""
        return Lane(0, lane.place) if lane.road == 1 else None


def part_of(road: Road, stations: slice) -> Road:
    names = ("position", "heading", "curvature", "grade", "boundaries")
    return replace(road, **{name: getattr(road, name)[stations] for name in names})


def test_an_oncoming_car_drives_like_any_other() -> None:
    """Two cars of one world, on lanes of opposite directions, driven by the expert."""
    road = replace(circle(), directions=np.array((1, -1)))
    bank = RouteBank(RoadNetwork(lambda _: road), 200.0, 400.0)
    vehicles, location = one_in_each(2), nowhere(2)
    vehicles.world[:] = 0
    for number in (0, 1):
        vehicles.route[number] = bank.along(Lane(0, number))
    stations = bank.routes.start + 10
    still = StartRanges(0.0, 0.0, 8.0, 8.0)
    start_rolling(np.arange(2), stations, np.zeros((2, 3)), still, vehicles, bank.routes, location)
    progress = no_progress(2)
    truth = Situation(vehicles, location, bank.routes, progress, {}, 8.0, 200.0)
    driver = LaneFollow().expert(lambda: truth)
    for _ in range(200):
        advance(vehicles, driver.act({}), bank.routes, location, progress, 0.1)
        assert np.abs(location.offset).max() < 0.3
    assert (location.along > 120.0).all()
    turned = vehicles.heading - [np.radians(100), np.radians(-100)]
    assert turned[0] > 2.0
    assert turned[1] < -2.0


@pytest.mark.parametrize("degrees", [3.0, 355.0])
def test_look_ahead_finds_points_at_their_distances(degrees: float) -> None:
    """On a circle of radius r the point d ahead lies d / r further round."""
    routes, radius, angle = on_lane(circle(), 0), RADIUS + EDGE / 2, np.radians(degrees)
    distances = np.array([[0.0, 5.0, 17.3, 40.0, 400.0]])
    points = seen_ahead(routes, radius, angle, int(degrees), distances)
    ahead = angle + distances[0] / radius
    expected = radius * np.column_stack([np.cos(ahead), np.sin(ahead)])
    assert_allclose(points[:, :2], expected, atol=0.05)
    assert_allclose(points[:, 2], 1 / radius)


def test_look_ahead_stops_at_the_end_of_a_route() -> None:
    routes = on_lane(circle(closed=False), 0)
    points = seen_ahead(routes, RADIUS, np.radians(334.0), 330, np.array([[100.0]]))
    last = routes.stations[339]
    assert_allclose(points[0, :2], [last["x"], last["y"]])


def seen_ahead(
    routes: Routes, radius: float, angle: float, station: int, distances: NDArray[np.float64]
) -> NDArray[np.float64]:
    place = radius * np.array([np.cos(angle), np.sin(angle)])
    car, location = cars(x=place[0], y=place[1], heading=angle + np.pi / 2), nowhere(1)
    location.station[0] = routes.start[0] + station
    locate(car, routes, location)
    points = np.empty((1, distances.shape[1], 3))
    look_ahead(car, routes, location, distances, points)
    return points[0]


def test_a_bank_keeps_its_routes_as_it_grows() -> None:
    roads = [circle(closed=False), circle(), road_of(0)]
    network = RoadNetwork(lambda number: roads[number])
    bank = RouteBank(network, 100.0, 200.0, room=400)
    numbers = [bank.along(Lane(road, 0)) for road in (0, 1, 2, 1)]
    assert numbers == [0, 1, 2, 1]
    for number in range(3):
        route, start = lay_route(network, Lane(number, 0), 100.0, 200.0)
        assert_array_equal(route_of(bank.routes, number), route)
        assert bank.routes.start[number] == start


def test_a_bank_that_forgets_uses_its_room_again() -> None:
    bank = RouteBank(RoadNetwork(lambda _: circle()), 0.0, 0.0)
    bank.along(Lane(0, 0))
    room = bank.routes.stations
    bank.forget()
    assert not len(bank.routes.first)
    assert bank.along(Lane(0, 1)) == 0
    assert bank.routes.stations is room
    assert bank.routes.first[0] == 0
