"""Lane following by hand-derived numbers: reward, endings, figures, observations, options."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray

import envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.camera.classes import SemanticClass
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.randomization import between
from envs.lane.car import SPEED_MAX, STEERING_MAX, Cars
from envs.lane.lane_follow import (
    IS_SUCCESS,
    REASON,
    TERMINATES,
    TRUNCATES,
    Progress,
    RewardWeights,
    endings,
    lane_metrics,
    reward_terms,
    update_progress,
)
from envs.lane.lane_path import STATION, LanePaths, Location
from envs.lane.observations import proprioception, true_state
from envs.lane.options import FRONT
from envs.lane.roads.road import Marking, Road
from envs.lane.roads.road_files import write_road
from envs.lane.roads.road_generator import SPLITS, generate_road
from envs.lane.scene.appearance import LaneRandomization

ID = "autonomy/LaneFollow-v0"
SIZE = (24, 32)


def make(num_envs: int = 1, **options: Any) -> Any:
    return gym.make_vec(
        ID, num_envs, **{"image_size": SIZE, "route_length": 100.0, **options}
    ).unwrapped


def cars(**values: float) -> Cars:
    return Cars(*(np.array([values.get(name, 0.0)]) for name in Cars._fields))


def location(**values: float) -> Location:
    known = {"width": 3.0, **values}
    rest = (np.array([float(known.get(name, 0.0))]) for name in Location._fields[1:])
    return Location(np.array([0]), *rest)


def progress(distance: float = 0.0, elapsed: int = 0, standing: float = 0.0) -> Progress:
    return Progress(np.array([distance]), np.array([elapsed]), np.array([standing]))


def on_path(path: NDArray[np.void], closed: bool = False) -> LanePaths:
    return LanePaths(path, np.array([0]), np.array([len(path)]), np.array([closed]))


def straight(length: int = 400, grade: float = 0.0) -> Road:
    """An open road to the east of one lane, 3 m wide."""
    station = np.arange(float(length))
    return Road(
        name="straight",
        closed=False,
        spacing=1.0,
        position=np.column_stack([station, 0 * station, 0.5 + grade * station]),
        heading=0 * station,
        curvature=0 * station,
        grade=0 * station + grade,
        boundaries=np.tile((-1.5, 1.5), (length, 1)),
        directions=np.array((1,)),
        markings=(Marking("solid"), Marking("solid")),
    )


# --- reward ---


def terms_of(car: Cars, where: Location, steering_rate: float = 0.0) -> dict[str, float]:
    terms = reward_terms(car, where, np.array([steering_rate]), 15.0)._asdict()
    return {name: float(values[0]) for name, values in terms.items()}


def test_perfect_driving_at_the_target_speed() -> None:
    assert terms_of(cars(speed=15.0), location()) == {
        "progress": 1.0,
        "lane_offset": 1.0,
        "heading": 1.0,
        "comfort": 0.0,
        "smoothness": 0.0,
    }


def test_each_term_by_hand() -> None:
    """At 7.5 of 15 m/s; at the lane's edge; 0.3 rad askew; 5.5 m/s2 sideways; 0.3 of 0.6 rad/s."""
    where = location(offset=-1.5, heading_error=0.3, curvature=-5.5 / 7.5**2)
    terms = terms_of(cars(speed=7.5), where, steering_rate=0.3)
    assert terms == pytest.approx(
        {
            "progress": 0.5 * np.cos(0.3),
            "lane_offset": 0.1,
            "heading": 0.1,
            "comfort": -0.5,  # half way from 3 to 8 m/s2
            "smoothness": -0.25,
        }
    )


def test_terms_have_their_bounds() -> None:
    far_off = location(offset=40.0, heading_error=3.0, curvature=0.1)
    extreme = terms_of(cars(speed=30.0), far_off, steering_rate=-9.0)
    assert extreme == pytest.approx(
        {"progress": 0.0, "lane_offset": 0.0, "heading": 0.0, "comfort": -1.0, "smoothness": -1.0},
        abs=1e-6,
    )


@pytest.mark.parametrize(("speed", "worth"), [(0.0, 0.0), (7.5, 0.5), (18.0, 0.8), (30.0, 0.0)])
def test_too_fast_is_worth_as_little_as_too_slow(speed: float, worth: float) -> None:
    assert terms_of(cars(speed=speed), location())["progress"] == pytest.approx(worth)


def test_the_reward_of_a_step_is_the_weighted_sum() -> None:
    world, weights = make(4), asdict(RewardWeights())
    world.reset(seed=0)
    for _ in range(5):
        _, reward, *_, info = world.step(np.full((4, 2), 0.1, np.float32))
        terms = info["reward_terms"]
        assert terms.keys() == weights.keys()
        expected = sum(weights[name] * values for name, values in terms.items())
        np.testing.assert_allclose(reward, expected, rtol=1e-12)


