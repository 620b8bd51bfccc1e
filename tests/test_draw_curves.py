"""Curves of training runs become a picture, or one sentence says why not."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from autonomy.errors import InputError
from autonomy.scripts import draw_curves


def _run(folder: Path, success: str) -> Path:
    (folder / "curves").mkdir(parents=True)
    rows = f"time/steps,validation/success_rate\n100,\n200,0.1\n300,{success}\n"
    (folder / "curves" / "progress.csv").write_text(rows)
    return folder


def _drawn(picture: Path, *runs: Path) -> np.ndarray:
    draw_curves.main(draw_curves.Arguments((*runs, picture)))
    image = cv2.imread(str(picture))
    assert image is not None
    return image


def test_picture_shows_how_success_rose(tmp_path: Path) -> None:
    good, bad = _run(tmp_path / "good" / "run", "0.9"), _run(tmp_path / "bad" / "run", "0.2")
    first = _drawn(tmp_path / "first.png", good)
    assert np.array_equal(first, _drawn(tmp_path / "again.png", good))
    other = _drawn(tmp_path / "other.png", bad)
    assert first.shape == other.shape
    assert (first != other).any()


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    run = _run(tmp_path / "run", "0.9")
    for paths in ((), (run,), (tmp_path / "picture.png",), (run, tmp_path / "picture.jpg")):
        with pytest.raises(InputError, match=r"one run or more and a \.png file are needed"):
            draw_curves.main(draw_curves.Arguments(paths))
    with pytest.raises(InputError, match=r"has curves/progress\.csv"):
        draw_curves.main(draw_curves.Arguments((tmp_path, tmp_path / "picture.png")))
    assert not list(tmp_path.glob("*.png"))
