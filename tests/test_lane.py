"""Lane following: observations, options, the expert."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lane_cases import cars, lived, location, make, on_route, straight
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.envs.lane import stage
from autonomy.envs.lane.observations import proprioception, true_state
from autonomy.envs.lane.options import FRONT
from autonomy.envs.lane.physics.car import SPEED_MAX, STEERING_MAX
from autonomy.envs.lane.roads.generated_roads import GeneratedRoads
from autonomy.envs.lane.roads.road_files import write_road
from autonomy.envs.lane.roads.road_generator import SPLITS, forward_lanes, generate_road
from autonomy.envs.lane.roads.route import STATION
from autonomy.envs.lane.scene.appearance import LaneRandomization
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.randomization import between


def test_what_is_observed_is_the_state() -> None:
    world = make(3, observations=("proprioception", "state"), roads=straight(grade=0.05))
    observation, _ = world.reset(seed=0)
    state = world.get_state()
    expected = [
        state["location_offset"],
        state["location_heading_error"],
        state["vehicles_speed"],
        state["vehicles_steering"],
        state["vehicles_acceleration"],
        np.full(3, 3.0),
        np.full(3, 0.05),
        *np.zeros((4, 3)),
    ]
    np.testing.assert_allclose(observation["state"], np.transpose(expected), atol=1e-6)
    np.testing.assert_array_equal(observation["proprioception"], observation["state"][:, 2:4])


def test_proprioception_is_speed_and_steering() -> None:
    np.testing.assert_allclose(proprioception(cars(speed=7.0, steering=-0.2)), [[7.0, -0.2]])


def test_the_state_sees_a_bend_before_it_comes() -> None:
    stations = np.zeros(101, STATION)
    stations["along"] = stations["x"] = np.arange(101.0)
    stations["length"][:-1] = 1.0
    stations["curvature"][18:] = 0.04
    seen = true_state(cars(), location(), on_route(stations))[0, -4:]
    np.testing.assert_allclose(seen, [0.0, 0.0, 0.04, 0.04])  # 5, 10, 20 and 40 m ahead


def test_more_cameras_see_more() -> None:
    front = FRONT.sized(24, 32)
    left = replace(front, mount=replace(front.mount, yaw=1.2))
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
    world = make(4, observations=("semantic", "depth"), image_size=(84, 84), roads=straight())
    observation, _ = world.reset(seed=0)
    semantic, depth = observation["semantic"], observation["depth"]
    assert (semantic[:, 0] == SemanticClass.SKY).mean() > 0.5
    assert np.isinf(depth[semantic == SemanticClass.SKY]).all()
    assert (semantic[:, -1, 30:54] == SemanticClass.ROAD).all()
    assert (semantic == SemanticClass.MARKING_SOLID).sum(axis=(1, 2)).min() > 20


def test_looks_vary_only_as_asked() -> None:
    def draws(**options: Any) -> dict[str, NDArray[np.float64]]:
        return make(8, observations=("state",), **options).reset(seed=0)[1]["randomization"]

    default, none = draws(), draws(randomization="none")
    light = replace(LaneRandomization().light, sun_strength=between(0.6, 0.7))
    sunny = draws(randomization=LaneRandomization(light=light))
    looks = default.keys() - {"road", "lane"}
    assert all(np.ptp(default[name], axis=0).all() for name in looks)
    assert not any(np.ptp(none[name], axis=0).any() for name in looks)
    assert {name for name in looks if np.ptp(sunny[name], axis=0).any()} == {"sun_strength"}
    for name in ("road", "lane"):  # looks never change where one drives
        np.testing.assert_array_equal(default[name], none[name])


def test_each_split_has_looks_of_its_own() -> None:
    """Of 32 parts of a range each split has some, which no other has; sensors' likewise."""
    parts: dict[str, dict[str, set[int]]] = {"sun_strength": {}, "exposure": {}}
    for split in SPLITS:
        world = make(100, observations=("camera",), split=split, randomization="strong")
        drawn = world.reset(seed=0)[1]["randomization"]
        for name, (low, high) in (("sun_strength", (0.4, 0.75)), ("exposure", (0.6, 1.5))):
            parts[name][split] = set(((drawn[name] - low) / (high - low) * 32).astype(int))
    for own in parts.values():
        assert len(own["train"]) > len(own["test"]) > 4
        assert not own["train"] & own["validation"]
        assert not own["train"] & own["test"]
        assert not own["validation"] & own["test"]


