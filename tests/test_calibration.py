"""Calibration finds the camera that took pictures of a board, and says what it did not use."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from chessboard import ASIDE, CAMERA, board_picture, board_pictures, many_board_pictures
from numpy.typing import NDArray

from autonomy.camera.calibration import calibrate
from autonomy.camera.camera_json import camera_from_json, camera_to_json
from autonomy.errors import InputError
from autonomy.picture_file import read_picture, write_picture
from autonomy.scripts import calibrate_camera

REAL = Path(__file__).parents[2] / "shared" / "dashcam" / "calibration"
CORNERS = (7, 5)


@pytest.fixture(scope="module")
def pictures() -> dict[str, NDArray[np.uint8]]:
    return board_pictures(CORNERS)


def test_a_known_camera_is_found(pictures: dict[str, NDArray[np.uint8]]) -> None:
    result = calibrate(pictures, CORNERS)
    assert list(result.errors) == list(pictures)
    assert result.error < 0.15
    assert (result.camera.height, result.camera.width) == (240, 320)
    assert result.camera.fov == pytest.approx(CAMERA.fov, rel=0.01)
    corner = np.array([[0.3, 0.2, 1.0]])  # the two lenses agree on where things are seen
    seen, expected = (
        cv2.projectPoints(
            corner, np.zeros(3), np.zeros(3), camera.matrix, np.array(camera.distortion)
        )[0]
        for camera in (result.camera, CAMERA)
    )
    assert seen == pytest.approx(expected, abs=0.5)


def test_the_principal_point_and_both_focal_lengths_are_found_and_how_well() -> None:
    pictures = many_board_pictures(CORNERS, ASIDE)
    result = calibrate(pictures, CORNERS)
    assert len(result.errors) >= 10
    assert result.warnings == ()
    assert list(result.deviations) == ["fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3"]
    found = zip(
        result.camera.intrinsics, ASIDE.intrinsics, result.deviations.values(), strict=False
    )
    for value, truth, deviation in found:
        assert 0.0 < deviation < 1.0
        assert abs(value - truth) < 1.0 + 3.0 * deviation


def test_pictures_that_tell_too_little_are_warned_of() -> None:
    pictures = board_pictures(CORNERS)
    few = calibrate({name: pictures[name] for name in ("board0", "board1", "board2")}, CORNERS)
    assert any(own.startswith("3 pictures are few") for own in few.warnings)
    copies = calibrate({name: pictures["board0"] for name in "abc"}, CORNERS)
    assert "a, b, c show the board in the same place" in " ".join(copies.warnings)
    assert "the board is tilted by 0 degrees at most" in " ".join(copies.warnings)
    assert "these pictures tell" in " ".join(copies.warnings)


def test_what_cannot_be_used_is_left_out_and_named(
    pictures: dict[str, NDArray[np.uint8]],
) -> None:
    others = {
        "half": board_picture(CAMERA, CORNERS, (0.5, 0.1, 0.0), (5.0, 0.0, 11.0)),
        "small": np.zeros((100, 100, 3), np.uint8),
    }
    result = calibrate(others | pictures, CORNERS)
    assert result.left_out == {
        "half": "no whole board of 7 x 5 inner corners",
        "small": "100 x 100 px, where most are 320 x 240",
    }
    assert result.error == calibrate(pictures, CORNERS).error


def test_too_little_to_calibrate_from_is_refused(pictures: dict[str, NDArray[np.uint8]]) -> None:
    two = {name: pictures[name] for name in ("board0", "board1")}
    with pytest.raises(
        InputError, match="must show the whole board of 7 x 5 inner corners, 2 of 2 do"
    ):
        calibrate(two, CORNERS)
    with pytest.raises(InputError, match="3 or more pictures are needed, got none"):
        calibrate({}, CORNERS)
    with pytest.raises(InputError, match="corners must be 3 x 2 or more, got 2 x 2"):
        calibrate(pictures, (2, 2))
    with pytest.raises(InputError, match="board of 9 x 6 inner corners, 0 of 5 do"):
        calibrate(pictures, (9, 6))


def test_a_real_dash_camera_is_found_to_less_than_a_pixel() -> None:
    paths = sorted(REAL.glob("*.jpg"))
    if not paths:
        pytest.skip("real pictures stay outside the repository, and ../shared/dashcam has none")
    result = calibrate({path.name: read_picture(path) for path in paths}, (9, 6))
    assert result.error < 1.0
    assert len(result.errors) == 15
    assert len(result.left_out) == 5
    assert (result.camera.height, result.camera.width) == (720, 1280)


def test_the_script_writes_a_camera_that_can_be_read_back(
    tmp_path: Path, pictures: dict[str, NDArray[np.uint8]], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = tuple(tmp_path / f"{name}.png" for name in pictures)
    for path, picture in zip(paths, pictures.values(), strict=True):
        write_picture(path, picture)
    out = tmp_path / "camera.json"
    calibrate_camera.main(calibrate_camera.Arguments(paths, CORNERS, out))
    found = json.loads(out.read_text())
    expected = calibrate(pictures, CORNERS)
    assert camera_from_json(found["camera"]) == expected.camera
    assert found["reprojection_error_px"] == expected.error
    assert found["camera_matrix"] == expected.camera.matrix.tolist()
    assert found["standard_deviations"] == expected.deviations
    said = capsys.readouterr()
    assert f"{expected.error:.3f} px" in said.out
    assert said.err.startswith("warning: 5 pictures are few: ")


def test_the_script_refuses_what_is_no_picture(tmp_path: Path) -> None:
    text = tmp_path / "board.jpg"
    text.write_text("no picture")
    for path, reason in ((text, "cannot be decoded"), (tmp_path / "none.png", "cannot be read")):
        with pytest.raises(InputError, match=reason):
            calibrate_camera.main(calibrate_camera.Arguments((path,), CORNERS))
    picture = tmp_path / "board.png"
    write_picture(picture, np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(InputError, match="every picture must be given once"):
        calibrate_camera.main(calibrate_camera.Arguments((picture, picture), CORNERS))


def test_cameras_come_back_from_json_or_are_refused() -> None:
    value = json.loads(json.dumps(camera_to_json(CAMERA)))
    assert camera_from_json(value) == CAMERA
    for broken, reason in (
        ([], "must have the keys"),
        ({**value, "zoom": 1.0}, "must have the keys"),
        ({**value, "fov": "wide"}, "must have a number as fov, got 'wide'"),
        ({**value, "height": 9.5}, "must have a whole number as height, got 9.5"),
        ({**value, "distortion": [0.1, None]}, "must have numbers as distortion"),
        ({**value, "fov": 4.0}, "between 0 and pi"),
        ({"height": 4}, "must have the keys height, width, fov, and may have distortion, near"),
    ):
        with pytest.raises(InputError, match=reason):
            camera_from_json(broken)
