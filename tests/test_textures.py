"""Pictures on surfaces: where they lie, how they are averaged, and which splits they belong to."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from small_scene import camera_at, draws_of, look_of, pose
from world_cases import make

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.mount import MountedCamera
from autonomy.camera.primitives import box
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Scene
from autonomy.camera.texture import Texture, read_textures, textures
from autonomy.envs.arm.scene.appearance import PRESETS as ARM_PRESETS
from autonomy.envs.lane.scene.appearance import PRESETS as LANE_PRESETS
from autonomy.errors import InputError
from autonomy.picture_file import write_picture
from autonomy.randomization import Choice, Sampler

LANE, ARM = "autonomy/LaneFollow-v0", "autonomy/ArmPush-v0"
SPLITS = ("train", "validation", "test")
RED, GREEN, BLUE, GREY = (220, 20, 30), (10, 200, 40), (20, 30, 210), (90, 90, 90)


def save(path: Path, picture: Any) -> Texture:
    write_picture(path, np.array(picture, np.uint8))
    return Texture(str(path))


def ground(size: float = 40.0) -> Mesh:
    corners = [(-size, -size, 0), (size, -size, 0), (size, size, 0), (-size, size, 0)]
    return surface(corners, [(0, 1, 2), (0, 2, 3)], 0, 1)


def seen(
    meshes: Sequence[Mesh],
    texture: Texture,
    view: MountedCamera,
    body: NDArray[np.float64] | None = None,
) -> NDArray[np.uint8]:
    """What a camera sees `(H, W, 3)` of meshes on one body that a texture covers."""
    library = MeshLibrary(read_textures([texture]))
    parts = [library.add([mesh]) for mesh in meshes]
    look = look_of(color=(255, 255, 255), textures=[0] * 4)
    poses = [pose() if body is None else body] * len(parts)
    view_pose = view.mount.camera_from_body[np.newaxis]
    rgb = Renderer(view.camera).render(
        library, Scene(draws_of(parts, poses, 1), look), view_pose, ("rgb",)
    )
    assert rgb.rgb is not None
    return rgb.rgb[0]


def test_a_picture_lies_upright_and_as_large_as_it_is_said_to_be(tmp_path: Path) -> None:
    """Seen from above with y up in the image, 2 m wide and half as high, from the origin on."""
    quarters = np.zeros((8, 16, 3), np.uint8)
    quarters[:4, :8], quarters[:4, 8:], quarters[4:, :8], quarters[4:, 8:] = RED, GREEN, BLUE, GREY
    texture = replace(save(tmp_path / "quarters.png", quarters), width=2.0)
    above = camera_at(100, 100, 0.5, (1.0, 0.5, 4.0), pitch=np.pi / 2, yaw=np.pi / 2)
    picture = seen([ground()], texture, above)
    metre = above.camera.intrinsics[0] / 4.0
    for x, y, color in (
        (0.5, 0.75, RED),
        (1.5, 0.75, GREEN),
        (0.5, 0.25, BLUE),
        (1.5, 0.25, GREY),
        (0.5, -0.25, RED),  # and over again
        (1.9, 0.9, GREEN),
    ):
        column, row = 49.5 + (x - 1.0) * metre, 49.5 - (y - 0.5) * metre
        if 0 <= column < 100 and 0 <= row < 100:
            assert tuple(picture[round(row), round(column)]) == color


def test_what_a_pixel_covers_is_averaged(tmp_path: Path) -> None:
    """From above against 24 x 24 rays a pixel; far away all is one colour and nothing flickers."""
    random = np.random.default_rng(2)
    tile = cv2.resize(random.integers(0, 256, (16, 16, 3), np.uint8), (64, 64))
    texture = replace(save(tmp_path / "tile.png", tile), width=1.6)
    for texels in (1.0, 1.7, 3.0, 5.0):  # in a pixel
        height = texels * 1.6 / 64 * 160 / (2 * np.tan(0.25))
        above = camera_at(48, 160, 0.5, (3.3, -2.1, height), pitch=np.pi / 2, yaw=0.4)
        found = seen([ground(400.0)], texture, above).astype(float)
        exact, plain = (supersampled(tile, 1.6, above, count) for count in (24, 1))
        assert np.abs(found - exact).mean() < 0.6 * np.abs(plain - exact).mean()
    view = camera_at(48, 160, 2.0, (3.3, -2.1, 1.4), pitch=0.15, yaw=0.4)
    found = seen([ground(400.0)], texture, view)[17:22].astype(float)
    assert np.abs(found - tile.mean(axis=(0, 1))).max() < 2.0


def supersampled(
    tile: NDArray[np.uint8], width: float, view: MountedCamera, count: int
) -> NDArray[np.float64]:
    """The mean of what `count` x `count` rays of each pixel see of the ground's picture."""
    height, columns = view.camera.height, view.camera.width
    steps = (np.arange(count) + 0.5) / count - 0.5
    rows = (np.arange(height)[:, None] + steps).ravel()
    across = (np.arange(columns)[:, None] + steps).ravel()
    fx, fy, cx, cy = view.camera.intrinsics
    rays = np.stack(
        np.broadcast_arrays((across[None] - cx) / fx, (rows[:, None] - cy) / fy, 1.0), axis=-1
    )
    turned = rays @ view.mount.camera_from_body[:, :3]
    x, y, z = view.mount.position
    far = -z / np.minimum(turned[..., 2], -1e-9)
    texel = len(tile) / width
    u = np.floor((x + far * turned[..., 0]) * texel).astype(np.int64) % len(tile)
    v = np.floor(-(y + far * turned[..., 1]) * texel).astype(np.int64) % len(tile)
    colors = tile[v, u].astype(np.float64)
    return colors.reshape(height, count, columns, count, 3).mean(axis=(1, 3))


