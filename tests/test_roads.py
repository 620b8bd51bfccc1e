"""Roads: what every road promises, where they come from, and what is refused."""

import json
from pathlib import Path

import cv2
import draw_road
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from autonomy.errors import InputError
from envs.lane.roads.drivable import check_drivable
from envs.lane.roads.road import Marking, Road, free_width
from envs.lane.roads.road_distribution import RoadDistribution
from envs.lane.roads.road_files import read_circuit, read_road, write_road
from envs.lane.roads.road_generator import SPLITS, generate_road
from envs.lane.roads.road_json import road_from_json, road_to_json
from envs.lane.roads.road_map import RoadMap

CIRCUITS = Path(__file__).parents[2] / "shared" / "roads"
HEADER = "# x_m,y_m,w_tr_right_m,w_tr_left_m"


def road_along(
    xy: NDArray[np.float64], curvature: NDArray[np.float64], closed: bool, edge: float = 3.5
) -> Road:
    """A flat road of two lanes through points one spacing apart."""
    step = np.roll(xy, -1, axis=0) - xy if closed else np.gradient(xy, axis=0)
    count = len(xy)
    spacing = float(np.hypot(*(xy[1] - xy[0])))
    return Road(
        name="test",
        closed=closed,
        spacing=spacing,
        position=np.column_stack([xy, np.full(count, 0.3)]),
        heading=np.unwrap(np.arctan2(step[:, 1], step[:, 0])) - curvature * spacing / 2 * closed,
        curvature=curvature,
        grade=np.zeros(count),
        boundaries=np.tile((-edge, 0.0, edge), (count, 1)),
        directions=np.array((1, -1)),
        markings=(Marking("solid"), Marking("double", "yellow"), Marking("solid")),
    )


def circle(radius: float, edge: float = 3.5) -> Road:
    count = round(2 * np.pi * radius)
    angle = np.arange(count) * 2 * np.pi / count
    xy = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return road_along(xy, np.full(count, 1 / radius), True, edge)


def eight() -> Road:
    angle = np.linspace(0, 2 * np.pi, 4001)
    dense = 100 * np.column_stack([np.sin(angle), np.sin(angle) * np.cos(angle)])
    way = np.append(0, np.cumsum(np.hypot(*np.diff(dense, axis=0).T)))
    at = np.linspace(0, way[-1], round(way[-1]), endpoint=False)
    xy = np.column_stack([np.interp(at, way, side) for side in dense.T])
    return road_along(xy, np.full(len(xy), 1e-9), True)


def same(one: Road, other: Road) -> bool:
    return road_to_json(one) == road_to_json(other)


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
        ends = np.stack([road.at_offset(-right), road.at_offset(left)], axis=1)[::3]
        a, b = ends[:, None], ends[None, :]
        crossing = _opposite(a, b[..., 0, :], b[..., 1, :])
        crossing &= _opposite(b, a[..., 0, :], a[..., 1, :])
        assert not crossing.any()