@pytest.mark.parametrize("split", SPLITS)
def test_each_split_has_roads_of_its_own(split: str) -> None:
    _, info = make(8, observations=("state",), split=split).reset(seed=0)
    assert all(int(road) in SPLITS[split] for road in info["randomization"]["road"])
    others = [set(numbers) for name, numbers in SPLITS.items() if name != split]
    assert not any(set(SPLITS[split]) & numbers for numbers in others)


def test_only_training_seeks_roads_of_many_lanes() -> None:
    """There, one of three lanes comes nine times as often as one of a single lane."""
    lanes = [len(generate_road(number).forward_lanes) for number in SPLITS["train"]]
    squares = np.bincount(lanes, weights=np.square(lanes))[1:]
    assert shares_of_lanes("train") == pytest.approx(squares / squares.sum(), abs=0.03)
    assert shares_of_lanes("test") == pytest.approx([0.55, 0.3, 0.15], abs=0.03)


def shares_of_lanes(split: str) -> NDArray[np.float64]:
    """Return which shares of 3,000 drawn roads have one, two and three lanes."""
    source = GeneratedRoads()
    uniform = np.random.default_rng(0).random(3000).tolist()
    numbers = [source.draw_road(split, own) for own in uniform]
    return np.bincount([forward_lanes(number) for number in numbers])[1:] / len(numbers)


@pytest.mark.parametrize("rate", [5.0, 20.0])
def test_the_control_rate_is_the_time_of_a_step(rate: float) -> None:
    world = make(roads=straight(), control_rate=rate, observations=("state",))
    assert world.metadata["render_fps"] == rate
    speed = world.reset(seed=0)[0]["state"][0, 2]
    *_, info = world.step(np.array([[0.0, 2 * speed / SPEED_MAX - 1]], np.float32))
    assert info["measurements"]["distance_m"][0] == pytest.approx(speed / rate, rel=0.01)


def test_the_target_speed_is_what_the_expert_drives() -> None:
    world = make(2, roads=straight(), route_length=200.0, target_speed=8.0, observations=("state",))
    expert, observation = world.expert(), world.reset(seed=0)[0]
    for _ in range(60):
        observation, *_ = world.step(expert.act(observation))
    np.testing.assert_allclose(observation["state"][:, 2], 8.0, atol=0.1)


def test_a_step_limit_follows_from_the_route() -> None:
    """A third of 15 m/s for 100 m is 20 s, or 200 steps of 0.1 s."""
    world = make(roads=straight(), target_speed=15.0, autoreset_mode="Disabled")
    expert = world.expert()

    def slow() -> tuple[float, float]:
        steering = float(expert.act({})[0, 0])
        speed = float(world.get_state()["vehicles_speed"][0])
        return steering, 1.0 if speed < 2.0 else -1.0

    assert lived(world, slow) == ("time_limit", 200)


def test_a_road_from_a_file_is_driven(tmp_path: Path) -> None:
    road = next(r for number in range(99) if (r := generate_road(number)).closed)
    file = tmp_path / "circuit.json"
    write_road(file, road)
    world = make(2, roads=file, observations=("state",), autoreset_mode="Disabled")
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
        ({"roads": straight(150)}, "open roads must be 110 m longer than the route"),
        ({"roads": "nowhere.csv"}, "nowhere.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make(**options)


def test_the_wheels_turn_as_far_as_the_docstring_says() -> None:
    world = make(roads=straight(), autoreset_mode="Disabled")
    world.reset(seed=0)
    for _ in range(20):
        *_, info = world.step(np.array([[1.0, -1.0]], np.float32))
    assert info["measurements"]["steering_rad"][0] == pytest.approx(STEERING_MAX, abs=1e-3)


def test_to_forget_roads_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    actions = np.random.default_rng(0).uniform(-1, 1, (40, 3, 2)).astype(np.float32)

    def seen() -> list[Any]:
        world = make(3, observations=("camera", "state"), split="train")
        first = world.reset(seed=0)[0]
        return [first, *(world.step(action)[0] for action in actions)]

    kept = seen()
    monkeypatch.setattr(stage, "_ROOM", 1)  # forgets whenever an episode begins
    np.testing.assert_equal(seen(), kept)
