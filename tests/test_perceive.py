"""Pictures and videos of other cameras: brought to a module's camera, perceived, drawn, written."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from small_scene import camera_at

from autonomy.camera.camera import Camera
from autonomy.camera.camera_json import camera_to_json
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.envs.lane.samples import LaneSamples
from autonomy.errors import DamagedError, InputError
from autonomy.perception.lane.shape import LANE_QUANTITIES
from autonomy.perception.modules.lane_estimation import LaneEstimation
from autonomy.perception.modules.module_folder import save_module
from autonomy.perception.modules.segmentation import LaneSegmentation
from autonomy.perception.overlays import draw_segments
from autonomy.perception.panels import side_by_side
from autonomy.perception.reframing import Cutting, Reframing
from autonomy.perception.signature import Signature
from autonomy.picture_file import read_picture, write_picture
from autonomy.scripts import perceive
from autonomy.video import open_video
from autonomy.video_reader import VideoReader

SIZE = (96, 160)


def noise(height: int = 90, width: int = 120) -> np.ndarray:
    rough = np.random.default_rng(0).integers(0, 255, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC))


def test_the_same_camera_changes_nothing() -> None:
    mounted = camera_at(90, 120, 1.0, pitch=0.2)
    assert np.array_equal(Reframing(mounted, mounted)(noise()), noise())


def test_a_wider_camera_sees_the_picture_smaller_and_black_around_it() -> None:
    """Half the focal length: a square of 40 px becomes 20 px, in the middle."""
    narrow = camera_at(100, 100, 2.0 * math.atan(0.5))
    wide = camera_at(100, 100, 2.0 * math.atan(1.0))
    frame = np.full((100, 100, 3), 80, np.uint8)
    frame[30:70, 30:70] = 200
    seen = Reframing(narrow, wide)(frame)[..., 0]
    assert (seen[41:59, 41:59] == 200).all()
    assert (seen[27:73, 27:39] == 80).all()
    assert (seen[:24] == 0).all()
    assert (seen[:, 76:] == 0).all()


def test_a_camera_that_looks_down_sees_the_horizon_higher() -> None:
    level = camera_at(101, 101, math.radians(90.0))
    down = camera_at(101, 101, math.radians(90.0), pitch=math.radians(20.0))
    frame = np.zeros((101, 101, 3), np.uint8)
    frame[51:] = 255  # all under the horizon, which is row 50
    seen = Reframing(level, down)(frame)[:, 50, 0]
    first = int(np.flatnonzero(seen > 127)[0])
    assert first == pytest.approx(50.5 - 50.5 * math.tan(math.radians(20.0)), abs=1.5)


def test_a_lens_is_taken_out() -> None:
    lens = camera_at(100, 140, 1.2, distortion=(-0.3, 0.1, 0.0, 0.0))
    frame = np.zeros((100, 140, 3), np.uint8)
    ray = np.array([[0.4, 0.25, 1.0]])
    place, _ = cv2.projectPoints(
        ray, np.zeros(3), np.zeros(3), lens.camera.matrix, np.array(lens.camera.distortion)
    )
    cv2.circle(frame, tuple(place.ravel().round().astype(int).tolist()), 2, (255, 255, 255), -1)
    plain = camera_at(100, 140, 1.2)
    seen = np.argwhere(Reframing(lens, plain)(frame)[..., 0] > 127).mean(axis=0)
    straight = plain.camera.matrix @ ray[0]
    assert seen[::-1] == pytest.approx(straight[:2], abs=1.0)


@pytest.mark.parametrize("distortion", [(0.05, -0.01, 0.004, -0.001), (0.3, 0.0, 0.0, 0.0)])
@pytest.mark.parametrize("fisheye", [False, True])
def test_any_lens_and_principal_point_is_taken_out(
    distortion: tuple[float, ...], fisheye: bool
) -> None:
    matrix = [[60.0, 0.0, 85.5], [0.0, 70.0, 40.5], [0.0, 0.0, 1.0]]
    lens = Camera.from_matrix(matrix, distortion, (100, 140), fisheye=fisheye)
    ray, none = np.array([[[0.4, 0.25, 1.0]]]), np.zeros(3)
    project = cv2.fisheye.projectPoints if fisheye else cv2.projectPoints
    place, _ = project(ray, none, none, lens.matrix, np.array(distortion))
    frame = np.zeros((100, 140, 3), np.uint8)
    cv2.circle(frame, tuple(place.ravel().round().astype(int).tolist()), 2, (255, 255, 255), -1)
    for plain in (Camera(100, 140, 1.2), Camera.from_matrix(matrix, (), (100, 140))):
        mount = Mount("world")
        reframed = Reframing(MountedCamera(lens, mount), MountedCamera(plain, mount))(frame)
        seen = np.argwhere(reframed[..., 0] > 127).mean(axis=0)
        straight = plain.matrix @ ray[0, 0]
        assert seen[::-1] == pytest.approx(straight[:2], abs=1.0)


@pytest.mark.parametrize(
    ("frame", "part"), [((192, 108), (65, 108)), ((108, 192), (108, 180)), ((96, 160), (96, 160))]
)
def test_pictures_of_another_shape_are_cut_and_not_squashed(
    frame: tuple[int, int], part: tuple[int, int]
) -> None:
    """A circle in the middle stays one."""
    picture = np.zeros((*frame, 3), np.uint8)
    cv2.circle(picture, (frame[1] // 2, frame[0] // 2), 20, (255, 255, 255), -1)
    cutting = Cutting(frame, (96, 160))
    assert cutting.part == part
    rows, columns = np.nonzero(cutting(picture)[..., 0] > 127)
    assert np.ptp(rows) == pytest.approx(40 * 160 / part[1], abs=2)
    assert np.ptp(columns) == pytest.approx(np.ptp(rows), abs=1)


def test_a_legend_names_the_colours_on_a_panel() -> None:
    picture = np.full((200, 400, 3), 250, np.uint8)  # on which white cannot be read
    classes = np.zeros((20, 40), np.uint8)
    classes[:, 30:] = 3
    draw_segments(picture, classes, ("background", "road", "own_lane", "marking_solid"))
    assert picture[50, 100].max() < 130  # the panel
    assert picture[54, 18].tolist() == [250, 250, 250]  # the colour of the class
    assert picture[46:62, 30:140].max() > 200  # its name


def test_a_telescope_takes_no_memory_and_too_long_frames_are_refused() -> None:
    wide = camera_at(96, 160, 2.0)
    seen = Reframing(camera_at(50, 50, 1e-4), wide)(np.full((50, 50, 3), 200, np.uint8))
    assert seen.shape == (96, 160, 3)
    with pytest.raises(InputError, match="must have at most 32766 px a side, got 40000"):
        Reframing(camera_at(10, 40_000, 1.0), wide)


def test_pictures_stand_in_rows_of_two_with_even_sides() -> None:
    pictures = [np.full((15, 21, 3), value, np.uint8) for value in (10, 20, 30)]
    whole = side_by_side(pictures)
    assert whole.shape == (32, 44, 3)
    assert [int(whole[y, x, 0]) for y, x in ((0, 0), (0, 22), (16, 0), (16, 22))] == [10, 20, 30, 0]
    assert side_by_side(pictures[:1]).shape == (16, 22, 3)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("modules")
    state = LaneEstimation(Signature({"camera": SIZE}, LANE_QUANTITIES))
    segments = LaneSegmentation(Signature({"camera": SIZE}, LaneSamples.labels["segments"]))
    for module in (state, segments):
        save_module(folder / module.name, module, {"world": "lane"})
    return folder / "lane_state", folder / "segmentation"


def looked(source: Path, out: Path, **arguments: Any) -> None:
    perceive.main(perceive.Arguments(source, out=out, device="cpu", **arguments))


def test_a_picture_of_the_world_shows_its_lane(tmp_path: Path, folders: tuple[Path, ...]) -> None:
    frame = LaneSamples("test", 0, (192, 320), "none").draw(0, 1, ())["camera"][0]
    source, out = tmp_path / "road.png", tmp_path / "seen.png"
    write_picture(source, frame)
    looked(source, out, folders=folders, fov=120.0, pitch=math.degrees(0.22))
    seen = read_picture(out)
    assert seen.shape == (768, 1280, 3)  # three pictures of 384 x 640
    assert not seen[384:, 640:].any()
    large = cv2.resize(frame, (640, 384), interpolation=cv2.INTER_LINEAR).astype(int)
    sky = np.abs(seen[5:100, 400:630].astype(int) - large[5:100, 400:630])
    assert np.median(sky) < 3  # what is not drawn over is the picture itself


def test_frames_of_another_size_are_resized_with_a_warning(
    tmp_path: Path, folders: tuple[Path, ...]
) -> None:
    source, out = tmp_path / "photo.png", tmp_path / "seen.png"
    write_picture(source, noise())
    with pytest.warns(UserWarning, match="90 x 120 px are resized to .* middle 72 x 120 px"):
        looked(source, out, folders=folders)
    assert read_picture(out).shape == (768, 1280, 3)


def test_a_video_becomes_a_video_of_as_many_frames(tmp_path: Path) -> None:
    source, out = tmp_path / "drive.mp4", tmp_path / "seen.mp4"
    with open_video(source, 10.0) as video:
        for _ in range(5):
            video.write(noise())
    looked(source, out, fov=60.0)
    seen = VideoReader(out)
    assert seen.fps == 10.0
    assert [frame.picture.shape for frame in seen] == [(384, 640, 3)] * 5


def test_a_calibrated_camera_is_used_or_refused(tmp_path: Path) -> None:
    source, out = tmp_path / "photo.png", tmp_path / "seen.png"
    write_picture(source, noise())
    camera = tmp_path / "camera.json"
    lens = Camera(90, 120, 1.0, distortion=(-0.2, 0.0, 0.0, 0.0))
    camera.write_text(json.dumps({"camera": camera_to_json(lens)}))
    looked(source, out, camera=camera)
    assert out.is_file()
    for text, reason in (
        (json.dumps({"camera": camera_to_json(replace(lens, width=64))}), "must be 90 x 64 px"),
        ("{}", "it lacks camera_matrix"),
        ("[]", "it must hold values by name, got a list"),
        ("no JSON", "it must hold values by name, got a str"),
    ):
        camera.write_text(text)
        with pytest.raises(InputError, match=reason):
            looked(source, tmp_path / "other.png", camera=camera)
    assert not (tmp_path / "other.png").exists()


@pytest.mark.parametrize("name", ["broken.mp4", "broken.jpg", "broken"])
def test_what_cannot_be_decoded_is_refused_and_nothing_written(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_bytes(b"neither a picture nor a video" * 50)
    out = tmp_path / ("seen.png" if name.endswith("jpg") else "seen.mp4")
    with pytest.raises(InputError):
        looked(source, out)
    with pytest.raises(InputError):
        looked(tmp_path / f"absent-{name}", out)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_video_that_breaks_off_is_refused_and_nothing_written(tmp_path: Path) -> None:
    source, out = tmp_path / "drive.mp4", tmp_path / "seen.mp4"
    with open_video(source, 10.0) as video:
        for _ in range(20):
            video.write(np.random.default_rng(0).integers(0, 255, (96, 160, 3), np.uint8))
    data = bytearray(source.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    source.write_bytes(data)
    with pytest.raises(DamagedError, match="decoded after"):
        looked(source, out, fov=60.0)
    assert not out.exists()