def test_usual_lateral_acceleration_is_comfortable() -> None:
    assert terms_of(cars(speed=10.0), location(curvature=0.029))["comfort"] == 0.0


def test_comfort_never_asks_for_less_steering() -> None:
    where = location(curvature=1 / 20)
    straight_on, into_the_bend = cars(speed=10.0), cars(speed=10.0, steering=0.3)
    assert terms_of(straight_on, where)["comfort"] == terms_of(into_the_bend, where)["comfort"] < 0


# --- endings ---


@pytest.mark.parametrize(
    ("where", "how_far", "end"),
    [
        (location(), progress(distance=99.9), ""),
        (location(), progress(distance=100.0), "success"),
        (location(offset=1.49), progress(), ""),
        (location(offset=1.51), progress(), "left_lane"),
        (location(offset=-1.51), progress(), "left_lane"),
        (location(heading_error=1.56), progress(), ""),
        (location(heading_error=-1.58), progress(), "wrong_way"),
        (location(), progress(standing=4.9), ""),
        (location(), progress(standing=5.0), "stuck"),
        (location(), progress(elapsed=49), ""),
        (location(), progress(elapsed=50), "time_limit"),
        # to fail at the goal is no success, and an ending on the last step is no time limit
        (location(), progress(distance=100.0, standing=5.0), "stuck"),
        (location(offset=1.51), progress(distance=100.0), "left_lane"),
        (location(), progress(distance=100.0, elapsed=50), "success"),
        (location(offset=1.51), progress(elapsed=50), "left_lane"),
    ],
)
def test_why_an_episode_ends(where: Location, how_far: Progress, end: str) -> None:
    """Failures terminate. Success truncates, as the time limit does: the road goes on."""
    judged = endings(where, how_far, 100.0, 50)
    assert REASON[judged[0]] == end
    assert TERMINATES[judged[0]] == (end in {"left_lane", "wrong_way", "stuck"})
    assert TRUNCATES[judged[0]] == (end in {"success", "time_limit"})
    assert IS_SUCCESS[judged[0]] == (end == "success")


@pytest.mark.parametrize(("before", "after", "driven"), [(10, 12, 2), (99, 1, 2), (1, 99, -2)])
def test_progress_goes_round_a_closed_road(before: float, after: float, driven: float) -> None:
    path = np.zeros(101, STATION)
    path["along"] = np.arange(101.0)
    paths = on_path(path, closed=True)
    now = progress(distance=5.0, elapsed=3)
    update_progress(
        cars(speed=9), location(along=after), paths, np.array([float(before)]), 0.1, now
    )
    assert (now.distance[0], now.elapsed[0], now.standing[0]) == (5.0 + driven, 4, 0.0)


def test_standing_is_counted_and_forgotten() -> None:
    paths, now = on_path(np.zeros(2, STATION)), progress()
    for speed, expected in ((0.4, 0.1), (0.0, 0.2), (0.6, 0.0)):
        update_progress(cars(speed=speed), location(), paths, np.zeros(1), 0.1, now)
        assert now.standing[0] == pytest.approx(expected)


def lived(world: Any, act: Callable[[], tuple[float, float]], seed: int = 0) -> tuple[str, int]:
    world.reset(seed=seed)
    for count in range(1, 1000):
        *_, info = world.step(np.array([act()], np.float32))
        if info["episode_end"][0]:
            return str(info["episode_end"][0]), count
    raise AssertionError("the episode never ended")


def test_a_car_that_brakes_is_stuck_five_seconds_after_it_stands() -> None:
    world = make(road=straight(), target_speed=12.0, autoreset_mode="Disabled")
    end, count = lived(world, lambda: (0.0, -1.0))
    # from at most 12 m/s, the brakes need at most 12 / 6 s and their lag
    assert end == "stuck"
    assert 50 <= count <= 50 + 24


def test_a_car_that_holds_its_wheel_leaves_the_lane() -> None:
    world = make(road=straight(), autoreset_mode="Disabled")
    assert lived(world, lambda: (0.4, 0.5))[0] == "left_lane"


def test_a_straight_lane_needs_no_steering_to_its_end() -> None:
    """30 m from 4.5 m/s or more, with 3 m/s2, are 3.4 s or less; at 12 m/s they are 2 s or more."""
    world = make(road=straight(), route_length=30.0, target_speed=15.0, autoreset_mode="Disabled")
    seed = next(seed for seed in range(99) if abs(started(world, seed)[1]) < 0.01)
    end, count = lived(world, lambda: (0.0, 1.0), seed)
    assert end == "success"
    assert 15 <= count <= 36


def started(world: Any, seed: int) -> NDArray[np.float32]:
    """Lane offset [m] and heading error [rad] at the start."""
    world.reset(seed=seed)
    state = world.get_state()
    return np.array([state["location_offset"][0], state["location_heading_error"][0]])