def _opposite(
    line: NDArray[np.float64], p: NDArray[np.float64], q: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether p and q lie strictly on opposite sides of a line (..., 2 ends, 2)."""

    def side(point: NDArray[np.float64]) -> NDArray[np.float64]:
        along, to = line[..., 1, :] - line[..., 0, :], point - line[..., 0, :]
        return along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]

    return side(p) * side(q) < 0


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


def test_json_gives_the_same_road_back(tmp_path: Path) -> None:
    for seed in range(4):
        road = generate_road(seed)
        write_road(tmp_path / "road.json", road)
        again = read_road(tmp_path / "road.json")
        assert same(road, again)
        assert not again.position.flags.writeable


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grade": [0.0]}, "grade must have shape"),
        ({"heading": ["north"]}, "heading must be numbers"),
        ({"markings": [{"kind": "dotted"}] * 3}, "got 'dotted'"),
        ({"markings": [1]}, "must each have a kind"),
        ({"directions": [1, 2]}, r"\+1 or -1"),
        ({"directions": [1, np.nan]}, r"\+1 or -1"),
        ({"closed": "yes"}, "closed must be true or false"),
        ({"spacing": [1.0]}, "spacing must have shape"),
        ({"markings": [{"kind": "solid"}]}, "at least 4 stations and 1 lane"),
        ({"spacing": -1.0}, "spacing must be positive"),
    ],
)
def test_broken_json_roads_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        road_from_json(road_to_json(circle(50.0)) | change)


def test_what_is_no_road_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "road.json"
    path.write_text(json.dumps({"name": "a"}))
    with pytest.raises(InputError, match="closed is missing"):
        read_road(path)
    path.write_text("{")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        read_road(path)
    with pytest.raises(InputError, match="must end in"):
        read_road(tmp_path / "road.xml")


def surveyed_circle(radius: float = 100.0, count: int = 120) -> list[str]:
    angle = np.arange(count) * 2 * np.pi / count
    places = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return [HEADER, *(f"{x:.6f},{y:.6f},4.0,6.0" for x, y in places)]


def test_a_surveyed_circle_is_a_circle(tmp_path: Path) -> None:
    path = tmp_path / "round.csv"
    path.write_text("\n".join(surveyed_circle()))
    road = read_circuit(path)
    assert road.length == pytest.approx(2 * np.pi * 100, rel=2e-3)
    np.testing.assert_allclose(road.curvature, 0.01, rtol=1e-2)
    # 10 m wide is three lanes of 3.33 m, from 4 m right to 6 m left of the line
    np.testing.assert_allclose(
        road.boundaries, np.tile([-4, -2 / 3, 8 / 3, 6], (628, 1)), rtol=1e-6
    )
    assert road.directions.tolist() == [1, 1, 1]
    assert [marking.kind for marking in road.markings] == ["solid", "dashed", "dashed", "solid"]


def test_columns_are_found_by_name_and_the_closing_point_is_dropped(tmp_path: Path) -> None:
    header, *rows = surveyed_circle()
    plain, shuffled = tmp_path / "plain.csv", tmp_path / "shuffled.csv"
    plain.write_text("\n".join([header, *rows]))
    turned = [",".join(["x", *reversed(row.split(","))]) for row in [*rows, rows[0]]]
    names = ["note", *reversed(header.lstrip("# ").split(","))]
    shuffled.write_text("\n".join(["# " + ", ".join(names), *turned]))
    one, other = (road_to_json(read_circuit(path)) for path in (plain, shuffled))
    assert one | {"name": "shuffled"} == other


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "is empty"),
        (["# x_m,y_m,w_tr_right_m"], "needs the column w_tr_left_m"),
        ([HEADER, "0,0,4,4", "9,0,4,4", "9,9,4,4", "0,0,4,4"], "3 different points"),
        ([HEADER, "0,zero,4,4"], "line 2: y_m must be a number, got 'zero'"),
        ([HEADER, "0,0,4"], "w_tr_left_m must be a number, got ''"),
        ([HEADER, "0,nan,4,4"], "must be finite"),
        ([HEADER, "0,inf,4,4"], "must be finite"),
        ([HEADER, "0,0,4,0"], "widths must be positive, got 4,0"),
        ([HEADER, "0,0,-4,4"], "widths must be positive"),
        ([HEADER, "0,0,4,4", "1e6,0,4,4", "1e6,1e6,4,4", "0,1e6,4,4"], "at most 100000 m"),
        ([HEADER, "0,0,4,4", "99,0,4,4", "200,0,4,4", "99,0,4,4"], "bends too tightly"),
    ],
)
def test_broken_circuits_are_refused(tmp_path: Path, rows: list[str], message: str) -> None:
    path = tmp_path / "circuit.csv"
    path.write_text("\n".join(rows))
    with pytest.raises(InputError, match=message):
        read_circuit(path)


def test_a_circuit_that_crosses_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "eight.csv"
    rows = [f"{3 * x},{3 * y},4,4" for x, y, _ in eight().position[::3]]
    path.write_text("\n".join([HEADER, *rows]))
    with pytest.raises(InputError, match="cross or touch itself"):
        read_circuit(path)


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "circuit.csv"
    with pytest.raises(InputError, match="there is no file"):
        read_circuit(path)
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_circuit(path)


def test_real_circuits_can_be_driven() -> None:
    paths = sorted(CIRCUITS.glob("*.csv"))
    if not paths:
        pytest.skip("real circuits stay outside the repository, and ../shared/roads has none")
    for path in paths:
        road = read_circuit(path)
        assert road.closed
        assert np.diff(road.boundaries, axis=1).min() >= 2.2
        turned = road.curvature.sum() * road.spacing
        assert abs(turned) == pytest.approx(2 * np.pi, rel=1e-3)


def test_a_map_shows_asphalt_on_the_road_and_grass_beside_it() -> None:
    road = circle(100.0)
    plan = RoadMap(road, (400, 500))
    assert plan.picture.shape == (400, 500, 3)
    lane, grass = plan.to_pixel(np.array([[98.0, 0.0], [0.0, 0.0]])).round().astype(int)
    np.testing.assert_allclose(grass, (250, 200), atol=1)
    assert np.ptp(plan.picture[lane[1], lane[0]].astype(int)) < 12  # grey
    red, green, blue = plan.picture[grass[1], grass[0]].astype(int)
    assert green > red + 15
    assert green > blue + 15
    with pytest.raises(InputError, match="must be positive"):
        RoadMap(road, (0, 100))


def test_the_script_draws_a_road(tmp_path: Path) -> None:
    picture = tmp_path / "road.png"
    draw_road.main(draw_road.DrawRoad("3", picture, split="train", size=120))
    assert cv2.imread(str(picture)).shape == (120, 120, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"source": "512", "split": "train"}, "roads 0 to 511, got 512"),
        ({"source": "0", "split": "tests"}, "split must be one of"),
        ({"source": "missing.csv"}, "there is no file"),
        ({"source": "0", "size": 0}, "size must lie in"),
        ({"source": "0", "picture": Path("road.jpg")}, "must be a .png file"),
    ],
)
def test_the_script_refuses_what_it_cannot_draw(
    tmp_path: Path, arguments: dict[str, object], message: str
) -> None:
    given = {"picture": tmp_path / "road.png"} | arguments
    with pytest.raises(InputError, match=message):
        draw_road.main(draw_road.DrawRoad(**given))  # pyright: ignore[reportArgumentType]  # wrong on purpose
    assert not list(tmp_path.iterdir())
