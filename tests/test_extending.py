"""What docs/extending.md shows works from a folder outside, against the wheel."""

import re
import shlex
import subprocess
import sys
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
    for program, command, *words in commands():
        assert program == "autonomy"
        smaller = shlex.split(SMALLER[command])
        if command == "train" and "--algo" not in words:
            smaller += ["--recipe.n-steps", "16"]
        run = [sys.executable, "-m", "autonomy.scripts.program", command, *words, *smaller]
        done = subprocess.run(
            run,
            cwd=tmp_path,
            env={"PYTHONPATH": str(wheel_site), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join([command, *words])}\n{done.stderr}"