def test_upright_faces_have_upright_pictures_that_go_with_their_body(tmp_path: Path) -> None:
    halves = np.zeros((16, 16, 3), np.uint8)
    halves[:8], halves[8:] = RED, BLUE  # red above
    texture = replace(save(tmp_path / "halves.png", halves), width=2.0)
    cube, view = box((2.0, 2.0, 2.0), 0, 2), camera_at(60, 60, 0.9, (-4.0, 0.0, 0.5))
    still = seen([cube], texture, view)
    # a picture's bottom is at z = 0, and its middle a metre above
    assert tuple(still[24, 30]) == BLUE  # at z = 0.77
    assert tuple(still[45, 30]) == RED  # at z = -0.25
    shift = np.array([0.37, -0.21, 0.63])
    moved_view = camera_at(60, 60, 0.9, tuple(np.array((-4.0, 0.0, 0.5)) + shift))
    moved = seen([cube], texture, moved_view, pose(shift))
    assert (np.abs(still.astype(int) - moved) > 3).mean() < 0.01


def test_textures_are_read_to_one_texel_and_coarser_levels_are_means(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (24, 48, 3), np.uint8)
    one, other = save(tmp_path / "a.png", picture), save(tmp_path / "b.png", [[GREY]])
    stored = read_textures([one, replace(other, width=0.5)])
    assert stored.size.tolist() == [5, 0]  # 32 texels, which 48 px hold, and 1
    assert stored.first.tolist() == [0, 1024 + 256 + 64 + 16 + 4 + 1]
    assert len(stored.texels) == stored.first[1] + 1
    np.testing.assert_allclose(stored.density, [(32.0, 64.0), (2.0, 2.0)])
    last = stored.texels[stored.first[1] - 1 :]
    bytes_of = np.stack([last >> shift & 255 for shift in (0, 8, 16)], axis=1)
    assert np.abs(bytes_of[0] - picture.mean(axis=(0, 1))).max() <= 0.5
    assert tuple(bytes_of[1]) == GREY


