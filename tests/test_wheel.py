"""The wheel, built and installed outside the checkout: it trains, and takes what users bring."""

import json
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from autonomy.picture_file import write_picture

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
MOST_LINES = 15  # of a user's own code, besides imports and what says what it is
SMALLER = {
    "evaluate": "--episodes 2",
    "record": "--seconds 0.3",
    "train": "--recipe.total-steps 256 --recipe.num-envs 4 --recipe.batch-size 64 "
    "--recipe.validation-episodes 2 --recipe.threads 1 --world.route-length 30",
    "train-perception": "--recipe.frames 64 --recipe.validation-frames 32 "
    "--recipe.test-frames 32 --recipe.epochs 1 --recipe.batch-size 16 --recipe.threads 1",
    "perceive": "",
}

TRAIN = """
from pathlib import Path
from rich.console import Console
import autonomy, autonomy.envs
from autonomy.agents.recipes import PPORecipe
from autonomy.agents.run_folder import train
assert "site" in autonomy.__file__, autonomy.__file__
recipe = PPORecipe(total_steps=10, num_envs=2, n_steps=5, batch_size=10, image_size=(24, 32),
                   validation_episodes=1, world={"route_length": 10.0}, threads=1)
trained = train("autonomy/LaneFollow-v0", recipe, 0, Path("run"), "cpu", Console())
assert trained.steps == 10
assert Path("run/policy/policy.safetensors").is_file()
"""

RUN_ALL = """
import json, sys
from autonomy.scripts.program import main
assert "site" in sys.modules["autonomy"].__file__
for words in json.loads(sys.argv[1]):  # in one process: to start takes longer than most commands
    try:
        main(words)
    except SystemExit as ended:
        sys.exit(f"{words} ended with {ended.code}")
"""


@pytest.fixture(scope="module")
def wheel_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def programs() -> dict[str, str]:
    """The files that the page shows, by name."""
    blocks = re.findall(r"```python\n(# (\S+\.py)\n.*?)```", PAGE, flags=re.DOTALL)
    return {name: text for text, name in blocks}


def commands() -> list[list[str]]:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL))
    lines = blocks.replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line]


@pytest.mark.parametrize("name", programs())
def test_a_door_takes_few_lines(name: str) -> None:
    lines = [line.strip() for line in programs()[name].splitlines()]
    own = [line for line in lines if line and not line.startswith(("#", "from ", "import ", '"""'))]
    assert len(own) <= MOST_LINES


def test_every_door_opens_from_outside(wheel_site: Path, tmp_path: Path) -> None:
    for name, text in programs().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    noise = np.random.default_rng(0).integers(0, 256, (96, 160, 3), np.uint8)
    write_picture(tmp_path / "photo.png", noise)
    smaller = json.dumps([smaller_command(words) for words in commands()])
    run_outside(wheel_site, tmp_path, RUN_ALL, smaller)


def smaller_command(words: list[str]) -> list[str]:
    program, command, *own = words
    assert program == "autonomy"
    smaller = shlex.split(SMALLER[command])
    if command == "train" and "--algo" not in own:
        smaller += ["--recipe.n-steps", "16"]
    return [command, *own, *smaller]


def run_outside(site: Path, folder: Path, program: str, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_wheel_holds_one_package_and_its_program(wheel_site: Path) -> None:
    roots = {path.name for path in wheel_site.iterdir()}
    assert {root for root in roots if not root.endswith(".dist-info")} == {"autonomy"}
    entries = next(wheel_site.glob("*.dist-info/entry_points.txt")).read_text()
    assert "autonomy = autonomy.scripts.program:main" in entries


def test_wheel_trains_ten_steps(wheel_site: Path, tmp_path: Path) -> None:
    run_outside(wheel_site, tmp_path, TRAIN)
