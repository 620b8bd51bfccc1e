"""Rigs of cameras: as JSON and in files, in worlds, and with images of different kinds."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_scene import camera_at, draws_of, look_of, pose, wall
from world_cases import make

from autonomy.camera.camera import Camera
from autonomy.camera.camera_json import read_rig, rig_from_json, rig_to_json
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mount import Mount, MountedCamera, MountRanges
from autonomy.camera.rig import CameraRig, RigCamera, named_images
from autonomy.camera.scene import Scene
from autonomy.camera.sensor import SensorRandomization
from autonomy.envs.arm.options import PERCEPTION_CAMERAS, ArmOptions
from autonomy.errors import InputError
from autonomy.randomization import Sampler, between

LENS = (-0.2, 0.05, 0.0, 0.0)
RIG = {
    "front": MountedCamera(Camera(24, 32, 1.2, LENS), Mount("car", (0.8, 0.0, 1.4), pitch=0.2)),
    "rear": MountedCamera(Camera(20, 20, 2.0, near=0.3), Mount("car", (0, 0, 1.2), yaw=np.pi)),
}
LANE, ARM = "autonomy/LaneFollow-v0", "autonomy/ArmReach-v0"


def test_a_rig_comes_back_from_json() -> None:
    assert rig_from_json(json.loads(json.dumps(rig_to_json(RIG)))) == RIG
    least = {"camera": {"height": 8, "width": 9, "fov": 1}, "mount": {"body": "world"}}
    assert rig_from_json({"one": least}) == {"one": camera_at(8, 9, 1.0)}


K = [[29.0, 0.0, 17.5], [0.0, 30.0, 10.5], [0.0, 0.0, 1.0]]


def test_a_rig_takes_the_matrix_of_a_calibration() -> None:
    lens = {"height": 24, "width": 32, "matrix": K, "near": 0.3}
    one = {"camera": lens, "mount": {"body": "car"}}
    bent = {
        "camera": {**lens, "distortion": [0.1, 0, 0, 0], "fisheye": True},
        "mount": {"body": "car"},
    }
    rig = rig_from_json({"one": one, "bent": bent})
    assert rig["one"].camera == replace(Camera.from_matrix(K, (), (24, 32)), near=0.3)
    fisheye = Camera.from_matrix(K, (0.1, 0, 0, 0), (24, 32), fisheye=True)
    assert rig["bent"].camera == replace(fisheye, near=0.3)
    assert rig_from_json(json.loads(json.dumps(rig_to_json(rig)))) == rig
    for changes, reason in (
        ({"fov": 1.0}, "the camera of one must have no fov beside its matrix"),
        ({"matrix": "K"}, "the camera of one cannot be: camera matrix must be numbers, got 'K'"),
        ({"focal": 1.0}, "the camera of one must have the keys height, width, fov"),
        ({"fisheye": 1}, "the camera of one must have true or false as fisheye, got 1"),
        ({"near": 10**400}, "the camera of one must have a number as near"),
    ):
        with pytest.raises(InputError, match=reason):
            rig_from_json({"one": {"camera": {**lens, **changes}, "mount": {"body": "car"}}})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "a rig must be an object of cameras by name, got {}"),
        ({"front": {}}, "front must have a camera and a mount and nothing else, got {}"),
        (
            {"front": {"camera": {}, "mount": {}}},
            "the camera of front must have the keys height, width, fov, and may have distortion",
        ),
        (
            {"front": {"camera": {"height": 8, "width": 9, "fov": 1}, "mount": {"body": 3}}},
            "the mount of front must have a name as body, got 3",
        ),
        (
            {
                "front": {
                    "camera": {"height": 8, "width": 9, "fov": 1},
                    "mount": {"body": "car", "position": [1, 2]},
                }
            },
            r"the mount of front must have three numbers as position, got \[1, 2\]",
        ),
        (
            {"front": {"camera": {"height": 8, "width": 9, "fov": 9}, "mount": {"body": "car"}}},
            "camera fov must be between 0 and pi rad, got 9",
        ),
    ],
)
def test_what_is_no_rig_is_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    path = tmp_path / "rig.json"
    path.write_text(json.dumps(changes))
    with pytest.raises(InputError, match=f"camera rig .*rig.json: {reason}"):
        read_rig(path)


def test_what_is_no_file_of_a_rig_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json cannot be read: No such file"):
        make(LANE, cameras=tmp_path / "none.json")
    (tmp_path / "rig.json").write_text("{")
    with pytest.raises(InputError, match=r"rig\.json must be JSON: "):
        make(LANE, cameras=str(tmp_path / "rig.json"))


def test_a_world_takes_a_rig_as_it_is_as_json_and_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rig.json"
    path.write_text(json.dumps(rig_to_json(RIG)))
    options: dict[str, Any] = {"observations": ("camera",), "image_size": None}
    seen = [
        make(LANE, 2, cameras=cameras, **options).reset(seed=0)[0]
        for cameras in (RIG, rig_to_json(RIG), path, str(path))
    ]
    assert {name: image.shape for name, image in seen[0].items()} == {
        "camera": (2, 24, 32, 3),
        "camera_rear": (2, 20, 20, 3),
    }
    for other in seen[1:]:
        for name, image in seen[0].items():
            np.testing.assert_array_equal(other[name], image)


def test_a_set_of_cameras_has_a_name_in_options_too() -> None:
    assert ArmOptions(cameras="perception").sized_cameras() == PERCEPTION_CAMERAS
    assert [*ArmOptions(cameras="all", image_size=(8, 9)).sized_cameras()] == [
        *PERCEPTION_CAMERAS,
        "wrist",
    ]


@pytest.mark.parametrize(
    ("env_id", "bodies"), [(LANE, "car"), (ARM, "world, tool, panda_link0, .*panda_hand")]
)
def test_a_body_that_is_not_there_is_refused(env_id: str, bodies: str) -> None:
    cameras = {"odd": MountedCamera(Camera(8, 8, 1.0), Mount("moon"))}
    with pytest.raises(InputError, match=f"camera odd must be on one of {bodies}.*, got moon"):
        make(env_id, cameras=cameras)


def test_info_tells_the_distortion_of_each_lens() -> None:
    world = make(LANE, 3, cameras=RIG, image_size=None)
    cameras = world.reset(seed=0)[1]["cameras"]
    np.testing.assert_array_equal(cameras["front"]["distortion"], [LENS] * 3)
    assert cameras["rear"]["distortion"].shape == (3, 0)


def test_info_and_projections_tell_the_principal_point_and_the_model() -> None:
    mount = Mount("car", (0.8, 0.0, 1.4), pitch=0.2)
    cameras = {
        "front": MountedCamera(Camera.from_matrix(K, (), (24, 32)), mount),
        "round": MountedCamera(Camera.from_matrix(K, (0,) * 4, (24, 32), fisheye=True), mount),
    }
    told = make(LANE, 2, cameras=cameras, image_size=(48, 64)).reset(seed=0)[1]["cameras"]
    finer = [[58.0, 0.0, 35.5], [0.0, 60.0, 21.5], [0.0, 0.0, 1.0]]
    np.testing.assert_allclose(told["front"]["intrinsics"], [finer] * 2)
    assert told["front"]["fisheye"].tolist() == [False, False]
    assert told["round"]["fisheye"].tolist() == [True, True]
    rig = CameraRig(
        {"front": RigCamera(*cameras["front"].__dict__.values(), ("camera",))}, 1, "train"
    )
    rows = np.arange(1)
    rig.mount(rows, Sampler(MountRanges(), "train").records(np.zeros((1, 5))))
    rig.aim(rows, {"car": pose()[None]}, np.zeros(1, np.int64))
    point = np.array([9.0, 1.0, 0.5])
    seen = rig.projections(rows, (0.0, 0.0, 0.0))[0, 0] @ [*point, 1.0]
    across, down, ahead = np.array(K) @ mount.camera_from_body @ [*point, 1.0]
    expected = (across / ahead + 0.5) / 32, (down / ahead + 0.5) / 24
    assert seen[:2] / seen[2] == pytest.approx(expected, abs=1e-5)


def test_what_sees_behind_itself_gives_no_depth() -> None:
    lens = Camera.from_matrix(
        [[8, 0, 15.5], [0, 8, 15.5], [0, 0, 1]], (0,) * 4, (32, 32), fisheye=True
    )
    cameras = {"round": MountedCamera(lens, Mount("car"))}
    with pytest.raises(InputError, match="camera round must see less than 90 degrees"):
        make(LANE, cameras=cameras, observations=("camera", "depth"))


def test_images_that_would_take_all_memory_are_refused() -> None:
    for image_size in ((50_000, 50_000), (20_000, 20_000)):
        with pytest.raises(
            InputError, match="images of camera front must have at most 100 million"
        ):
            make(LANE, image_size=image_size)


def test_each_camera_of_a_rig_gives_its_own_kinds_of_image() -> None:
    eye, half = Camera(12, 16, 1.2), Camera(6, 8, 1.2)
    cameras = {
        "front": RigCamera(eye, Mount("world", (0, 0, 1.5)), ("camera", "depth")),
        "module": RigCamera(half, Mount("tool"), ("camera",)),
        "blind": RigCamera(half, Mount("tool"), ()),
    }
    rig = CameraRig(cameras, 2, "train", SensorRandomization(latency=between(1.0, 1.0)))
    assert rig.bodies == ("world", "tool")
    rows, library = np.arange(2), MeshLibrary()
    scene = Scene(draws_of([library.add([wall(20.0)])], [pose()], 2), look_of(2))
    still = np.zeros((2, Sampler(MountRanges(), "train").size))
    rig.draw_sensors(rows, np.full((2, rig.sensor_draws), 0.5))
    rig.mount(rows, Sampler(MountRanges(), "train").records(still))
    tool = np.stack([pose((5.0, 0.0, 1.5))] * 2)
    rig.aim(rows, {"world": np.stack([pose()] * 2), "tool": tool}, np.zeros(2, np.int64))
    seen = rig.observe(library, scene, rows, ("front", "module"))
    assert {name: [*images] for name, images in seen.items()} == {
        "front": ["camera", "depth"],
        "module": ["camera"],
    }
    assert [*named_images(seen)] == ["camera", "depth", "camera_module"]
    assert seen["front"]["depth"][0, 6, 8] == pytest.approx(20.0)
    assert seen["module"]["camera"].shape == (2, 6, 8, 3)
    assert [*rig.describe()["cameras"]] == ["front", "module"]
    assert [*rig.describe(("module",))["cameras"]] == ["module"]
    assert rig.projections(rows, (0.0, 0.0, 0.0), ("module",)).shape == (2, 1, 3, 4)
    assert "late_camera_module" in rig.arrays()
    assert "late_depth_module" not in rig.arrays()
