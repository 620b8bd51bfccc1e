"""What documents show, run: programs as they stand, commands word for word but for their size."""

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

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
}
ALGORITHM = {
    "ppo": ["--recipe.n-steps", "16"],
    "sac": ["--recipe.learning-starts", "220"],
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
    smaller = shlex.split(SMALLER[script.name])
    if script.name == "train.py":
        smaller += ALGORITHM[words[words.index("--algo") + 1] if "--algo" in words else "ppo"]
        if "autonomy/LaneFollow-v0" in words:
            smaller += ["--world.route-length", "30"]
    own = [name for word in words[2:] for name in _expanded(word, folder)]
    done = subprocess.run(
        [sys.executable, str(ROOT / script), *own, *smaller],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stderr}"


def _expanded(word: str, folder: Path) -> list[str]:
    """Replace a pattern by the files that a shell would find."""
    found = sorted(str(path.relative_to(folder)) for path in folder.glob(word) if "*" in word)
    return found or [word]