def looks(env_id: str, choice: Choice[Texture]) -> Any:
    if env_id == LANE:
        return replace(LANE_PRESETS["default"], asphalt_texture=choice, ground_texture=choice)
    return replace(ARM_PRESETS["default"], table_texture=choice, floor_texture=choice)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures, each with a noise of its own."""
    path = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(1)
    for number in range(8):
        save(path / f"{number}.png", random.integers(0, 256, (32, 32, 3)))
    (path / "notes.txt").write_text("no picture")
    return path


@pytest.mark.parametrize("env_id", [LANE, ARM])
def test_textures_are_drawn_an_episode_and_keep_every_promise(env_id: str, folder: Path) -> None:
    """Alone or in a batch, with one thread or more, and after a state came back: the same bits."""
    options: dict[str, Any] = {
        "observations": ("camera", "semantic", "depth"),
        "image_size": (40, 150),
        "randomization": looks(env_id, textures(folder, width=0.3)),
    }
    batch, other = make(env_id, 5, **options), make(env_id, 5, **options)
    expected, info = batch.reset(seed=0)
    names = [name for name in info["randomization"] if name.endswith("texture")]
    drawn = np.concatenate([info["randomization"][name] for name in names])
    assert len(names) == 2
    assert set(drawn) <= set(range(4))
    assert len(set(drawn)) > 1
    alone = make(env_id, 1, **options).reset(seed=3)[0]
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        single = batch.unwrapped._observe(np.arange(5))
    finally:
        numba.set_num_threads(before)
    other.reset(seed=50)
    other.unwrapped.set_state(batch.unwrapped.get_state())
    restored = other.unwrapped._observe(np.arange(5))
    plain_options = {**options, "randomization": "default"}
    plain, plain_info = make(env_id, 5, **plain_options).reset(seed=0)
    for name, values in expected.items():
        np.testing.assert_array_equal(alone[name][0], values[3])
        np.testing.assert_array_equal(single[name], values)
        np.testing.assert_array_equal(restored[name], values)
        assert (plain[name] == values).all() == (name != "camera")
    for name, values in plain_info["randomization"].items():  # no other draw is another
        np.testing.assert_array_equal(info["randomization"][name], values)


def test_each_split_has_pictures_of_its_own(folder: Path) -> None:
    choice = textures(folder)
    own = {split: {Path(one.file).name for one in choice.of(split)} for split in SPLITS}
    assert own["validation"] == {"1.png", "5.png"}
    assert own["test"] == {"2.png", "6.png"}
    assert own["train"] == {"0.png", "3.png", "4.png", "7.png"}
    sampler = Sampler(looks(LANE, choice), "test")
    draws = sampler.sample(np.random.default_rng(0).random((200, sampler.size)))
    assert set(sampler.named(draws)["ground_texture"]) == {0.0, 1.0}
    low, high = sampler.bounds
    assert (draws >= low).all()
    assert (draws <= high).all()
    one = textures([folder / "3.png"])
    assert all(one.of(split) == one.values for split in SPLITS)


def test_what_is_no_texture_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    broken = tmp_path / "broken.png"
    broken.write_text("no picture")
    pair = [folder / "0.png", folder / "1.png"]
    for source, reason in (
        (tmp_path / "none", "must be a folder of pictures or some files, got .*none"),
        (tmp_path / "empty", "a folder of textures must hold .png, .jpg, .jpeg files: .*empty"),
        (pair, "a choice must be of one value, or of three and more so that each split has its"),
    ):
        with pytest.raises(InputError, match=reason):
            textures(source)
    with pytest.raises(InputError, match="a texture's width must be positive, got -1"):
        textures(folder, width=-1.0)
    for choice, reason in (
        (textures([broken]), "broken.png must be a JPEG, PNG or the like"),
        (textures([tmp_path / "none.png"]), "none.png cannot be read"),
        (str(folder), r"asphalt_texture must be what textures\(...\) returns, got '"),
    ):
        ranges = replace(LANE_PRESETS["none"], asphalt_texture=choice)
        with pytest.raises(InputError, match=reason):
            make(LANE, randomization=ranges)


def test_a_randomisation_of_ones_own_comes_from_a_file(tmp_path: Path, folder: Path) -> None:
    source = tmp_path / "looks.py"
    source.write_text(
        "from dataclasses import replace\n"
        "from autonomy.camera.texture import textures\n"
        "from autonomy.envs.lane.scene.appearance import PRESETS\n"
        f"MINE = replace(PRESETS['default'], asphalt_texture=textures({str(folder)!r}))\n"
        "OTHER = 3\n"
    )
    options: dict[str, Any] = {"observations": ("camera",), "split": "test"}
    found = make(LANE, 2, randomization=f"{source}:MINE", **options).reset(seed=0)[0]["camera"]
    mine = replace(LANE_PRESETS["default"], asphalt_texture=textures(folder))
    expected = make(LANE, 2, randomization=mine, **options).reset(seed=0)[0]["camera"]
    np.testing.assert_array_equal(found, expected)
    for choice, reason in (
        (f"{source}:NONE", "there is no 'NONE' where '.*looks.py:NONE' says"),
        (f"{source}:OTHER", "randomization must be .* a LaneRandomization, .* got 3"),
        (f"{tmp_path}/none.py:MINE", "there is no file .*none.py"),
        (ARM_PRESETS["none"], "randomization must be .* a LaneRandomization, .*, got ArmRandom"),
    ):
        with pytest.raises(InputError, match=reason):
            make(LANE, randomization=choice)
