"""Roads in files: JSON, surveyed circuits, maps, and what is refused."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from road_cases import circle, same

from autonomy.envs.lane.roads.road_files import read_circuit, read_road, write_road
from autonomy.envs.lane.roads.road_generator import generate_road
from autonomy.envs.lane.roads.road_json import road_from_json, road_to_json
from autonomy.envs.lane.roads.road_map import RoadMap
from autonomy.errors import InputError
from autonomy.scripts import draw_road

CIRCUITS = Path(__file__).parents[2] / "shared" / "roads"
HEADER = "# x_m,y_m,w_tr_right_m,w_tr_left_m"


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
        ([HEADER.replace(",", ";"), "0;0;4;4"], "must divide columns by commas, .* with ';'"),
        (
            [HEADER, *(f"8.{k}e-6,5{k % 2}e-6,4,4" for k in range(6))],
            "must give x_m and y_m in metres",
        ),
        (
            [HEADER, *(f"{9 * k},{k % 2},4,4" for k in range(40))],
            "end where it begins, .* 351 m",
        ),
        ([HEADER, "0,0,4,4", "9,0,4,4", "9,9,4,4", "0,0,4,4"], "3 different points"),
        ([HEADER, "0,zero,4,4"], "line 2: y_m must be a number, got 'zero'"),
        ([HEADER, "0,0,4"], "w_tr_left_m must be a number, got ''"),
        ([HEADER, "0,nan,4,4"], "must be finite"),
        ([HEADER, "0,inf,4,4"], "must be finite"),
        ([HEADER, "0,0,4,0"], "widths must be positive, got 4,0"),
        ([HEADER, "0,0,-4,4"], "widths must be positive"),
        ([HEADER, "0,0,4,4", "1e6,0,4,4", "1e6,1e6,4,4", "0,1e6,4,4"], "at most 100000 m"),
        ([HEADER, "0,0,4,4", "99,0,4,4", "200,0,4,4", "99,0,4,4"], "is not one spacing ahead"),
        ([HEADER, "0,0,4,4", "99,0,4,4", "200,1,4,4", "99,2,4,4"], "bends too tightly"),
    ],
)
def test_broken_circuits_are_refused(tmp_path: Path, rows: list[str], message: str) -> None:
    path = tmp_path / "circuit.csv"
    path.write_text("\n".join(rows))
    with pytest.raises(InputError, match=message):
        read_circuit(path)


def test_comments_may_stand_before_the_header(tmp_path: Path) -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 60, endpoint=False)
    rows = [f"{80 * np.cos(s):.3f},{80 * np.sin(s):.3f},4,4" for s in angle]
    plain, commented = tmp_path / "plain.csv", tmp_path / "commented.csv"
    plain.write_text("\n".join([HEADER, *rows]))
    commented.write_text("\n".join(["# surveyed by bicycle", "# in May, 2020", HEADER, "#", *rows]))
    np.testing.assert_array_equal(read_road(commented).position, read_road(plain).position)


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "circuit.csv"
    with pytest.raises(InputError, match="there is no file"):
        read_circuit(path)
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_circuit(path)


@pytest.mark.filterwarnings("ignore:.*bends more tightly")
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
    draw_road.main(draw_road.Arguments("3", picture, split="train", size=120))
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
        draw_road.main(draw_road.Arguments(**given))  # pyright: ignore[reportArgumentType] - wrong
    assert not list(tmp_path.iterdir())
