"""Lane following by hand-derived numbers: reward, endings, starts, figures."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from lane_cases import cars, lived, location, make, progress, straight, truth
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.primitives import box
from autonomy.envs.lane.physics.location import Location
from autonomy.envs.lane.physics.progress import Progress, update_progress
from autonomy.envs.lane.physics.vehicles import Vehicles
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.tasks.lane_follow import LaneFollow, RewardWeights
from autonomy.envs.lane.tasks.task import Situation
from autonomy.errors import InputError
from autonomy.task import Judgement, endings


def terms_of(car: Vehicles, where: Location, steering_rate: float = 0.0) -> dict[str, float]:
    judged = LaneFollow().judge(truth(car, where, progress(steering_rate=steering_rate)))
    return {name: float(values[0]) for name, values in judged.terms.items()}


def test_perfect_driving_at_the_target_speed() -> None:
    assert terms_of(cars(speed=15.0), location()) == {
        "progress": 1.0,
        "lane_offset": 1.0,
        "heading": 1.0,
        "comfort": 0.0,
        "smoothness": 0.0,
        "failure": 0.0,
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
            "failure": 0.0,
        }
    )


def test_terms_have_their_bounds() -> None:
    far_off = location(offset=40.0, heading_error=3.0, curvature=0.1)
    extreme = terms_of(cars(speed=30.0), far_off, -9.0)
    expected = {"progress": 0.0, "lane_offset": 0.0, "heading": 0.0}
    expected |= {"comfort": -1.0, "smoothness": -1.0, "failure": -1.0}
    assert extreme == pytest.approx(expected, abs=1e-6)


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


@pytest.mark.parametrize(
    ("where", "how_far", "is_late", "end"),
    [
        (location(), progress(distance=99.9), False, ""),
        (location(), progress(distance=100.0), False, "success"),
        (location(offset=1.49), progress(), False, ""),
        (location(offset=1.51), progress(), False, "left_lane"),
        (location(offset=-1.51), progress(), False, "left_lane"),
        (location(heading_error=1.56), progress(), False, ""),
        (location(heading_error=-1.58), progress(), False, "wrong_way"),
        (location(), progress(standing=4.9), False, ""),
        (location(), progress(standing=5.0), False, "stuck"),
        (location(), progress(), False, ""),
        (location(), progress(), True, "time_limit"),
        # to fail at the goal is no success, and an ending on the last step is no time limit
        (location(), progress(distance=100.0, standing=5.0), False, "stuck"),
        (location(offset=1.51), progress(distance=100.0), False, "left_lane"),
        (location(), progress(distance=100.0), True, "success"),
        (location(offset=1.51), progress(), True, "left_lane"),
    ],
)
def test_why_an_episode_ends(where: Location, how_far: Progress, is_late: bool, end: str) -> None:
    """Failures terminate. Success truncates, as the time limit does: the road goes on."""
    task = LaneFollow()
    judged = task.judge(truth(cars(), where, how_far))
    ended = endings(judged, task.success_terminates, np.array([is_late]), np.array([False]))
    assert ended.reason[0] == end
    fails = end in {"left_lane", "wrong_way", "stuck"}
    assert ended.terminated[0] == fails
    assert ended.truncated[0] == (end in {"success", "time_limit"})
    assert ended.success[0] == (end == "success")
    assert judged.terms["failure"][0] == -float(fails)


@pytest.mark.parametrize(
    ("success", "fails", "is_late", "lost", "end", "terminates"),
    [
        (True, False, False, False, "success", True),
        (True, False, True, False, "success", True),
        (True, True, True, False, "one", True),
        (True, True, True, True, "physics_lost", False),
        (False, False, False, True, "physics_lost", False),
        (False, False, True, False, "time_limit", False),
        (False, False, False, False, "", False),
    ],
)
def test_of_several_endings_one_counts(
    success: bool, fails: bool, is_late: bool, lost: bool, end: str, terminates: bool
) -> None:
    """Here success terminates; of two failures the first one counts."""
    masks = {name: np.array([fails]) for name in ("one", "other")}
    judged = Judgement({}, np.array([success]), masks, {})
    ended = endings(judged, True, np.array([is_late]), np.array([lost]))
    assert (ended.reason[0], ended.terminated[0]) == (end, terminates)
    assert ended.truncated[0] == (end != "" and not terminates)
    assert ended.success[0] == (end == "success")


def test_progress_is_how_far_a_car_has_come() -> None:
    now = progress()
    now.start[0] = 7.0
    update_progress(cars(speed=9), location(along=12.0), now, 0.1)
    assert (now.distance[0], now.standing[0]) == (5.0, 0.0)


def test_standing_is_counted_and_forgotten() -> None:
    now = progress()
    for speed, expected in ((0.4, 0.1), (0.0, 0.2), (0.6, 0.0)):
        update_progress(cars(speed=speed), location(), now, 0.1)
        assert now.standing[0] == pytest.approx(expected)


def test_a_car_that_brakes_is_stuck_five_seconds_after_it_stands() -> None:
    world = make(roads=straight(), target_speed=12.0, autoreset_mode="Disabled")
    end, count = lived(world, lambda: (0.0, -1.0))
    # from at most 12 m/s, the brakes need at most 12 / 6 s and their lag
    assert end == "stuck"
    assert 50 <= count <= 50 + 24


def test_a_car_that_holds_its_wheel_leaves_the_lane() -> None:
    world = make(roads=straight(), autoreset_mode="Disabled")
    assert lived(world, lambda: (0.4, 0.5))[0] == "left_lane"


def test_a_straight_lane_needs_no_steering_to_its_end() -> None:
    """30 m from 4.5 m/s or more, with 3 m/s2, are 3.4 s or less; at 12 m/s they are 2 s or more."""
    world = make(roads=straight(), route_length=30.0, target_speed=15.0, autoreset_mode="Disabled")
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
    offset, heading_error, speed = state[:, :3].T
    for side in (1, -1):
        assert 0.8 * far < (side * offset).max() < far + 0.05
        assert 0.6 * askew < (side * heading_error).max() < askew + 0.05
    assert (speed >= 0.3 * 15.0).all()
    assert (speed <= 15.0).all()


def test_training_begins_before_tight_bends_more_often() -> None:
    tight = {}
    for split in ("train", "validation"):
        world = make(256, observations=("state",), split=split)
        curvatures = np.abs(world.reset(seed=0)[0]["state"][:, -4:])  # 5 to 40 m ahead
        tight[split] = float(np.mean(curvatures.max(axis=1) > 1 / 40))
    assert tight["train"] > tight["validation"] + 0.2


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
    assert LaneFollow().metrics([one, other], control_rate=10.0) == pytest.approx(
        {
            "distance_m": 500.0,
            "mean_speed_m_s": 11.0,
            "lane_offset_rms_m": np.sqrt(3 / 4),
            "lane_offset_p95_m": 1.0,
            "heading_error_rms_rad": 0.1,
            "departures_per_km": 1.0,
        }
    )


class Lopsided(LaneFollow):
    """A failure that is one for all."""

    def failures(self, now: Situation) -> dict[str, Any]:
        """Never fail."""
        return {"never": np.zeros(1, np.bool_)}


class Weightless(LaneFollow):
    """A term more than there are weights."""

    def terms(self, now: Situation, failed: Any) -> dict[str, Any]:
        """Add luck."""
        return super().terms(now, failed) | {"luck": np.zeros(len(failed))}


class Unplaced(LaneFollow):
    """Something on the road, and nobody says where."""

    props = (box((1.0, 1.0, 1.0), Material.POST, SemanticClass.POST),)


class Flat(LaneFollow):
    """A layout that is no array of rows."""

    def lay_out(self, uniform: Any) -> dict[str, Any]:
        """Draw nothing."""
        return {"line": 3.0}


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (Lopsided, r"a task's never must be of shape \(3,\), got \(1,\)"),
        (Weightless, "weights must be a dataclass with .*luck, one for each reward term"),
        (Unplaced, "Unplaced must have places for its props"),
        (Flat, r"the line that a task lays out must be of shape \(3, ...\), got \(\)"),
    ],
)
def test_a_users_task_that_cannot_be_is_refused_in_a_sentence(
    task: type[LaneFollow], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        first_step(task())


def first_step(task: LaneFollow) -> None:
    world = make(3, task=task)
    world.reset(seed=0)
    world.step(np.zeros((3, 2), np.float32))