@pytest.mark.parametrize(
    ("split", "far", "askew"),
    [("train", 0.8, 0.12), ("validation", 0.3, 0.05), ("test", 0.3, 0.05)],
)
def test_starts_are_near_the_middle_and_rolling(split: str, far: float, askew: float) -> None:
    world = make(64, observations=("state",), target_speed=15.0, split=split)
    state = world.reset(seed=0)[0]["state"]
    offset, heading_error, speed = np.abs(state[:, :3]).T
    assert 0.8 * far < offset.max() < far + 0.05
    assert 0.6 * askew < heading_error.max() < askew + 0.05
    assert (speed >= 0.3 * 15.0).all()
    assert (speed <= 15.0).all()


def test_training_begins_before_tight_bends_more_often() -> None:
    tight = {}
    for split in ("train", "validation"):
        world = make(256, observations=("state",), split=split)
        curvatures = np.abs(world.reset(seed=0)[0]["state"][:, -4:])  # 5 to 40 m ahead
        tight[split] = float(np.mean(curvatures.max(axis=1) > 1 / 40))
    assert tight["train"] > tight["validation"] + 0.2


# --- figures ---


def test_figures_by_hand() -> None:
    """Two episodes of 1,000 m in all: 3 and 1 steps, one departure."""

    def trace(**values: list[float]) -> dict[str, NDArray[np.float32]]:
        return {name: np.array(value, np.float32) for name, value in values.items()}

    one = trace(
        distance_m=[200, 400, 600],
        speed_m_s=[10, 10, 10],
        lane_offset_m=[1, -1, 1],
        heading_error_rad=[0, 0, 0.2],
        departures=[0, 0, 1],
    )
    other = trace(
        distance_m=[400], speed_m_s=[14], lane_offset_m=[0], heading_error_rad=[0], departures=[0]
    )
    assert lane_metrics([one, other]) == pytest.approx(
        {
            "distance_m": 500.0,
            "mean_speed_m_s": 11.0,
            "lane_offset_rms_m": np.sqrt(3 / 4),
            "lane_offset_p95_m": 1.0,
            "heading_error_rms_rad": 0.1,
            "departures_per_km": 1.0,
        }
    )


# --- observations ---


def test_what_is_observed_is_the_state() -> None:
    world = make(3, observations=("proprioception", "state"), road=straight(grade=0.05))
    observation, _ = world.reset(seed=0)
    state = world.get_state()
    expected = [
        state["location_offset"],
        state["location_heading_error"],
        state["cars_speed"],
        state["cars_steering"],
        state["cars_acceleration"],
        np.full(3, 3.0),
        np.full(3, 0.05),
        *np.zeros((4, 3)),
    ]
    np.testing.assert_allclose(observation["state"], np.transpose(expected), atol=1e-6)
    np.testing.assert_array_equal(observation["proprioception"], observation["state"][:, 2:4])


def test_proprioception_is_speed_and_steering() -> None:
    np.testing.assert_allclose(proprioception(cars(speed=7.0, steering=-0.2)), [[7.0, -0.2]])


def test_the_state_sees_a_bend_before_it_comes() -> None:
    path = np.zeros(101, STATION)
    path["along"] = path["x"] = np.arange(101.0)
    path["curvature"][18:] = 0.04
    paths = on_path(path)
    seen = true_state(cars(), location(), paths)[0, -4:]
    np.testing.assert_allclose(seen, [0.0, 0.0, 0.04, 0.04])  # 5, 10, 20 and 40 m ahead


def test_more_cameras_see_more() -> None:
    front = replace(FRONT, height=24, width=32)
    left = replace(front, yaw=1.2)
    world = make(
        2,
        observations=("camera", "semantic"),
        cameras={"front": front, "left": left},
        image_size=None,
    )
    observation, _ = world.reset(seed=0)
    assert world.observation_space.contains(observation)
    assert set(observation) == {"camera", "semantic", "camera_left", "semantic_left"}
    assert (observation["camera"] != observation["camera_left"]).any()
    alone = make(2, observations=("camera",), cameras={"front": front}, image_size=None)
    np.testing.assert_array_equal(alone.reset(seed=0)[0]["camera"], observation["camera"])


def test_the_camera_sees_road_below_and_sky_above_and_markings_between() -> None:
    world = make(4, observations=("semantic", "depth"), image_size=(84, 84), road=straight())
    observation, _ = world.reset(seed=0)
    semantic, depth = observation["semantic"], observation["depth"]
    assert (semantic[:, 0] == SemanticClass.SKY).mean() > 0.5
    assert np.isinf(depth[semantic == SemanticClass.SKY]).all()
    assert (semantic[:, -1, 30:54] == SemanticClass.ROAD).all()
    assert (semantic == SemanticClass.MARKING_SOLID).sum(axis=(1, 2)).min() > 20


