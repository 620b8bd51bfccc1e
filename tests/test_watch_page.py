"""The live page in a real browser: Chromium, where it is installed."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import minari
import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium")
SOFTWARE_GL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
LANE = (
    "--env autonomy/LaneFollow-v0 --world.image-size 24 32 --world.route-length 60 "
    "--world.max-episode-steps 100"
)
ARM = "--env autonomy/ArmReach-v0 --world.image-size 24 32 --world.cameras all"

_SEEN = "[not(@type='hidden')]"
_MIDDLE = 550, 350  # [px] of the window: the scene
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="the live page in a browser: chromium is not installed"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", *SOFTWARE_GL]
        )
        context = chromium.new_context(viewport={"width": 1_100, "height": 700})
        context.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield context.new_page()
        chromium.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "watched"


@contextmanager
def shown(page: Page, words: str, out: Path) -> Generator[None]:
    """Start the command, open its page, and end it."""
    command = [sys.executable, str(ROOT / "scripts/watch.py"), *words.split()]
    with subprocess.Popen(
        [*command, "--port", "0", "--out", str(out)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None
            page.goto(found[0])
            yield
        finally:
            process.terminate()
    assert process.returncode == 128 + signal.SIGTERM


def field(page: Page, label: str) -> Locator:
    """The input beside a label, which viser does not join."""
    return page.locator(f"xpath=//label[normalize-space(.)='{label}']/following::input{_SEEN}[1]")


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def says(page: Page, text: str) -> None:
    expect(page.locator("body")).to_contain_text(text)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def picture(page: Page) -> str:
    source = page.locator("img").first.get_attribute("src")
    assert source is not None
    return source


def test_every_control_does_what_it_says(browser: Page, out: Path) -> None:
    page = browser
    with shown(page, f"expert {LANE}", out):
        says(page, "expert, seed 0")
        frame = picture(page)
        page.wait_for_function("before => document.querySelector('img').src != before", arg=frame)
        press(page, "Pause")
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        field(page, "seed").fill("7")
        page.keyboard.press("Enter")
        says(page, "expert, seed 7, 0.0 s")
        frame = picture(page)
        page.get_by_text("Step", exact=True).click()
        says(page, "seed 7, 0.1 s")
        assert picture(page) != frame
        page.get_by_text("Next seed").click()
        says(page, "seed 8, 0.0 s")
        page.get_by_text("Step", exact=True).click()
        says(page, "seed 8, 0.1 s")
        page.get_by_text("Again").click()
        says(page, "seed 8, 0.0 s")

        field(page, "policy").fill("nonsense")
        page.keyboard.press("Enter")
        says(page, "no policy 'nonsense'")
        field(page, "policy").fill("random")
        field(page, "beside it").fill("expert")
        press(page, "Watch")
        says(page, "random, seed 8")
        says(page, "2. expert: camera")
        expect(page.locator("body")).not_to_contain_text("no policy 'nonsense'")

        options_and_looks_change(page)
        a_film_is_made(page, out)


def options_and_looks_change(page: Page) -> None:
    tab(page, "World")
    field(page, "target speed").fill("fast")
    press(page, "Make this world")
    tab(page, "Run")
    says(page, "options cannot be read")
    tab(page, "World")
    field(page, "target speed").fill("5")
    field(page, "randomization").fill("strong")
    press(page, "Make this world")
    expect(page.locator("body")).not_to_contain_text("options cannot be read")
    tab(page, "Looks")
    frame = picture(page)
    slider = field(page, "asphalt")
    slider.fill("66")
    slider.press("Enter")
    page.wait_for_function("before => document.querySelector('img').src != before", arg=frame)


def a_film_is_made(page: Page, out: Path) -> None:
    tab(page, "Episodes")
    press(page, "Film")
    says(page, "filming")
    tab(page, "Run")
    press(page, "Play")
    says(page, "seed 8, 1.")
    tab(page, "Episodes")
    press(page, "End the film")
    says(page, "wrote")
    assert (out / "film-1.mp4").read_bytes()[4:8] == b"ftyp"


def test_who_drives_by_key_can_load_it(browser: Page, out: Path) -> None:
    page = browser
    with shown(page, f"expert {LANE}", out):
        says(page, "expert, seed 0")
        page.mouse.click(*_MIDDLE)
        page.keyboard.press("t")
        says(page, "you drive, seed 0")
        page.keyboard.down("ArrowUp")
        page.keyboard.down("ArrowLeft")
        tab(page, "Episodes")
        says(page, "seed 0: left lane")
        page.keyboard.up("ArrowLeft")
        page.keyboard.up("ArrowUp")
        page.keyboard.press("t")
        field(page, "data set").fill("mine-v0")
        expect(page.locator("body")).to_contain_text(re.compile(r"[1-9] episodes kept"))
        press(page, "Save kept episodes")
        expect(page.locator("body")).to_contain_text(re.compile(r"wrote [1-9]\d* episodes"))
        episode, *_ = minari.MinariDataset(str(out / "mine-v0/data")).iterate_episodes()
        marks = episode.infos["intervention"]
        assert marks.any()
        assert episode.actions[marks, 0].max() > 0.3  # to the left, as no expert steers there
        page.get_by_role("button", name=re.compile("^seed 0: left lane")).click()
        tab(page, "Run")
        says(page, "expert, seed 0")


def test_an_arm_is_shown_to_several_browsers(browser: Page, out: Path) -> None:
    with shown(browser, f"expert {ARM}", out):
        says(browser, "expert, seed 0")
        other = browser.context.new_page()
        other.goto(browser.url)
        for page in (browser, other):
            says(page, "tool speed")
            says(page, "camera_wrist, 32 x 24 px")
        other.close()
        press(browser, "Pause")
        expect(browser.get_by_role("button", name="Play", exact=True)).to_be_visible()
