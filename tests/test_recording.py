"""Films and the frames in them."""

from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from toy_world import TOY_ID, register_toy

from autonomy.errors import InputError
from autonomy.make import make_world
from autonomy.recording import record
from autonomy.recording.dashboard import MARGIN, Dashboard
from autonomy.recording.film import film
from autonomy.recording.pictures import (
    class_picture,
    depth_picture,
    fit_height,
    magnify,
    observed_pictures,
)
from autonomy.video import open_video

register_toy()


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_film_is_what_browsers_play(tmp_path: Path) -> None:
    world = make_world(TOY_ID, 1, render_mode="rgb_array")
    path = tmp_path / "films" / "toy.mp4"
    record(world, world.expert(), path, seconds=2.5)
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert video.codec_context.name == "h264"
        assert video.codec_context.pix_fmt == "yuv420p"
        assert (video.codec_context.width, video.codec_context.height) == (720, 720)
        assert video.average_rate == world.metadata["render_fps"]
    assert len(decoded(path)) == 25
    raw = path.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")  # plays before it is loaded


def test_the_policys_own_picture_is_in_the_film(tmp_path: Path) -> None:
    world = make_world(TOY_ID, 1)
    path = tmp_path / "toy.mp4"
    record(world, world.expert(), path, seconds=0.1)
    frame = decoded(path)[0]
    reset, _ = world.reset(seed=[0])
    camera = world.step(world.expert().act(reset))[0]["camera"][0]
    side = 256 // 16
    centres = np.arange(16) * side + side // 2 + MARGIN
    seen = frame[MARGIN + 40, centres].astype(int)
    np.testing.assert_allclose(seen, camera[2].astype(int), atol=8)


def test_colours_survive_the_codec(tmp_path: Path) -> None:
    colours = [(200, 60, 40), (30, 160, 60), (40, 70, 200), (128, 128, 128)]
    path = tmp_path / "colours.mp4"
    with open_video(path, 10) as video:
        for colour in colours:
            video.write(np.full((64, 96, 3), colour, np.uint8))
    for frame, colour in zip(decoded(path), colours, strict=True):
        np.testing.assert_allclose(frame[32, 48].astype(int), colour, atol=6)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_animated_pictures_repeat_and_keep_colours_times_and_size(
    tmp_path: Path, suffix: str
) -> None:
    colours = [(200, 60, 40), (30, 160, 60), (40, 70, 200), (128, 128, 128)]
    path = tmp_path / f"colours{suffix}"
    with open_video(path, 15.0) as video:
        for colour in colours:
            video.write(np.full((64, 96, 3), colour, np.uint8))
    with Image.open(path) as animation:
        assert (animation.n_frames, animation.size) == (4, (96, 64))
        assert animation.info["loop"] == 0
        total = 0
        for number, colour in enumerate(colours):
            animation.seek(number)
            animation.load()
            total += animation.info["duration"]
            seen = np.asarray(animation.convert("RGB"))[32, 48].astype(int)
            np.testing.assert_allclose(seen, colour, atol=6)
    assert total == pytest.approx(4 * 1000 / 15, abs=20)


@pytest.mark.parametrize(
    ("name", "width", "size"),
    [("a.mp4", None, 720), ("a.webp", None, 640), ("a.gif", 161, 160), ("a.mp4", 321, 320)],
)
def test_films_are_as_wide_as_asked_for(
    tmp_path: Path, name: str, width: int | None, size: int
) -> None:
    world = make_world(TOY_ID, 1)
    record(world, world.expert(), tmp_path / name, seconds=0.3, width=width)
    with av.open(str(tmp_path / name)) as container:
        assert container.streams.video[0].codec_context.width in (size, 0)  # FFmpeg reads no WebP
    if name.endswith((".gif", ".webp")):
        with Image.open(tmp_path / name) as animation:
            assert (animation.size, animation.n_frames) == ((size, size), 3)


def test_an_episodes_end_stays_on_screen_and_the_next_begins() -> None:
    world = make_world(TOY_ID, 1, max_episode_steps=5)
    frames = list(islice(film(world, world.expert(), seed=0), 5 + 15 + 1))
    assert np.array_equal(frames[5], frames[19])
    assert not np.array_equal(frames[4], frames[5])
    assert not np.array_equal(frames[19], frames[20])


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_film_without_length_is_refused(tmp_path: Path, seconds: float) -> None:
    world = make_world(TOY_ID, 1)
    with pytest.raises(InputError, match="length must be positive"):
        record(world, world.expert(), tmp_path / "film.mp4", seconds)
    assert list(tmp_path.iterdir()) == []


