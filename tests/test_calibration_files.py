"""Cameras in files as OpenCV, ROS and Kalibr write them; OpenCV writes its own here."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from autonomy.camera.calibration_file import read_camera
from autonomy.camera.camera import Camera
from autonomy.camera.camera_json import camera_to_json, rig_to_json
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.errors import InputError

K = np.array([[458.654, 0.0, 367.215], [0.0, 457.296, 248.375], [0.0, 0.0, 1.0]])
D = (-0.28340811, 0.07395907, 0.00019359, 1.76187114e-05, 0.01)
SIZE = (480, 752)
CAMERA = Camera.from_matrix(K, D, SIZE)

ROS = f"""
image_width: 752
image_height: 480
camera_name: narrow_stereo
camera_matrix:
  rows: 3
  cols: 3
  data: {K.ravel().tolist()}
distortion_model: plumb_bob
distortion_coefficients:
  rows: 1
  cols: 5
  data: {list(D)}
rectification_matrix:
  rows: 3
  cols: 3
  data: [1, 0, 0, 0, 1, 0, 0, 0, 1]
"""
ROS_MESSAGE = f"""header:
  frame_id: camera
height: 480
width: 752
distortion_model: plumb_bob
d: {list(D)}
k: {K.ravel().tolist()}
---
header:
  frame_id: camera
"""
KALIBR = """cam0:
  cam_overlaps: [1]
  camera_model: pinhole
  distortion_coeffs: [-0.28340811, 0.07395907, 0.00019359, 1.76187114e-05]
  distortion_model: radtan
  intrinsics: [458.654, 457.296, 367.215, 248.375]
  resolution: [752, 480]
  rostopic: /cam0/image_raw
cam1:
  camera_model: pinhole
  distortion_coeffs: [0.01, -0.002, 0.0003, 0.0]
  distortion_model: equidistant
  intrinsics: [457.587, 456.134, 379.999, 255.238]
  resolution: [752, 480]
