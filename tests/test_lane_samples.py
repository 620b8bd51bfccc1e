"""Labelled frames of the lane world: what their labels mean, derived by hand and by others."""

import math
from typing import Any

import cv2
import numpy as np
import pytest
from lane_cases import on_route, straight
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from pycocotools import mask as coco_mask
from road_cases import circle

from autonomy.camera.boxes import boxes_of
from autonomy.camera.classes import SemanticClass
from autonomy.camera.poses import mounted
from autonomy.envs.lane.labels.lane_lines import lane_lines
from autonomy.envs.lane.labels.posed_frames import PosedCars
from autonomy.envs.lane.labels.segments import Segment, find_segments
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.physics.routes import route_of
from autonomy.envs.lane.roads.road import free_width
from autonomy.envs.lane.roads.road_generator import generate_road
from autonomy.envs.lane.roads.road_network import Lane
from autonomy.envs.lane.roads.route import lane_stations
from autonomy.envs.lane.samples import LaneSamples
from autonomy.envs.lane.scene.other_cars import (
    OTHER_CAR_DRAWS,
    other_cars_ahead,
)
from autonomy.envs.lane.scene.parked_cars import parked_cars
from autonomy.errors import InputError
from autonomy.perception.samples import Samples, draw_many
from autonomy.quantities import words_and_unit

SIZE = (48, 80)
LABELS = tuple(LaneSamples.labels)


@pytest.fixture(scope="module")
def samples() -> Samples:
    return LaneSamples("test", seed=3, image_size=SIZE).draw(0, 48, LABELS)


def test_samples_follow_from_seed_batch_and_count_alone() -> None:
    one, other = (LaneSamples("train", seed=1, image_size=(24, 32)) for _ in range(2))
    other.draw(0, 3, ("boxes",))
    other.draw(40, 20, LABELS)
    for batch, count in ((2, 5), (9, 1), (2, 17)):
        expected, found = one.draw(batch, count, LABELS), other.draw(batch, count, LABELS)
        assert expected.keys() == found.keys()
        for name, values in expected.items():
            assert_array_equal(found[name], values, err_msg=name)


@pytest.mark.parametrize("changed", [{"seed": 2}, {"split": "test"}])
def test_other_seeds_and_splits_show_other_frames(changed: dict[str, Any]) -> None:
    own = {"split": "train", "seed": 1, "image_size": (24, 32)}
    first, second = (LaneSamples(**options).draw(0, 4, ()) for options in (own, own | changed))
    assert (first["camera"] != second["camera"]).any(axis=(1, 2, 3)).all()


def test_labels_that_are_asked_for_change_no_frame(samples: Samples) -> None:
    source = LaneSamples("test", seed=3, image_size=SIZE)
    for label in LABELS:
        assert_array_equal(source.draw(0, 48, (label,))["camera"], samples["camera"])


def test_images_as_they_are_rendered_are_labels(samples: Samples) -> None:
    names = LaneSamples.labels["semantic"]
    sky = samples["semantic"] == names.index("sky")
    assert_array_equal(np.isinf(samples["depth"]), sky)
    assert_array_equal(samples["instance"] < 0, sky)
    lane = samples["segments"] == LaneSamples.labels["segments"].index("own_lane")
    assert {names[kind] for kind in np.unique(samples["semantic"][lane])} == {"road"}
    assert LaneSamples.labels["depth"] == ("depth_m",)
    # the bottom row looks down at the road from the height of the camera
    assert 1.0 < np.median(samples["depth"][:, -1][lane[:, -1]]) < 5.0


@pytest.mark.parametrize(("split", "roads"), [("train", 8 + 3), ("test", 8 * 8)])
def test_sets_show_many_roads(split: str, roads: int) -> None:
    """To learn from, half a road more with each batch; to be judged on, always others."""
    options = LaneOptions(split=split, route_length=1.0, image_size=(8, 8))
    cars = PosedCars(options, seed=0)
    frames = [cars.frames(batch, 64, ("camera",)) for batch in range(8)]
    names = [{road.name for road in own.roads} for own in frames]
    assert [len(own) for own in names] == [8] * 8
    assert len(set.union(*names)) == roads


def test_poses_fill_the_lane_and_quantities_say_where(samples: Samples) -> None:
    offset, heading, *curvatures, width = samples["quantities"].T
    for values, largest in ((offset, 1.75), (heading, 0.3)):
        assert np.abs(values).max() < largest + 0.02  # in a bend, from between two stations
        assert 0.8 < np.std(values) / (largest / math.sqrt(3)) < 1.15
    assert all(np.abs(values).max() < 0.1 for values in curvatures)
    assert width.min() >= 2.8
    assert width.max() <= 3.8
    units = [words_and_unit(name)[1] for name in LaneSamples.labels["quantities"]]
    assert units == ["m", "rad", "1/m", "1/m", "1/m", "m"]


