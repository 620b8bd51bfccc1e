"""The gallery shows all that there is by name, and is what its command writes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from world_cases import IDS, ROOT

from autonomy.command_line import run
from autonomy.envs.arm.find_robot import ROBOTS
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.scene.appearance import PRESETS as ARM_PRESETS
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.scene.appearance import PRESETS as LANE_PRESETS
from autonomy.scripts import gallery
from autonomy.scripts.picturing.page import gallery_page
from autonomy.scripts.picturing.sections import sections

DOCS = ROOT / "docs"


def test_the_page_is_what_the_command_writes_and_has_its_pictures() -> None:
    shown = sections()
    assert (DOCS / "gallery.md").read_text(encoding="utf-8") == gallery_page(shown)
    names = {f"{picture.name}.webp" for section in shown for picture in section.pictures}
    files = list((DOCS / "gallery").iterdir())
    assert {path.name for path in files} == names
    assert sum(path.stat().st_size for path in files) < 1_500_000
    for path in files:
        with Image.open(path) as picture:
            assert np.ptp(np.asarray(picture)) > 100


def test_nothing_that_has_a_name_is_forgotten() -> None:
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    named = [*IDS, *ROBOTS]
    for preset in LANE_PRESETS:
        named.append(f"autonomy/LaneFollow-v0`, `{preset}")
    for preset in ARM_PRESETS:
        named.append(f"autonomy/ArmPickAndPlace-v0`, `{preset}")
    for options in (LaneOptions, ArmOptions):
        named += [name for cameras in options.camera_sets.values() for name in cameras]
    for name in named:
        assert f"`{name}`" in page


def test_the_animation_is_small_and_repeats() -> None:
    assert (DOCS / "worlds.webp").stat().st_size < 1_000_000
    with Image.open(DOCS / "worlds.webp") as animation:
        assert (animation.size, animation.n_frames, animation.info["loop"]) == ((960, 270), 60, 0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--seconds", "0"), "animation must be up to 60 seconds long, got 0"),
        (("--seconds", "nan"), "animation must be up to 60 seconds long, got nan"),
        (("--examples", "0"), "examples must be 1 to 16, got 0"),
    ],
)
def test_galleries_that_cannot_be_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(gallery.main, gallery.Arguments, [str(tmp_path), *words])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
