"""Cameras in both worlds: where `info` says they are, and what strong randomisation does."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from world_cases import (
    EVERYTHING,
    RANDOMIZATION,
    assert_same,
    live,
    make,
    random_actions,
    row_of,
)

from autonomy.camera.mount import Mount
from autonomy.camera.rig import IMAGES
from autonomy.camera.sensor import SensorRandomization
from autonomy.envs.arm.options import FRONT, WRIST
from autonomy.envs.lane.options import FRONT as BONNET
from autonomy.randomization import between
from autonomy.streams import STREAMS

LANE, ARM = "autonomy/LaneFollow-v0", "autonomy/ArmPush-v0"
CAMERAS: dict[str, Any] = {
    LANE: {
        "front": BONNET,
        "left": replace(BONNET, mount=Mount("car", (0.8, 0.4, 1.2), 0.22, 0.3)),
    },
    ARM: {"front": FRONT, "wrist": WRIST},
}
both_worlds = pytest.mark.parametrize("env_id", [LANE, ARM])


def make_with(env_id: str, num_envs: int, sensor: SensorRandomization, **options: Any) -> Any:
    options = {"observations": EVERYTHING, "cameras": CAMERAS[env_id], **options}
    ranges = RANDOMIZATION[env_id](sensor=sensor)
    return make(env_id, num_envs, **options, randomization=ranges)


def images(observation: dict[str, Any]) -> dict[str, Any]:
    return {name: image for name, image in observation.items() if name.startswith(IMAGES)}


@both_worlds
def test_late_images_are_the_earlier_ones_bit_for_bit(env_id: str) -> None:
    noise = SensorRandomization(read_noise=between(4.0, 4.0), blur=between(0.5, 0.5))
    fresh = make_with(env_id, 2, noise)
    late = make_with(env_id, 2, replace(noise, latency=between(2.0, 2.0)))
    actions = random_actions(fresh, 40)
    seen = [images(fresh.reset(seed=0)[0])]
    assert_same(images(late.reset(seed=0)[0]), seen[0])
    age, oldest = np.zeros(2, np.int64), 0
    for action in actions:
        now, _, terminated, truncated, info = fresh.step(action)
        arrived, *_, late_info = late.step(action)
        seen.append(images(now))
        age = np.where(terminated | truncated, 0, age + 1)
        for row in range(2):
            expected = row_of(seen[-1 - min(age[row], 2)], row)
            assert_same(row_of(images(arrived), row), expected)
            if terminated[row] | truncated[row]:
                oldest = max(oldest, len(seen))
                expected = row_of(seen[-3], row)  # episodes are longer than two steps
                assert_same(images(late_info["final_obs"][row]), expected)
        assert_same(now["state"], arrived["state"])
        assert_same(info["measurements"], late_info["measurements"])
    assert oldest, "no episode ended"


@both_worlds
def test_strong_randomisation_keeps_every_promise(env_id: str) -> None:
    """A row lives as if alone, and a restored state goes on, frames that are late included."""
    options = {"observations": EVERYTHING, "randomization": "strong", "cameras": CAMERAS[env_id]}
    batch, other, alone = (make(env_id, count, **options) for count in (3, 3, 1))
    actions = random_actions(batch, 24)
    expected = [batch.reset(seed=5)[0]]
    found = [alone.reset(seed=6)[0]]
    other.reset(seed=77)
    for count, action in enumerate(actions):
        if count == 6:
            other.unwrapped.set_state(batch.unwrapped.get_state())
        before = batch.step(action)
        expected.append(before[0])
        found.append(alone.step(action[1:2])[0])
        if count >= 6:
            assert_same(other.step(action), before)
    for one, many in zip(found, expected, strict=True):
        assert_same(row_of(one, 0), row_of(many, 1))


@both_worlds
def test_strong_randomisation_is_seen_in_the_colours(env_id: str) -> None:
    strong = SensorRandomization(exposure=between(1.2, 1.2), read_noise=between(5.0, 5.0))
    plain, disturbed = make_with(env_id, 2, SensorRandomization()), make_with(env_id, 2, strong)
    before, after = plain.reset(seed=0)[0], disturbed.reset(seed=0)[0]
    assert np.abs(before["camera"].astype(int) - after["camera"]).mean() > 3.0
    for name in ("depth", "semantic", "instance", "state"):
        assert_same(before[name], after[name])


@both_worlds
def test_what_one_camera_sees_another_sees_where_info_says(env_id: str) -> None:
    """Points of the first one's depth image, in the world, and in the second one's image."""
    sensor = SensorRandomization(latency=between(2.0, 2.0), zoom=between(0.8, 1.3))
    world = make_with(env_id, 2, sensor, image_size=(60, 80))
    _, info = world.reset(seed=1)
    assert info["cameras"].keys() == CAMERAS[env_id].keys()
    for observation, *_, info in live(world, random_actions(world, 4)):
        first, second = info["cameras"].values()
        name = list(CAMERAS[env_id])[1]
        for row in range(2):
            points = unprojected(observation["depth"][row], row_of(first, row))
            pixels, depth = projected(points, row_of(second, row))
            columns, rows = np.rint(pixels).astype(int).T
            inside = (depth > 0.05) & (rows >= 0) & (rows < 60) & (columns >= 0) & (columns < 80)
            assert inside.sum() > 300
            seen = observation[f"depth_{name}"][row][rows[inside], columns[inside]]
            # what the second one does not see is hidden behind something nearer
            assert np.isclose(seen, depth[inside], rtol=0.03).mean() > 0.5
            assert (seen < 1.1 * depth[inside] + 0.02).mean() > 0.95


@both_worlds
def test_a_lens_twice_as_long_is_that_of_a_camera_of_half_the_width(env_id: str) -> None:
    """Half as wide is its image on a screen at distance 1, which is twice tan(fov / 2)."""
    name, one = next(iter(CAMERAS[env_id].items()))
    half = np.arctan(np.tan(one.camera.fov / 2.0) / 2.0)
    narrow = replace(one, camera=replace(one.camera, fov=2.0 * half))
    zoomed = make_with(env_id, 2, SensorRandomization(zoom=between(2.0, 2.0)))
    plain = make_with(env_id, 2, SensorRandomization(), cameras={name: narrow})
    seen, info = zoomed.reset(seed=0)
    expected, expected_info = plain.reset(seed=0)
    np.testing.assert_allclose(
        info["cameras"][name]["intrinsics"], expected_info["cameras"][name]["intrinsics"]
    )
    assert (seen["instance"] == expected["instance"]).mean() > 0.999
    assert (seen["camera"] == expected["camera"]).mean() > 0.99


@both_worlds
def test_without_images_info_has_no_cameras(env_id: str) -> None:
    world = make(env_id, 1, observations=("state",))
    assert "cameras" not in world.reset(seed=0)[1]
    assert "cameras" not in world.step(random_actions(world, 1)[0])[4]


def test_a_camera_on_a_car_is_where_the_car_is() -> None:
    world = make(LANE, 3, randomization="none")
    world.reset(seed=0)
    for *_, info in live(world, random_actions(world, 3)):
        state, pose = world.unwrapped.get_state(), info["cameras"]["front"]["camera_from_world"]
        place = -np.einsum("nij,ni->nj", pose[:, :, :3], pose[:, :, 3])
        heading, grade = state["vehicles_heading"], np.arctan(state["location_grade"])
        ahead = 0.8 * np.cos(grade) - 1.4 * np.sin(grade)
        expected = [
            state["vehicles_x"] + ahead * np.cos(heading),
            state["vehicles_y"] + ahead * np.sin(heading),
            state["location_height"] + 0.8 * np.sin(grade) + 1.4 * np.cos(grade),
        ]
        np.testing.assert_allclose(place.T, expected, atol=1e-9)


def test_a_thing_lands_where_opencv_projects_it() -> None:
    """Also from the wrist, which moves, where images are late, and with lenses that differ."""
    delay = 2
    sensor = SensorRandomization(latency=between(2.0, 2.0), zoom=between(0.8, 1.3))
    world = make_with(ARM, 4, sensor, image_size=(96, 96))
    world.reset(seed=3)
    places = [world.unwrapped.get_state()["object_pose"][:, 0, :3]]
    hits: dict[str, int] = dict.fromkeys(CAMERAS[ARM], 0)
    wrists: list[Any] = []
    for observation, *_, info in live(world, random_actions(world, 12)):
        places.append(world.unwrapped.get_state()["object_pose"][:, 0, :3])
        for name, key in (("front", "instance"), ("wrist", "instance_wrist")):
            last = observation["instance"].max()  # things are drawn last
            for row in range(4):
                camera, seen = row_of(info["cameras"][name], row), observation[key][row]
                point = places[max(len(places) - 1 - delay, 0)][row]
                (column, line), depth = (one[0] for one in projected(point[None], camera))
                if depth > 0 and 0 <= column <= 95 and 0 <= line <= 95:
                    hits[name] += seen[round(line), round(column)] == last
        wrists.append(info["cameras"]["wrist"]["camera_from_world"])
    assert all((one != other).any() for one, other in pairwise(wrists[delay:]))
    assert hits["front"] >= 40, hits
    assert hits["wrist"] >= 10, hits


def unprojected(depth: NDArray[np.float32], camera: dict[str, Any]) -> NDArray[np.float64]:
    """Points of the world `(K, 3)` that a depth image shows."""
    rows, columns = np.nonzero(np.isfinite(depth) & (depth < 50.0))
    ahead = depth[rows, columns].astype(np.float64)
    rays = np.linalg.solve(camera["intrinsics"], np.array([columns, rows, np.ones(len(rows))]))
    pose = camera["camera_from_world"]
    return ((rays * ahead).T - pose[:, 3]) @ pose[:, :3]


def projected(
    points: NDArray[np.float64], camera: dict[str, Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Column and row `(K, 2)` [px] and depth `(K,)` [m] of points `(K, 3)`."""
    pose = camera["camera_from_world"]
    turn, _ = cv2.Rodrigues(pose[:, :3])
    pixels, _ = cv2.projectPoints(points, turn, pose[:, 3], camera["intrinsics"], np.zeros(4))
    return pixels.reshape(-1, 2), points @ pose[2, :3] + pose[2, 3]


@both_worlds
def test_who_asks_for_no_sensor_pays_for_none(env_id: str) -> None:
    """No random number, nothing in the state, no pass over the pixels."""
    world = make(env_id, 2, randomization="default").unwrapped
    _, info = world.reset(seed=0)
    before = world.get_state()
    assert not any(name.startswith(("sensor", "late")) for name in before)
    assert "exposure" not in info["randomization"]
    world.reset()
    sensor = STREAMS.index("sensor")
    assert_same(world.get_state()["stream_used"][:, sensor], np.zeros(2, np.int64))
