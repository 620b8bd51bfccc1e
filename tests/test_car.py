"""The car, by hand-derived numbers and against CommonRoad's kinematic single-track model."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lane_cases import cars
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from vehiclemodels.vehicle_dynamics_ks import vehicle_dynamics_ks

from autonomy.envs.lane.physics.car import (
    ACCELERATION_MAX,
    BRAKING_MAX,
    LAG,
    SPEED_GAIN,
    SPEED_MAX,
    STEERING_MAX,
    STEERING_RATE_MAX,
    WHEELBASE,
    drive,
)
from autonomy.envs.lane.physics.vehicles import Vehicles

ACTION = st.floats(-1.0, 1.0)


def one_car(speed: float = 0.0, steering: float = 0.0) -> Vehicles:
    return cars(speed=speed, steering=steering)


def driven(
    car: Vehicles, steering: float, wanted_speed: float, seconds: float, grade: float = 0.0
) -> list[Vehicles]:
    """Hold one command [share of the lock, m/s]; return the car after every tenth of a second."""
    actions = np.array([[steering, 2 * wanted_speed / SPEED_MAX - 1]], np.float32)
    slope = np.array([grade])
    path: list[Vehicles] = []
    for _ in range(round(10 * seconds)):
        drive(car, actions, slope, 0.1)
        path.append(Vehicles._make(values.copy() for values in car))
    return path


def column(path: list[Vehicles], name: str) -> NDArray[np.float64]:
    return np.array([getattr(car, name)[0] for car in path])


@pytest.mark.parametrize("steering", [-0.35, -0.02, 0.1, 0.35])
def test_constant_steering_drives_a_circle(steering: float) -> None:
    """The rear axle's radius is wheelbase / tan(steering), about a point abeam of the axle."""
    radius = WHEELBASE / math.tan(steering)
    path = driven(one_car(8.0, steering), steering / STEERING_MAX, 8.0, 10.0)
    reach = np.hypot(column(path, "x"), column(path, "y") - radius)
    np.testing.assert_allclose(reach, abs(radius), rtol=1e-3)
    assert path[-1].heading[0] == pytest.approx(8.0 * 10.0 / radius, rel=1e-5)


def test_positive_steering_turns_left_and_x_is_forward() -> None:
    car = driven(one_car(5.0), 0.5, 5.0, 2.0)[-1]
    assert car.x[0] > 0
    assert car.y[0] > 0
    assert car.heading[0] > 0


def test_the_steering_turns_no_faster_than_its_limit_and_settles() -> None:
    angles = np.append(0.0, column(driven(one_car(), 1.0, 0.0, 2.0), "steering"))
    rates = np.diff(angles) / 0.1
    assert rates.max() <= STEERING_RATE_MAX + 1e-9
    np.testing.assert_allclose(rates[:4], STEERING_RATE_MAX)  # far from its goal, at full rate
    assert angles[-1] == pytest.approx(STEERING_MAX, abs=1e-3)
    assert angles.max() <= STEERING_MAX


def test_braking_is_limited_and_lags() -> None:
    """At 6 m/s2 after a lag of 0.15 s: after 1.5 s, 20 m/s have become 20 - 6 (1.5 - 0.15)."""
    speeds = np.append(20.0, column(driven(one_car(20.0), 0.0, 8.0, 6.0), "speed"))
    changes = np.diff(speeds) / 0.1
    assert changes.min() == pytest.approx(-BRAKING_MAX, rel=1e-2)
    assert speeds[15] == pytest.approx(20.0 - BRAKING_MAX * (1.5 - LAG), rel=0.02)
    assert speeds[-1] == pytest.approx(8.0, abs=0.01)


def test_a_full_stop_is_never_backwards() -> None:
    speeds = column(driven(one_car(20.0), 0.0, 0.0, 10.0), "speed")
    assert speeds.min() >= 0.0
    assert speeds[-1] == pytest.approx(0.0, abs=0.01)


def test_acceleration_is_limited_up_to_the_highest_speed() -> None:
    path = driven(one_car(), 0.0, SPEED_MAX, 14.0)
    assert path[9].acceleration[0] == pytest.approx(ACCELERATION_MAX, rel=1e-2)
    assert path[-1].speed[0] == pytest.approx(SPEED_MAX, abs=0.01)


@pytest.mark.parametrize("grade", [-0.08, 0.0, 0.08])
def test_the_speed_is_held_on_a_grade(grade: float) -> None:
    path = driven(one_car(10.0), 0.0, 10.0, 4.0, grade)
    assert path[-1].speed[0] == pytest.approx(10.0, abs=0.01)
    uphill = 9.81 * math.sin(math.atan(grade))
    assert path[-1].acceleration[0] == pytest.approx(uphill, abs=0.02)


