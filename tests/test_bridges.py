"""Circuits that cross themselves: the bridges that are made, driven, drawn and told of."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from circuit_cases import double_crossing, eight, even, trefoil, write_circuit
from lane_cases import make
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from road_cases import same

from autonomy.camera.classes import SemanticClass
from autonomy.camera.library import MeshLibrary
from autonomy.envs.lane.labels.segments import Segment, find_segments
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.physics.routes import Routes
from autonomy.envs.lane.physics.start import StartRanges
from autonomy.envs.lane.roads.road import Road, free_width
from autonomy.envs.lane.roads.road_files import read_circuit, read_road, write_road
from autonomy.envs.lane.roads.road_json import road_from_json, road_to_json
from autonomy.envs.lane.roads.road_map import RoadMap
from autonomy.envs.lane.roads.road_network import Lane, RoadNetwork
from autonomy.envs.lane.roads.route import lay_route
from autonomy.envs.lane.scene.bridge_mesh import bridge_meshes
from autonomy.envs.lane.scene.road_bank import RoadMeshes
from autonomy.envs.lane.scene.road_mesh import road_meshes
from autonomy.envs.lane.scene.sections import sections_of
from autonomy.envs.lane.stage import LaneStage, Starts
from autonomy.errors import InputError

RISE = 5.0
"""[m] 4.3 of clearance, and a deck of 0.7."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_circuit(tmp_path_factory.mktemp("circuits") / "eight.csv", eight())


@pytest.fixture(scope="module")
def road(file: Path) -> Road:
    with pytest.warns(UserWarning, match="crosses itself"):
        return read_circuit(file)


def crossings(road: Road) -> list[tuple[int, int]]:
    """Pairs of stations less than a metre apart and far apart along the road."""
    xy = road.position[:, :2]
    apart = np.linalg.norm(xy[:, None] - xy, axis=2)
    steps = np.abs(np.subtract.outer(np.arange(len(xy)), np.arange(len(xy))))
    far = np.minimum(steps, len(xy) - steps) > 30
    return [(i, j) for i, j in np.argwhere(far & (apart < 1.0)) if i < j]


def ways(road: Road) -> tuple[int, int]:
    """The stations where the figure of eight crosses itself."""
    return road.station_count // 4, 3 * road.station_count // 4


def test_a_figure_of_eight_gets_one_bridge_over_its_first_way(road: Road) -> None:
    height, (below, above) = road.position[:, 2], ways(road)
    assert_allclose(height[above - 10 : above + 10], 0.3 + RISE)
    assert_allclose(height[below - 10 : below + 10], 0.3)
    assert height.min() == 0.3
    # 4 m of lanes on both sides and 3 m between: over 11 m from the crossing, at a right angle
    (bridge,) = road.bridges
    assert abs(bridge[0] - (above - 11)) <= 2
    assert abs(bridge[-1] - (above + 11)) <= 2
    assert_allclose(height[bridge], 0.3 + RISE)


def check_profile(road: Road) -> None:
    """The bounds are those of AASHTO for 50 km/h: K 7 over crests, 13 in sags."""
    around = np.append(road.position[:, 2], road.position[:2, 2])
    slope = np.diff(around) / road.spacing
    bend = np.diff(slope) / road.spacing
    assert np.abs(slope).max() <= 0.06 + 1e-9
    assert bend.min() >= -1 / 700 - 1e-9
    assert bend.max() <= 1 / 1300 + 1e-9
    mean = (road.grade + np.roll(road.grade, -1)) / 2
    assert_allclose(slope[:-1], mean, atol=2e-4)
    for one, other in crossings(road):
        assert abs(np.ptp(road.position[[one, other], 2])) == pytest.approx(RISE)
    assert road.position[:, 2].min() == 0.3
    assert road.position[:, 2].max() == pytest.approx(0.3 + RISE)


def test_a_ramp_is_as_long_as_its_curves_and_slope_take(road: Road) -> None:
    """5 m at 6 % are 83.3 m, and half of 42 m of crest and of 78 m of sag: 143.3 m."""
    check_profile(road)
    raised = (road.position[:, 2] > 0.3).sum() - len(road.bridges[0])
    assert raised * road.spacing == pytest.approx(2 * 143.3, abs=4)


@pytest.mark.filterwarnings("ignore:.*crosses itself|.*bends more tightly")
@pytest.mark.parametrize(("points", "bridges"), [(trefoil(), 3), (double_crossing(), 2)])
def test_several_crossings_are_bridged(
    tmp_path: Path, points: NDArray[np.float64], bridges: int
) -> None:
    road = read_circuit(write_circuit(tmp_path / "several.csv", points))
    check_profile(road)
    assert len(road.bridges) == bridges
    assert crossings(road)


