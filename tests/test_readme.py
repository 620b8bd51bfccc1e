"""The commands in the README run, word for word but for their size."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SMALLER = {
    "train.py": "--recipe.total-steps 256 --recipe.num-envs 4 --recipe.batch-size 64 "
    "--recipe.validation-episodes 2 --recipe.threads 1",
    "evaluate.py": "--episodes 2",
    "record.py": "--seconds 0.5",
    "draw_road.py": "--size 100",
    "draw_curves.py": "",
    "benchmark.py": "--parts import",
}
ALGORITHM = {
    "ppo": ["--recipe.n-steps", "16", "--recipe.world.route-length", "30"],
    "sac": ["--recipe.learning-starts", "220"],
    "dagger": ["--recipe.world.route-length", "30"],
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands() -> list[list[str]]:
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("python scripts/")]


def run_command(words: list[str], folder: Path) -> None:
    script = Path(words[1])
    smaller = shlex.split(SMALLER[script.name])
    if script.name == "train.py":
        smaller += ALGORITHM[words[words.index("--algo") + 1] if "--algo" in words else "ppo"]
    done = subprocess.run(
        [sys.executable, str(ROOT / script), *words[2:], *smaller],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stderr}"


def test_every_script_is_shown() -> None:
    shown = {Path(words[1]).name for words in commands()}
    assert shown == set(SMALLER)


def test_commands_and_programs_run(tmp_path: Path) -> None:
    for number, program in enumerate(blocks("python")):
        name = re.match(r"# (\S+\.py)\n", program)
        (tmp_path / (name[1] if name else f"program_{number}.py")).write_text(program)
    for words in commands():
        run_command(words, tmp_path)


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