def test_a_grade_takes_from_the_engine() -> None:
    """8 % uphill leave 3 - 0.782 m/s2 of the limit; the lag takes another 3 * 0.15 m/s."""
    car = driven(one_car(5.0), 0.0, SPEED_MAX, 2.0, 0.08)[-1]
    assert car.speed[0] == pytest.approx(5.0 + 2.218 * 2.0 - ACCELERATION_MAX * LAG, abs=0.08)


def test_a_car_on_a_hill_does_not_roll_backwards() -> None:
    speeds = column(driven(one_car(0.1), 0.0, 0.0, 2.0, grade=0.08), "speed")
    assert speeds.min() >= 0.0


def test_actions_beyond_the_limits_are_the_limits() -> None:
    beyond, at = driven(one_car(9.0), 3.0, -70.0, 1.0)[-1], driven(one_car(9.0), 1.0, 0.0, 1.0)[-1]
    assert beyond == at


def test_the_cars_of_a_batch_do_not_know_of_each_other() -> None:
    batch = Vehicles._make(np.repeat(values, 2) for values in one_car(12.0))
    drive(batch, np.array([[0.3, 0.5], [-0.9, -1.0]], np.float32), np.zeros(2), 0.1)
    alone = driven(one_car(12.0), 0.3, 0.75 * SPEED_MAX, 0.1)[0]
    assert [values[0] for values in batch] == [values[0] for values in alone]


@given(
    speed=st.floats(0.0, 20.0),
    actions=st.lists(st.tuples(ACTION, ACTION), min_size=1, max_size=20),
)
@settings(max_examples=50, deadline=None)
def test_commonroads_model_drives_the_same_way(
    speed: float, actions: list[tuple[float, float]]
) -> None:
    """Althoff and Wuersching, CommonRoad: Vehicle Models (2020), section 5, with our actuators.

    Ours is driven in steps of a millisecond, so that the model is compared and not its steps.
    """
    limits = SimpleNamespace(
        a=WHEELBASE,
        b=0.0,
        steering=SimpleNamespace(
            min=-STEERING_MAX, max=STEERING_MAX, v_min=-STEERING_RATE_MAX, v_max=STEERING_RATE_MAX
        ),
        longitudinal=SimpleNamespace(v_min=0.0, v_max=SPEED_MAX, v_switch=SPEED_MAX, a_max=6.0),
    )
    theirs = np.array([0.0, 0.0, 0.0, speed, 0.0, 0.0])  # x, y, steering, speed, yaw, acceleration
    ours = one_car(speed)
    for steering, speed_action in actions:
        goal = SPEED_MAX * (1 + speed_action) / 2

        def change(
            _: float, now: NDArray[np.float64], steering: float = steering, goal: float = goal
        ) -> list[float]:
            demand = np.clip(SPEED_GAIN * (goal - now[3]), -BRAKING_MAX, ACCELERATION_MAX)
            inputs = [(steering * STEERING_MAX - now[2]) / LAG, now[5]]
            return [*vehicle_dynamics_ks(now[:5], inputs, limits), (demand - now[5]) / LAG]

        theirs = solve_ivp(change, (0.0, 0.1), theirs, max_step=0.01).y[:, -1]
        for _ in range(100):
            drive(ours, np.array([[steering, speed_action]], np.float32), np.zeros(1), 0.001)
    assert np.hypot(ours.x[0] - theirs[0], ours.y[0] - theirs[1]) < 0.1  # of up to 46 m
    assert ours.heading[0] == pytest.approx(theirs[4], abs=0.01)
    assert ours.steering[0] == pytest.approx(theirs[2], abs=0.001)
    assert ours.speed[0] == pytest.approx(theirs[3], abs=0.01)


@pytest.mark.parametrize("action", [(1.0, 1.0), (-0.5, -0.3), (0.2, -1.0)])
def test_the_steps_of_the_world_are_short_enough(action: tuple[float, float]) -> None:
    """Against steps of a millisecond, off by at most 2 % of the way after a second."""
    coarse, fine, actions = one_car(10.0), one_car(10.0), np.array([action], np.float32)
    drive(coarse, actions, np.zeros(1), 1.0)
    for _ in range(1000):
        drive(fine, actions, np.zeros(1), 0.001)
    assert np.hypot(coarse.x - fine.x, coarse.y - fine.y)[0] < 0.02 * np.hypot(fine.x, fine.y)[0]
    assert coarse.speed[0] == pytest.approx(fine.speed[0], abs=0.15)
    assert coarse.heading[0] == pytest.approx(fine.heading[0], abs=0.05)