def test_a_car_is_never_in_another_lane() -> None:
    cars = PosedCars(LaneOptions(route_length=1.0, image_size=(8, 8)), seed=1)
    frames = cars.frames(0, 400, ("camera",))
    beyond = {True: 0, False: 0}  # by whether there is a next lane
    rows = zip(frames.roads, frames.lanes.tolist(), frames.location.offset, strict=True)
    for (road, lane, offset), width in zip(rows, frames.location.width, strict=True):
        next_lane = lane + (1 if offset > 0 else -1)
        beyond[0 <= next_lane < road.lane_count] += abs(offset) > width / 2
    assert beyond[True] == 0
    assert beyond[False] > 5


def test_quantities_of_a_circle_are_its_radius_and_its_lane() -> None:
    """The right lane of a circle of 60 m to the left has its middle at 61.75 m."""
    road = circle(60.0)
    cars = PosedCars(LaneOptions(roads=road, route_length=1.0, image_size=(8, 8)), seed=0)
    location = cars.frames(0, 20, ("camera",)).location
    assert_allclose(location.curvature, 1 / 61.75, rtol=1e-3)
    assert_allclose(location.width, 3.5)
    assert len(set(location.station.tolist())) > 10


def test_own_lane_of_a_straight_road_by_hand() -> None:
    """A level camera 1.5 m up, f = 40 px, 0.42 m left of the middle of a lane of 3 m.

    The row 30 px below the horizon shows the road at 40 * 1.5 / 30 = 2 m, where 1 m is 20 px: the
    lane's edges, 1.08 m to the left and 1.92 m to the right, are 21.6 px left and 38.4 px right of
    the centre. At 3 px it is 20 m and 2 px a metre: 2.16 and 3.84 px.
    """
    height, width, focal = 60, 101, 40.0
    rows = np.arange(height, dtype=np.float64) - 24
    depth = np.full((1, height, width), np.inf, np.float32)
    depth[0, rows > 0] = (focal * 1.5 / rows[rows > 0])[:, None]
    semantic = np.where(np.isfinite(depth), SemanticClass.ROAD, SemanticClass.SKY).astype(np.uint8)
    semantic[0, 54, 50] = SemanticClass.MARKING_DASHED
    place = np.array([[100.0, 0.42, 2.0]])  # the road of this case is half a metre up
    view = mounted(place, np.zeros(1), np.zeros(1))
    lens = np.array([[focal, focal, 50.0, 24.0]])
    routes = on_route(lane_stations(straight(), Lane(0, 0)))
    found = find_segments(semantic, depth, lens, view, routes, np.array([0]), np.array([60]))[0]
    assert_array_equal(np.flatnonzero(found[54] == Segment.OWN_LANE), _but(range(29, 89), 50))
    assert found[54, 50] == Segment.MARKING_DASHED
    assert_array_equal(np.flatnonzero(found[27] == Segment.OWN_LANE), range(48, 54))
    assert (found[54, [28, 89]] == Segment.ROAD).all()
    assert (found[:25] == Segment.BACKGROUND).all()


def _but(numbers: range, left_out: int) -> list[int]:
    return [number for number in numbers if number != left_out]


def test_own_lane_lies_between_its_lines(samples: Samples) -> None:
    source = LaneSamples("test", seed=3, image_size=SIZE)
    wrong = judged = 0
    for segments, lanes in zip(samples["segments"], samples["lanes"], strict=True):
        _, left, right, _ = lanes
        for row, start, stop in zip(source.lane_rows, left, right, strict=True):
            if start < 0 or stop < 0 or row < SIZE[0] * 0.6:
                continue
            column, seen = np.arange(SIZE[1]), segments[int(row)]
            own = (column > start + 1) & (column < stop - 1)
            other = (column < start - 1) | (column > stop + 1)
            wrong += (seen[own] == Segment.ROAD).sum() + (seen[other] == Segment.OWN_LANE).sum()
            judged += np.isin(seen, (Segment.ROAD, Segment.OWN_LANE)).sum()
    assert judged > 5000
    assert wrong / judged < 0.001


