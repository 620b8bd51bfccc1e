"""What documents show, run: programs as they stand, commands word for word but for their size."""

import io
import re
import runpy
import shlex
import signal
import subprocess
import sys
import warnings
from contextlib import chdir, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import pytest
import torch

ROOT = Path(__file__).parent.parent
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
    "gallery.py": "--seconds 0.1 --examples 1",
    "kill_training.py": "--moments 1",
    "watch.py": "--port 0",
}
ALGORITHM = {
    "ppo": ["--recipe.n-steps", "16"],
    "recurrent_ppo": ["--recipe.n-steps", "16"],
    "sac": ["--recipe.learning-starts", "220"],
    "crossq": ["--recipe.learning-starts", "220"],
    "dagger": [],
}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands(text: str) -> list[list[str]]:
    """The words of each line that calls Python, in the order of the page."""
    lines = "\n".join(blocks(text, "sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("python ")]


def name_of(program: str) -> str | None:
    """The file in which a program is to be saved, if it says one."""
    named = re.match(r"# (\S+\.py)\n", program)
    return named[1] if named else None


def missing_libraries(program: str) -> list[str]:
    """What a program imports and is not installed."""
    imported = re.findall(r"^(?:import|from) (\w+)", program, flags=re.MULTILINE)
    return sorted({name for name in imported if find_spec(name) is None})


def run_program(path: Path, folder: Path) -> None:
    """Run a program in a process of its own, from a folder where its data sets are, too."""
    around = {
        "PYTHONPATH": str(ROOT),
        "PATH": "/usr/bin:/bin",
        "MINARI_DATASETS_PATH": str(folder),
        "OMP_NUM_THREADS": "1",  # other tests run beside it
    }
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=folder,
        env=around,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def run_command(words: list[str], folder: Path) -> None:
    """Run a script of ours, which is made smaller, or a program of the page in the folder."""
    script = Path(words[1])
    if (folder / script).is_file():
        run_program(folder / script, folder)
        return
    own = [name for word in words[2:] for name in _expanded(word, folder)]
    every_word = [str(ROOT / script), *own, *_smaller(script.name, words)]
    if script.name == "watch.py":
        _run_until_it_serves(every_word, folder)
    else:
        _run_here(every_word, folder)


def _run_until_it_serves(words: list[str], folder: Path) -> None:
    """Run a script that shows a page until somebody stops it."""
    with subprocess.Popen(
        [sys.executable, *words], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "the page is at http://127.0.0.1:" in process.stdout.readline()
        process.terminate()
    assert process.returncode == 128 + signal.SIGTERM


def _run_here(words: list[str], folder: Path) -> None:
    """Run a script in this process: one of its own takes longer to start than most take to run."""
    threads, told = torch.get_num_threads(), io.StringIO()
    with (
        patch.object(sys, "argv", words),
        chdir(folder),
        redirect_stdout(told),
        redirect_stderr(told),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")
        try:
            runpy.run_path(words[0], run_name="__main__")
        except SystemExit as ended:
            pytest.fail(f"{shlex.join(words)} ended with {ended.code}\n{told.getvalue()}")
        finally:
            torch.set_num_threads(threads)


def _smaller(script: str, words: list[str]) -> list[str]:
    if "--resume" in words:  # it is as small as it began
        return []
    more = shlex.split(SMALLER[script])
    if script == "train.py":
        more += ALGORITHM[words[words.index("--algo") + 1] if "--algo" in words else "ppo"]
        if "autonomy/LaneFollow-v0" in words:
            more += ["--world.route-length", "30"]
    return more


def _expanded(word: str, folder: Path) -> list[str]:
    """Replace a pattern by the files that a shell would find."""
    found = sorted(str(path.relative_to(folder)) for path in folder.glob(word) if "*" in word)
    return found or [word]