# --- options ---


def test_looks_vary_only_as_asked() -> None:
    def draws(**options: Any) -> dict[str, NDArray[np.float64]]:
        return make(8, observations=("state",), **options).reset(seed=0)[1]["randomization"]

    default, none = draws(), draws(randomization="none")
    sunny = draws(randomization=LaneRandomization(sun_strength=between(0.6, 0.7)))
    looks = default.keys() - {"road", "lane"}
    assert all(np.ptp(default[name], axis=0).all() for name in looks)
    assert not any(np.ptp(none[name], axis=0).any() for name in looks)
    assert {name for name in looks if np.ptp(sunny[name], axis=0).any()} == {"sun_strength"}
    for name in ("road", "lane"):  # looks never change where one drives
        np.testing.assert_array_equal(default[name], none[name])


@pytest.mark.parametrize("split", SPLITS)
def test_each_split_has_roads_of_its_own(split: str) -> None:
    _, info = make(8, observations=("state",), split=split).reset(seed=0)
    assert all(int(road) in SPLITS[split] for road in info["randomization"]["road"])
    others = [set(numbers) for name, numbers in SPLITS.items() if name != split]
    assert not any(set(SPLITS[split]) & numbers for numbers in others)


@pytest.mark.parametrize("rate", [5.0, 20.0])
def test_the_control_rate_is_the_time_of_a_step(rate: float) -> None:
    world = make(road=straight(), control_rate=rate, observations=("state",))
    assert world.metadata["render_fps"] == rate
    speed = world.reset(seed=0)[0]["state"][0, 2]
    *_, info = world.step(np.array([[0.0, 2 * speed / SPEED_MAX - 1]], np.float32))
    assert info["measurements"]["distance_m"][0] == pytest.approx(speed / rate, rel=0.01)


def test_the_target_speed_is_what_the_expert_drives() -> None:
    world = make(2, road=straight(), route_length=200.0, target_speed=8.0, observations=("state",))
    expert, observation = world.expert(), world.reset(seed=0)[0]
    for _ in range(60):
        observation, *_ = world.step(expert.act(observation))
    np.testing.assert_allclose(observation["state"][:, 2], 8.0, atol=0.1)


def test_a_step_limit_follows_from_the_route() -> None:
    """A third of 15 m/s for 100 m is 20 s, or 200 steps of 0.1 s."""
    world = make(road=straight(), target_speed=15.0, autoreset_mode="Disabled")
    expert = world.expert()

    def slow() -> tuple[float, float]:
        steering = float(expert.act({})[0, 0])
        speed = float(world.get_state()["cars_speed"][0])
        return steering, 1.0 if speed < 2.0 else -1.0

    assert lived(world, slow) == ("time_limit", 200)


def test_a_road_from_a_file_is_driven(tmp_path: Path) -> None:
    road = next(r for number in range(99) if (r := generate_road(number)).closed)
    file = tmp_path / "circuit.json"
    write_road(file, road)
    world = make(2, road=file, observations=("state",), autoreset_mode="Disabled")
    assert evaluate(world, world.expert(), 2).success_rate == 1.0


def test_the_expert_keeps_to_comfort_and_speed() -> None:
    world = make(32, observations=("state",), split="test", route_length=300.0, target_speed=15.0)
    expert, observation = world.expert(), world.reset(seed=5)[0]
    speed, comfort = [], []
    for _ in range(150):
        observation, *_, info = world.step(expert.act(observation))
        speed.append(info["measurements"]["speed_m_s"])
        comfort.append(info["reward_terms"]["comfort"])
    assert np.mean(speed) > 10.0
    assert np.mean(comfort) > -0.1
    assert np.quantile(comfort, 0.002) > -0.6  # an episode may begin too fast for its place


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"route_length": -1.0}, "route_length must be positive, got -1"),
        ({"route_length": np.nan}, "route_length must be positive, got nan"),
        ({"control_rate": 0.0}, "control_rate must be positive, got 0"),
        ({"target_speed": np.inf}, "target_speed must be positive, got inf"),
        ({"cameras": {}}, "cameras must name at least one camera, got none"),
        ({"route_length": 5000.0}, "open roads must be 110 m longer than the route"),
        ({"road": straight(150)}, "open roads must be 110 m longer than the route"),
        ({"road": "nowhere.csv"}, "nowhere.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make(**options)


def test_the_wheels_turn_as_far_as_the_docstring_says() -> None:
    world = make(road=straight(), autoreset_mode="Disabled")
    world.reset(seed=0)
    for _ in range(20):
        *_, info = world.step(np.array([[1.0, -1.0]], np.float32))
    assert info["measurements"]["steering_rad"][0] == pytest.approx(STEERING_MAX, abs=1e-3)