def test_own_lane_is_where_the_nearest_piece_of_the_path_says() -> None:
    """The walk along the path finds what a search of the whole path finds."""
    cars = PosedCars(LaneOptions(split="test", route_length=1.0, image_size=SIZE), seed=5)
    frames = cars.frames(0, 12, ("camera", "depth", "semantic"))
    semantic, depth = frames.images["semantic"], frames.images["depth"]
    found = find_segments(
        semantic,
        depth,
        frames.lenses,
        frames.camera_from_world,
        frames.routes,
        frames.vehicles.route,
        frames.location.station,
    )
    wrong = road = 0
    for i, pose in enumerate(frames.camera_from_world):
        y, x = np.nonzero(semantic[i] == SemanticClass.ROAD)
        fx, fy, cx, cy = frames.lenses[i]
        far = depth[i, y, x].astype(np.float64)
        seen = np.stack([(x - cx) / fx * far, (y - cy) / fy * far, far])
        places = (pose[:, :3].T @ (seen - pose[:, 3:]))[:2].T
        own = _beside(route_of(frames.routes, frames.vehicles.route[i]), places)
        wrong += (own != (found[i, y, x] == Segment.OWN_LANE)).sum()
        road += len(x)
    assert road > 10_000
    assert wrong / road < 0.001


def _beside(path: NDArray[np.void], places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether places are within half a lane's width of any piece of a path."""
    start = np.stack([path["x"], path["y"]], axis=1)
    step = np.diff(start, axis=0)
    away = places[:, None] - start[:-1]
    share = np.clip((away * step).sum(-1) / (step**2).sum(-1), 0, 1)
    distance = np.linalg.norm(away - share[..., None] * step, axis=-1)
    return (distance <= path["width"][:-1] / 2).any(axis=1)


def test_lines_are_where_opencv_projects_the_boundaries() -> None:
    road = generate_road(2_000_001)
    lane, station = road.forward_lanes[0], 300
    forward = np.array([math.cos(road.heading[station]), math.sin(road.heading[station])])
    left = np.array([-forward[1], forward[0]])
    turn = np.array([[*-left, 0.0], [0.0, 0.0, -1.0], [*forward, 0.0]])  # right, down, ahead
    middle = road.position[station] + [0.0, 0.0, 1.5]
    matrix = np.array([[60.0, 0.0, 79.5], [0.0, 60.0, 47.5], [0.0, 0.0, 1.0]])
    pose = np.column_stack([turn, -turn @ middle])
    rows = np.arange(40.0, 96.0)
    columns = lane_lines(road, lane, np.arange(297, 401), matrix @ pose, rows, 160)
    for line in range(4):
        boundary = lane + 2 - line
        if not 0 <= boundary <= road.lane_count:
            assert (columns[line] == -2).all()
            continue
        points = np.column_stack(
            [road.at_offset(road.boundaries[:, boundary]), road.position[:, 2]]
        )
        near = points[station + 2 : station + 30]
        rotation = cv2.Rodrigues(turn)[0]
        seen = cv2.projectPoints(near, rotation, pose[:, 3], matrix, None)[0][:, 0]
        known = columns[line] >= 0
        for x, y in seen:
            below = np.searchsorted(rows, y)
            if 0 < below < len(rows) and known[below - 1 : below + 1].all():
                share = y - rows[below - 1]
                found = columns[line, below - 1] * (1 - share) + columns[line, below] * share
                assert found == pytest.approx(x, abs=0.5)


@pytest.mark.parametrize("seed", range(3))
def test_boxes_are_those_of_a_search_and_of_coco(seed: int) -> None:
    random = np.random.default_rng(seed)
    kind = np.array([-1, 0, 1, -1, 2])
    of_thing = random.integers(0, 5, 12)
    instance = random.integers(-1, 12, (6, 8)).repeat(3, axis=0).repeat(4, axis=1).astype(np.int32)
    semantic = np.where(instance >= 0, of_thing[instance], 0).astype(np.uint8)
    boxes, classes = boxes_of(instance[None], semantic[None], kind, 20, 5)
    things = [n for n in range(12) if kind[of_thing[n]] >= 0 and (instance == n).sum() >= 20]
    things.sort(key=lambda n: -(instance == n).sum())
    assert things
    for place, thing in enumerate(things[:5]):
        y, x = np.nonzero(instance == thing)
        box = [x.min(), y.min(), x.max() + 1, y.max() + 1]
        assert_array_equal(boxes[0, place], box)
        assert classes[0, place] == kind[of_thing[thing]]
        coded = coco_mask.encode(np.asfortranarray((instance == thing).astype(np.uint8)))
        left, top, wide, high = coco_mask.toBbox(coded)
        assert_array_equal(boxes[0, place], [left, top, left + wide, top + high])
    assert (classes[0, len(things) :] == -1).all()
    assert not boxes[0, len(things) :].any()


def test_boxes_surround_things_of_their_class(samples: Samples) -> None:
    named = {"vehicle": Segment.VEHICLE, "post": Segment.OBJECT, "tree": Segment.OBJECT}
    shown = samples["box_classes"] >= 0
    assert shown.any(axis=1).mean() > 0.9
    for row, place in np.argwhere(shown):
        left, top, right, bottom = samples["boxes"][row, place].astype(int)
        kind = LaneSamples.labels["boxes"][samples["box_classes"][row, place]]
        inside = samples["segments"][row, top:bottom, left:right]
        assert (inside == named.get(kind, Segment.OBJECT)).sum() >= 8


def test_parked_cars_stand_clear_of_the_lanes_on_their_own_land() -> None:
    count = 0
    for number in range(30):
        road = generate_road(number)
        width = free_width(road)
        poses = parked_cars(road, width, np.random.default_rng(number))
        for x, y, z in poses[:, :, 3]:
            away = np.hypot(*(road.position[:, :2] - (x, y)).T)
            station = int(np.argmin(away))
            side = (np.array((x, y)) - road.position[station, :2]) @ road.normal[station]
            edge = road.boundaries[station, -1] if side > 0 else -road.boundaries[station, 0]
            assert abs(side) > edge + 0.86 + 0.9  # beyond the posts
            assert abs(side) < width[station, int(side > 0)]
            assert -0.2 < z < road.position[station, 2]
            assert abs(road.curvature[station]) < 1 / 60  # inside no hairpin
            count += 1
    assert count > 60


def test_groups_are_what_was_drawn() -> None:
    drawn = LaneSamples("train", image_size=(24, 32)).draw(0, 40, ())
    still = LaneSamples("train", image_size=(24, 32), randomization="none").draw(0, 40, ())
    names = [name for name in drawn if name.startswith("group_")]
    assert len(names) == 8
    assert all(np.ptp(drawn[name]) > 0 for name in names)
    assert not any(np.ptp(still[name]) for name in names)
    brightness = drawn["camera"][:, 12:].mean(axis=(1, 2, 3))
    assert np.corrcoef(brightness, drawn["group_sun_strength"])[0, 1] > 0.3


def test_many_samples_are_their_batches_one_after_another() -> None:
    source = LaneSamples("validation", image_size=(24, 32))
    many = draw_many(source, 7, ("quantities",), 3)
    parts = [source.draw(*part, ("quantities",)) for part in ((0, 3), (1, 3), (2, 1))]
    for name, values in many.items():
        assert_array_equal(values, np.concatenate([part[name] for part in parts]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "exam"}, "split must be one of train, validation, test, got 'exam'"),
        ({"seed": -1}, "seed must be a whole .*, got -1"),
        ({"image_size": (0, 32)}, "camera height must be positive, got 0"),
        ({"randomization": "wild"}, "must be one of none, default, strong, a .* got 'wild'"),
    ],
)
def test_sources_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        LaneSamples(**options)


