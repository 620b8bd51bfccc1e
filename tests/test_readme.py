"""The commands in the documents run, word for word but for their size."""

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from chessboard import board_pictures

from autonomy.picture_file import write_picture

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / name for name in ("README.md", "docs/determinism.md", "docs/perception.md")]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
SMALLER = {
    "train.py": "--recipe.total-steps 256 --recipe.num-envs 4 --recipe.batch-size 64 "
    "--recipe.validation-episodes 2 --recipe.threads 1",
    "evaluate.py": "--episodes 2",
    "record.py": "--seconds 0.5",
    "robot.py": "--episodes 2",
    "draw_road.py": "--size 100",
    "draw_curves.py": "",
    "benchmark.py": "--parts import",
    "train_perception.py": "--recipe.frames 64 --recipe.validation-frames 32 "
    "--recipe.test-frames 32 --recipe.epochs 1 --recipe.batch-size 16 --recipe.threads 1",
    "compare_perception.py": "--episodes 2",
    "compare_lane_modules.py": "--frames 16",
    "make_dataset.py": "--frames 32",
    "export_dataset.py": "",
    "record_episodes.py": "--episodes 1",
    "calibrate_camera.py": "",
    "perceive.py": "",
    "compare.py": "--episodes 2 --conditions strong",
    "runs.py": "",
    "kill_training.py": "--moments 1",
}
ALGORITHM = {
    "ppo": ["--recipe.n-steps", "16"],
    "sac": ["--recipe.learning-starts", "220"],
    "dagger": [],
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


def commands() -> list[list[str]]:
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("python scripts/")]


def run_command(words: list[str], folder: Path) -> None:
    script = ROOT / words[1]
    own = [name for word in words[2:] for name in expanded(word, folder)]
    with patch.object(sys, "argv", [str(script), *own, *smaller(script.name, words)]):
        runpy.run_path(sys.argv[0], run_name="__main__")  # a process each would take minutes


def smaller(script: str, words: list[str]) -> list[str]:
    if "--resume" in words:  # it is as small as it began
        return []
    more = shlex.split(SMALLER[script])
    if script == "train.py":
        more += ALGORITHM[words[words.index("--algo") + 1] if "--algo" in words else "ppo"]
        if "autonomy/LaneFollow-v0" in words:
            more += ["--world.route-length", "30"]
    return more


def expanded(word: str, folder: Path) -> list[str]:
    """Replace a pattern by the files that a shell would find."""
    found = sorted(str(path.relative_to(folder)) for path in folder.glob(word) if "*" in word)
    return found or [word]


def write_pictures(folder: Path) -> None:
    """Write what the commands look at: a board from several sides, and any photo."""
    for name, picture in board_pictures((9, 6)).items():
        write_picture(folder / "board" / f"{name}.png", picture)
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    write_picture(folder / "photo.png", noise)


def test_every_script_is_shown() -> None:
    shown = {Path(words[1]).name for words in commands()}
    assert shown == set(SMALLER)


@pytest.mark.filterwarnings("default")
def test_commands_and_programs_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, program in enumerate(blocks("python")):
        name = re.match(r"# (\S+\.py)\n", program)
        (tmp_path / (name[1] if name else f"program_{number}.py")).write_text(program)
    write_pictures(tmp_path)
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    for words in commands():
        try:
            run_command(words, tmp_path)
        except SystemExit as ended:
            pytest.fail(f"{shlex.join(words)} ended with {ended.code}\n{capsys.readouterr().err}")
    torch.set_num_threads(threads)


@pytest.mark.parametrize("program", blocks("python"))
def test_programs_run(program: str, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