@pytest.mark.filterwarnings("ignore:.*bends more tightly")
def test_bridges_near_each_other_are_one_hump(tmp_path: Path) -> None:
    """A hairpin of some 290 m between them leaves no room for two ramps of 143 m."""
    path = write_circuit(tmp_path / "double.csv", double_crossing(), 3.0, 3.0)
    with pytest.warns(UserWarning, match=r"made at \d+ m over \d+ m and at \d+ m over \d+ m along"):
        road = read_circuit(path)
    first, second = road.bridges
    assert_allclose(road.position[first[0] : second[-1], 2], 0.3 + RISE)


def test_one_circuit_has_always_the_same_bridge_wherever_it_lies(
    tmp_path: Path, road: Road
) -> None:
    moved = write_circuit(tmp_path / "eight.csv", np.add(eight(), (300.0, -70.0)))
    with pytest.warns(UserWarning, match="crosses itself"):
        again = read_circuit(moved)
    assert_allclose(again.position, road.position, atol=1e-5)


def test_a_bridge_may_lead_over_the_start(tmp_path: Path, road: Road) -> None:
    """The same figure of eight, from shortly after its second way over the first."""
    points = eight()
    rolled = np.roll(points, -(3 * len(points) // 4 + 1), axis=0)
    with pytest.warns(UserWarning, match="crosses itself"):
        other = read_circuit(write_circuit(tmp_path / "rolled.csv", rolled))
    check_profile(other)
    assert_allclose(other.position[[0, 2, -1, -2], 2], 0.3 + RISE)
    (bridge,), (usual,) = other.bridges, road.bridges
    assert 0 in bridge
    assert abs(len(bridge) - len(usual)) <= 1
    meshes, expected = (
        bridge_meshes(sections_of(own, free_width(own)), own.bridges) for own in (other, road)
    )
    assert len(meshes) == len(expected) == 1
    size, usual_size = (np.ptp(own[0].vertices, axis=0) for own in (meshes, expected))
    assert_allclose(size, usual_size, atol=2.0)


def test_what_was_made_is_said_once(file: Path, recwarn: pytest.WarningsRecorder) -> None:
    read_circuit(file)
    (warning,) = recwarn
    assert str(warning.message).startswith(
        f"{file} crosses itself and no heights are read from it, so a bridge 5.0 m high is made at "
    )
    assert "m along it, with ramps of up to 6% that begin at " in str(warning.message)


def test_a_road_with_a_bridge_is_a_file_like_any_other(tmp_path: Path, road: Road) -> None:
    """It tells its heights, so nothing is made, and nothing said."""
    write_road(tmp_path / "eight.json", road)
    assert same(read_road(tmp_path / "eight.json"), road)


def test_told_heights_that_are_too_low_for_a_bridge_are_refused(road: Road) -> None:
    content = road_to_json(road)
    low = np.array(content["position"]) * (1.0, 1.0, 0.9)
    low[:, 2] += 0.03
    with pytest.raises(InputError, match=r"unless 5.0 m above itself, .* 4.5 m apart in height"):
        make(roads=road_from_json(content | {"position": low.tolist()}))


def rose(petals: int) -> NDArray[np.float64]:
    return even(
        lambda t: (
            300.0
            * np.column_stack(
                [np.cos(petals * t / 2) * np.cos(t / 2), np.cos(petals * t / 2) * np.sin(t / 2)]
            )
        )
    )


def two_laps(beside: float) -> NDArray[np.float64]:
    return even(
        lambda t: (
            (100.0 + beside * np.cos(t))[:, None] * np.column_stack([np.cos(2 * t), np.sin(2 * t)])
        )
    )


def osculating() -> NDArray[np.float64]:
    """A figure of eight whose two ways cross without an angle."""
    return even(lambda t: 400.0 * np.column_stack([np.cos(t), -np.sin(t) * np.cos(t) ** 3]))


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (eight(30.0), r"must have 143 m for a ramp .*, but has \d+ m where it comes back from"),
        (osculating(), "must not lie on itself lengthwise, but it does for more than 75 m"),
        (two_laps(1.0), "must not lie on itself lengthwise"),
        (two_laps(0.0), "lie on itself lengthwise|cross or touch itself|cross itself at most"),
        (rose(3), "whichever way goes over: move them apart|must have 143 m for a ramp"),
    ],
)
def test_where_no_bridge_can_be_made_it_is_refused(
    tmp_path: Path, points: NDArray[np.float64], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_circuit(write_circuit(tmp_path / "circuit.csv", points))


def test_legs_that_touch_without_crossing_are_refused(tmp_path: Path) -> None:
    """Two halves of a dumb-bell, whose legs lie 6 m apart where 8 m are needed."""
    waist = even(
        lambda t: np.column_stack([200.0 * np.cos(t), (3.0 + 60.0 * np.cos(t) ** 2) * np.sin(t)])
    )
    with pytest.raises(InputError, match=r"cross or touch itself, unless .* 0.0 m apart in height"):
        read_circuit(write_circuit(tmp_path / "waist.csv", waist))


@pytest.mark.filterwarnings("ignore:.*crosses itself")
def test_the_expert_drives_a_lap_over_and_under_the_bridge(file: Path) -> None:
    """Every car keeps to its own way where the other crosses, and to its height."""
    world = make(4, roads=file, route_length=None, observations=("state",), split="test")
    world.reset(seed=0)
    expert, before, ended = world.expert(), world.get_state(), np.zeros(4, bool)
    heights: list[NDArray[np.float64]] = []
    while not ended.all():
        *_, info = world.step(expert.act({}))
        now = world.get_state()
        driven = now["location_along"] - before["location_along"]
        assert (info["success"] | ((driven >= 0.0) & (driven < 2.0))).all()
        assert set(info["episode_end"]) <= {"", "success"}
        heights.append(now["location_height"])
        ended |= info["success"]
        before = now
    assert np.min(heights) == pytest.approx(0.3)
    assert np.max(heights) == pytest.approx(0.3 + RISE)


def seen_from(road: Road, station: int, kinds: tuple[str, ...]) -> dict[str, Any]:
    """What the front camera sees from the middle of a lane."""
    options = LaneOptions(roads=road, route_length=100.0, image_size=(120, 160), observations=kinds)
    stage, row = LaneStage(1, options), np.arange(1)
    starts = Starts(np.zeros(1, np.int64), np.zeros(1, np.int64), np.array([station]))
    stage.start(row, starts, np.full((1, 3), 0.5), StartRanges(0.0, 0.0, 0.0, 0.0))
    stage.dress(row, stage.sampler.sample(np.full((1, stage.sampler.size), 0.5)))
    stage.aim(row, np.zeros(1, np.int64))
    return dict(stage.observe(row))


def test_the_way_below_leads_under_the_deck(road: Road) -> None:
    """From 20 m before the crossing: 15.4 m to the deck's side, and the road goes on below it."""
    below, _ = ways(road)
    seen = seen_from(road, below - 20, ("camera", "semantic", "depth"))
    middle, depth = seen["semantic"][0, :, 80], seen["depth"][0, :, 80]
    deck = np.flatnonzero(middle == SemanticClass.BUILDING)
    assert (np.diff(deck) == 1).all()
    # The deck's side lies 4 m of lane, 0.3 m of verge and 1.1 m before the crossing, 13.8 m from
    # the camera, which is 0.8 m ahead, 1.4 m up, and looks down by 0.22 rad. So the barrier's top,
    # 6.1 m up, is 13.8 cos(0.22) - 4.4 sin(0.22) deep, the deck's bottom, 4.6 m up, 2.9 instead.
    assert depth[deck].min() == pytest.approx(12.5, abs=0.1)
    assert depth[deck[0]] == depth[deck].min()
    assert np.abs(depth[deck] - 12.8).min() < 0.1
    assert (middle[deck[-1] + 1 :] == SemanticClass.SKY).any()
    assert np.isin(middle[-20:], (SemanticClass.ROAD, SemanticClass.MARKING_DASHED)).all()
    assert (seen["semantic"][0] == SemanticClass.BUILDING).any(axis=0).mean() > 0.5


def test_the_way_above_is_not_broken_by_the_one_below(road: Road) -> None:
    _, above = ways(road)
    seen = seen_from(road, above - 20, ("camera", "semantic"))
    semantic = seen["semantic"][0]
    lower = semantic[70:, 60:100]
    road_like = np.isin(
        lower, (SemanticClass.ROAD, SemanticClass.MARKING_SOLID, SemanticClass.MARKING_DASHED)
    )
    assert road_like.mean() > 0.9


def test_no_bank_lies_on_the_way_below(road: Road) -> None:
    """All land within the lower way's edges is below its asphalt, and the deck above 4.3 m."""
    sections = sections_of(road, free_width(road))
    (bridge,) = bridge_meshes(sections, road.bridges)
    near = np.arange(-30, 30) + ways(road)[0]
    way, side = road.position[near, :2], road.normal_at(near)
    for mesh in road_meshes(sections, road.markings):
        land = mesh.triangles[mesh.classes == SemanticClass.GROUND]
        middles = mesh.vertices[land].mean(axis=1)
        for middle in middles:
            away = middle[:2] - way
            own = np.argmin(np.hypot(*away.T))
            if np.hypot(*away[own]) < 4.0 and abs(away[own] @ side[own]) < 4.0:
                assert middle[2] <= 0.31
    inside = np.hypot(*(bridge.vertices[:, :2] - road.position[ways(road)[0], :2]).T) < 8.0
    assert not inside.any() or bridge.vertices[inside, 2].min() >= 0.3 + 4.3 - 1e-3


def test_a_bridge_is_a_closed_shape_seen_from_outside(road: Road) -> None:
    """The deck's top looks up, its bottom down, and every face is flat."""
    (bridge,) = bridge_meshes(sections_of(road, free_width(road)), road.bridges)
    corners = bridge.vertices[bridge.triangles].astype(np.float64)
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    level = np.ptp(corners[:, :, 2], axis=1) < 1e-4
    height = corners[level, :, 2].mean(axis=1)
    up = facing[level, 2]
    assert (up[np.isclose(height, 0.3 + RISE - 0.7)] < 0).all()
    assert (up[np.isclose(height, 0.3 + RISE)] > 0).all()
    assert (up[np.isclose(height, 0.3 + RISE + 0.8)] > 0).all()


@pytest.mark.filterwarnings("ignore:.*crosses itself|.*bends more tightly")
def test_a_bridge_is_a_thing_and_only_posts_stand_on_and_under_it(tmp_path: Path) -> None:
    """Here the two ways cross at 10 degrees, so that they are near each other for long."""
    road = read_circuit(write_circuit(tmp_path / "slanting.csv", eight(600.0, 0.09)))
    library = MeshLibrary()
    first, end = RoadMeshes(library, RoadNetwork(lambda _: road))[0].roadside
    parts, classes = library.arrays.parts[first:end], library.arrays.classes
    kinds = [set(classes[part[2] : part[3]].tolist()) for part in parts]
    assert kinds.pop() == {SemanticClass.BUILDING}
    (bridge,) = road.bridges
    places = library.arrays.poses[first : end - 1, :2, 3]
    apart = np.linalg.norm(places[:, None] - road.position[bridge, :2], axis=2).min(axis=1)
    on_or_under = [kind for kind, away in zip(kinds, apart, strict=True) if away < 6.5]
    assert len(on_or_under) >= 4
    assert set.union(*on_or_under) == {SemanticClass.POST}


def test_a_road_above_the_own_lane_is_another_road(road: Road) -> None:
    """A camera 8 m up looks down on the lane, at what lies on it and at what is 5 m above it."""
    route, start = lay_route(RoadNetwork(lambda _: road), Lane(0, 0), 100.0, 100.0)
    here = route[start + 40]
    turn = float(here["heading"])
    forward = np.array([np.cos(turn), np.sin(turn), 0.0])
    rotation = np.array([[forward[1], -forward[0], 0.0], [*forward, 0.0][:3], [0.0, 0.0, -1.0]])
    place = np.array([here["x"], here["y"], 8.3])
    pose = np.column_stack([rotation, -rotation @ place])[None]  # looking straight down
    routes = Routes(route, np.array([0]), np.array([len(route)]), np.array([start]))
    lens = np.array([[10.0, 10.0, 0.0, 0.0]])
    semantic = np.full((1, 1, 1), SemanticClass.ROAD, np.uint8)
    for depth, expected in ((8.0, Segment.OWN_LANE), (3.0, Segment.ROAD)):
        far = np.full((1, 1, 1), depth, np.float32)
        on, station = np.zeros(1, np.int64), np.array([start + 40])
        found = find_segments(semantic, far, lens, pose, routes, on, station)
        assert found[0, 0, 0] == expected


def test_a_map_shows_asphalt_where_a_road_crosses_itself(road: Road) -> None:
    plan = RoadMap(road, (400, 400))
    column, row = plan.to_pixel(road.position[ways(road)[0], :2]).round().astype(int)
    assert np.ptp(plan.picture[row, column].astype(int)) < 12  # grey