def test_other_films_that_cannot_be_are_refused(tmp_path: Path) -> None:
    world = make_world(TOY_ID, 1)
    with pytest.raises(InputError, match=r"must end in \.mp4, \.gif, \.webp, got .*film\.avi"):
        record(world, world.expert(), tmp_path / "film.avi")
    with pytest.raises(InputError, match="width must be 64 to 3840 px, got 8"):
        record(world, world.expert(), tmp_path / "film.gif", width=8)
    world.metadata["render_fps"] = 60.0
    with pytest.raises(InputError, match="at most 50 frames/s, got 60"):
        record(world, world.expert(), tmp_path / "film.gif")
    with pytest.raises(InputError, match=r"seed must be a whole .*, got -2"):
        record(world, world.expert(), tmp_path / "film.mp4", seed=-2)
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"the film before")

    def break_off() -> None:
        with open_video(path, 10) as video:
            video.write(np.zeros((64, 64, 3), np.uint8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.mp4"]
    assert path.read_bytes() == b"the film before"


def dashboard(view: NDArray[np.uint8], actions: dict[str, float]) -> Dashboard:
    return Dashboard(
        view=view,
        overview=np.full((32, 32, 3), 90, np.uint8),
        seen={"camera": np.full((84, 84, 3), (10, 200, 30), np.uint8)},
        title="episode 0   1.0 s",
        measurements={"speed_m_s": 12.34},
        actions=actions,
    )


def test_a_dashboard_leaves_the_view_alone_but_for_its_panels() -> None:
    view = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    before = view.copy()
    frame = dashboard(view, {"steering": 0.5}).draw()
    np.testing.assert_array_equal(view, before)
    np.testing.assert_array_equal(frame[300:500, 340:900], view[300:500, 340:900])
    np.testing.assert_array_equal(frame[100, 100], (10, 200, 30))


def test_bars_reach_to_the_side_of_their_sign() -> None:
    view = np.zeros((720, 1280, 3), np.uint8)
    blue = {
        value: (dashboard(view, {"steering": value}).draw() == (96, 176, 255)).all(-1)
        for value in (-1.0, -0.5, 0.0, 0.5, 7.0)
    }
    columns = {value: np.flatnonzero(found.any(0)) for value, found in blue.items()}
    assert columns[0.0].size == 0
    assert columns[-0.5].max() < columns[0.5].min()
    assert columns[-1.0].size == pytest.approx(2 * columns[-0.5].size, abs=2)
    assert columns[7.0].size == columns[-1.0].size


@pytest.mark.parametrize("width", [1280, 1100, 720])
def test_a_banner_tells_good_from_bad_and_covers_neither_middle_nor_panels(width: int) -> None:
    view = np.random.default_rng(0).integers(0, 256, (720, width, 3), np.uint8)
    shown = dashboard(view, {"steering": 0.5, "speed": 0.0})
    bare = shown.draw()
    good, bad = (shown.draw_end("lane departure", good=is_good) for is_good in (True, False))
    assert not np.array_equal(good, bad)
    rows, columns = (np.flatnonzero((good != bare).any(axis=(2, own))) for own in (1, 0))
    assert rows.min() > 0.7 * 720
    assert columns[0] + columns[-1] == pytest.approx(width, abs=2)
    panels = np.zeros((720, width), np.bool_)
    panels[-24 - 74 :, 24 : 24 + 300] = panels[-24 - 74 :, -24 - 300 : -24] = True
    np.testing.assert_array_equal(good[panels], bare[panels])


def test_every_kind_of_image_is_shown_and_nothing_else() -> None:
    depth = np.full((2, 4, 6), np.inf, np.float32)
    depth[1, 2] = 5.0
    observation = {
        "camera": np.zeros((2, 4, 6, 3), np.uint8),
        "depth": depth,
        "semantic": np.arange(48, dtype=np.uint8).reshape(2, 4, 6, 1) % 5,
        "proprioception": np.zeros((2, 3), np.float32),
    }
    pictures = observed_pictures(observation, env=1)
    assert list(pictures) == ["camera", "depth", "semantic"]
    assert all(picture.shape == (4, 6, 3) for picture in pictures.values())
    assert all(picture.dtype == np.uint8 for picture in pictures.values())


def test_near_is_brighter_than_far() -> None:
    shades = depth_picture(np.array([[1.0, 5.0, 100.0, np.inf]], np.float32)).sum(axis=-1)[0]
    assert (np.diff(shades.astype(int)) < 0).all()
    assert depth_picture(np.full((2, 2), np.inf, np.float32)).max() < 10


def test_classes_get_different_colours() -> None:
    colours = class_picture(np.arange(12, dtype=np.uint8)[None])[0]
    assert len(np.unique(colours, axis=0)) == 12


def test_small_pictures_grow_by_whole_factors_and_large_ones_shrink() -> None:
    small = np.random.default_rng(1).integers(0, 256, (5, 7, 3), np.uint8)
    grown = magnify(small, 17)
    assert grown.shape == (15, 21, 3)
    np.testing.assert_array_equal(grown[::3, ::3], small)
    assert magnify(np.zeros((480, 640, 3), np.uint8), 240).shape == (240, 320, 3)
    assert fit_height(np.zeros((100, 101, 3), np.uint8), 50).shape == (50, 50, 3)