def test_unknown_labels_are_refused() -> None:
    with pytest.raises(InputError, match=r"labels must be some of segments, .*, got 'smell'"):
        LaneSamples(image_size=(24, 32)).draw(0, 1, ("smell",))


def test_other_cars_are_ahead_on_other_lanes_and_head_their_way() -> None:
    random = np.random.default_rng(0)
    seen = against = 0
    for number in range(40):
        road = generate_road(number)
        lane, station = road.forward_lanes[0], 200
        ahead = np.arange(station, station + 100) % road.station_count
        present, poses = other_cars_ahead(road, lane, ahead, random.random(OTHER_CAR_DRAWS))
        assert road.lane_count > 1 or not present.any()
        for pose in poses[present]:
            assert_allclose(pose[:, :3] @ pose[:, :3].T, np.eye(3), atol=1e-9)
            away = np.hypot(*(road.position[:, :2] - pose[:2, 3]).T)
            there = int(np.argmin(away))
            assert 5 < (there - station) % road.station_count * road.spacing < 71
            offset = (pose[:2, 3] - road.position[there, :2]) @ road.normal[there]
            its_lane = int(np.searchsorted(road.boundaries[there], offset)) - 1
            assert its_lane != lane
            forward = np.array([math.cos(road.heading[there]), math.sin(road.heading[there])])
            assert forward @ pose[:2, 0] * road.directions[its_lane] > 0.95
            seen, against = seen + 1, against + (road.directions[its_lane] < 0)
    assert seen > 15
    assert 0 < against < seen


def test_each_car_is_a_thing_of_its_own() -> None:
    options = LaneOptions(split="test", route_length=1.0, image_size=SIZE)
    frames = PosedCars(options, seed=0).frames(0, 64, ("semantic", "instance"))
    instance, semantic = frames.images["instance"], frames.images["semantic"]
    for own, classes in zip(instance, semantic, strict=True):
        for thing in np.unique(own[classes == SemanticClass.VEHICLE]):
            assert (classes[own == thing] == SemanticClass.VEHICLE).all()