"""

BOMB = "a0: &a0 [x]\n"  # which would be 9^30 values, were they all looked at
for _k in range(30):
    BOMB += f"a{_k + 1}: &a{_k + 1} [{', '.join([f'*a{_k}'] * 9)}]\n"
BOMB += "K: *a30\nD: []\n"


def close(camera: Camera, expected: Camera) -> None:
    assert (camera.height, camera.width) == (expected.height, expected.width)
    assert camera.fisheye == expected.fisheye
    np.testing.assert_allclose(camera.matrix, expected.matrix, rtol=1e-12)
    np.testing.assert_allclose(camera.distortion, expected.distortion, rtol=1e-12)


@pytest.mark.parametrize("ending", ["yml", "xml", "json"])
@pytest.mark.parametrize(
    ("matrix", "distortion", "size"),
    [
        ("camera_matrix", "distortion_coefficients", {"image_width": 752, "image_height": 480}),
        ("cameraMatrix", "dist_coeffs", {"cameraResolution": [752, 480]}),
    ],
)
def test_what_opencv_writes_is_read(
    tmp_path: Path, ending: str, matrix: str, distortion: str, size: dict[str, Any]
) -> None:
    path = tmp_path / f"camera.{ending}"
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    storage.write("calibration_time", "Sat Nov 28 06:00:00 2026")
    for name, value in size.items():
        storage.write(name, np.array(value) if isinstance(value, list) else value)
    storage.write(matrix, K)
    storage.write(distortion, np.array(D)[:, np.newaxis])
    storage.write("avg_reprojection_error", 0.3)
    storage.release()
    close(read_camera(str(path), SIZE), CAMERA)


@pytest.mark.parametrize("text", [ROS, ROS_MESSAGE])
def test_what_ros_writes_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "camera_info.yaml"
    path.write_text(text)
    close(read_camera(str(path), SIZE), CAMERA)


def test_what_kalibr_writes_is_read_camera_by_camera(tmp_path: Path) -> None:
    path = tmp_path / "camchain.yaml"
    path.write_text(KALIBR)
    close(read_camera(f"{path}:cam0", SIZE), Camera.from_matrix(K, D[:4], SIZE))
    other = [[457.587, 0.0, 379.999], [0.0, 456.134, 255.238], [0.0, 0.0, 1.0]]
    fisheye = Camera.from_matrix(other, (0.01, -0.002, 0.0003, 0.0), SIZE, fisheye=True)
    close(read_camera(f"{path}:cam1", SIZE), fisheye)
    with pytest.raises(InputError, match="it has cam0, cam1: say which, as in FILE:cam0"):
        read_camera(str(path), SIZE)
    with pytest.raises(InputError, match="it has no camera cam7, only cam0, cam1"):
        read_camera(f"{path}:cam7", SIZE)


def test_our_own_calibrations_and_rigs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    path.write_text(json.dumps({"camera": camera_to_json(CAMERA), "camera_matrix": K.tolist()}))
    assert read_camera(str(path), SIZE) == CAMERA
    path.write_text(json.dumps(rig_to_json({"front": MountedCamera(CAMERA, Mount("car"))})))
    assert read_camera(str(path), SIZE) == CAMERA
    assert read_camera(f"{path}:front", SIZE) == CAMERA


def test_frames_of_another_size_scale_the_camera_and_others_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "camera_info.yaml"
    path.write_text(ROS)
    with pytest.warns(UserWarning, match=r"is of frames of 480 x 752 px: .* scaled to 240 x 376"):
        close(read_camera(str(path), (240, 376)), CAMERA.sized(240, 376))
    with pytest.raises(InputError, match=r"must be 480 x 752 px for .* got 752 x 480"):
        read_camera(str(path), (752, 480))


def test_a_file_without_a_size_is_of_the_frames_if_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / "opencv.json"
    path.write_text(json.dumps({"camera_matrix": K.tolist(), "dist_coeff": list(D)}))
    with pytest.warns(UserWarning, match="lacks image_width and image_height: .* 480 x 752 px"):
        close(read_camera(str(path), SIZE), CAMERA)
    with pytest.raises(InputError, match=r"it lacks image_width and image_height, and its princ"):
        read_camera(str(path), (240, 376))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it must hold values by name, got a NoneType"),
        ("no JSON", "it must hold values by name, got a str"),
        ("[1, 2]", "it must hold values by name, got a list"),
        ("{", "it must be JSON, YAML or XML: Expecting property name"),
        ("a: [", "it must be JSON, YAML or XML: while parsing a flow node"),
        ("a: !!python/object/apply:os.system [exit 3]", "it must be JSON, YAML or XML: could not"),
        ("<a><b></a>", "it must be JSON, YAML or XML: mismatched tag"),
        ("{}", r"it lacks camera_matrix \(or .*\), it has nothing"),
        (ROS.replace("camera_matrix", "matrix"), r"it lacks camera_matrix \(or .*has image_width"),
        (ROS.replace("distortion_coefficients", "lens"), "it lacks distortion_coefficients"),
        (ROS.replace("image_height", "image_depth"), r"it lacks image_height \(or height\)"),
        (ROS.replace("plumb_bob", "thin_prism"), "must be one of plumb_bob, .*got 'thin_prism'"),
        (
            ROS.replace("image_width: 752", "image_width: wide"),
            "image_width must be numbers, got 'wide'",
        ),
        (ROS.replace("752", "752.5"), "width and height must be whole numbers, got 752.5"),
        (ROS.replace("458.654, ", ""), "camera_matrix must be 3 x 3 or fx, fy, cx, cy, got 8"),
        (ROS.replace("458.654", ".nan"), "camera matrix must have positive fx and fy"),
        (
            KALIBR.split("cam1")[0].replace("pinhole", "omni"),
            "camera_model must be pinhole, got 'omni'",
        ),
        ("k: &a [*a]\nd: []", "k must be numbers"),
        (BOMB, "K must be numbers"),
        ("k: " + "[" * 10_000, "it is nested too deeply"),
        ("{" + '"a":{' * 100_000, "it is nested more than 100 deep"),
        ("camera: {height: 1}", "a camera must have the keys height, width, fov"),
    ],
)
def test_what_is_missing_or_wrong_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "camera.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=f"camera .*camera.yaml: .*{reason}"):
        read_camera(str(path), SIZE)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the file cannot be read: No such file"):
        read_camera(str(tmp_path / "none.yaml"), SIZE)
    path = tmp_path / "camera.yaml"
    path.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(InputError, match="it must be JSON, YAML or XML: "):
        read_camera(str(path), SIZE)
    path.write_bytes(b" " * 5_000_000)
    with pytest.raises(InputError, match="a calibration has less than 4 MB, got 5000000 bytes"):
        read_camera(str(path), SIZE)
