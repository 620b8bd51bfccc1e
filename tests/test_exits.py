"""However a command ends, it says so in a line, and its status says it too."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from world_cases import LANE, ROOT

from autonomy.scripts import program

SIGNALLED = """
import os, signal
os.kill(os.getpid(), signal.{signal})
for _ in range(100_000_000):  # where a handler can raise
    pass
"""
ENTRY = "from autonomy.scripts.program import main; main()"
ENDS = {signal.SIGINT: 130, signal.SIGTERM: 143}


def ended(words: list[str], first: Path) -> tuple[int, str]:
    """Run Python, for which there are modules in a folder before all others."""
    around = {"PYTHONPATH": f"{first}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(first)}
    done = subprocess.run(
        [sys.executable, *words], env=around, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("name", program.commands())
def test_commands_can_be_stopped_while_they_begin(name: str, tmp_path: Path) -> None:
    script = str(ROOT / "scripts" / f"{name.replace('-', '_')}.py")
    number = signal.SIGTERM if len(name) % 2 else signal.SIGINT
    for module in ("rich", "tyro"):  # of which every command imports one before it does anything
        (tmp_path / f"{module}.py").write_text(SIGNALLED.format(signal=number.name))
    for words in ([script], ["-c", ENTRY, name]):
        assert ended(words, tmp_path) == (ENDS[number], "stopped\n")


COMMAND = """
from autonomy.command_line import run
from autonomy.files import whole_folder
from pathlib import Path

def main(_):
    with whole_folder(Path({folder!r}), "data"):
        import heavy
        for _ in range(100_000_000):
            pass

run(main, lambda *_: None)
"""


@pytest.mark.parametrize("number", ENDS)
@pytest.mark.parametrize(
    "import_ends",
    ["", "raise ImportError('half a library')", "print('all of it')"],
    ids=["soon", "as another error", "well"],
)
def test_an_import_is_not_torn_apart(
    number: signal.Signals, import_ends: str, tmp_path: Path
) -> None:
    heavy = f"import os, signal, time\nos.kill(os.getpid(), {int(number)})\ntime.sleep(0.1)\n"
    (tmp_path / "heavy.py").write_text(heavy + import_ends)
    command = COMMAND.format(folder=str(tmp_path / "data"))
    assert ended(["-c", command], tmp_path) == (ENDS[number], "stopped\n")
    assert not [path for path in tmp_path.iterdir() if "data" in path.name]


def test_a_second_time_ends_an_import_at_once(tmp_path: Path) -> None:
    kill = "os.kill(os.getpid(), 2); time.sleep(0.1)\n"
    (tmp_path / "heavy.py").write_text(f"import os, time\n{kill}{kill}time.sleep(60)")
    began = time.monotonic()
    command = "import autonomy.command_line as line\nline.run(lambda _: __import__('heavy'), "
    command += "lambda *_: None)"
    assert ended(["-c", command], tmp_path) == (130, "stopped\n")
    assert time.monotonic() - began < 30


def test_what_is_to_be_ignored_is_ignored(tmp_path: Path) -> None:
    command = "import os, signal\nsignal.signal(2, signal.SIG_IGN)\n"  # as a shell does with `&`
    command += "from autonomy.command_line import run\n"
    command += "run(lambda _: os.kill(os.getpid(), 2), lambda *_: None)"
    assert ended(["-c", command], tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("evaluate expert --env ID --episodse 3", "Unrecognized options: --episodse, 3; perhaps"),
        ("evaluate expert --env ID --episodse 3", " --episodes was meant"),
        ("evaluate", "Missing from autonomy evaluate: POLICY Run folder, policy folder"),
        ("evaluate expert --env ID --seed x", "Error parsing --seed: invalid literal for int"),
        ("evaluate expert --env ID --seed", "Missing value for argument '--seed'"),
        ("make-dataset out --split moon", "invalid choice 'moon' for argument '--split'"),
        ("make-dataset out more", "Unrecognized options: more"),
        ("train ID --recipe.gama 3", "Unrecognized options: --recipe.gama, 3; perhaps"),
        ("train ID --recipe.gamma x", "Error parsing --recipe.gamma: "),
        ("train --recipe.gamma", "Missing value for argument '--recipe.gamma'"),
        ("train ID --algo", "Missing value for argument '--algo'"),
        ("evaluate expert --env ID --world.route-length x", "Error parsing --world.route-length"),
    ],
)
def test_words_that_cannot_be_read_are_one_line(
    words: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        program.main(words.replace("ID", LANE).split())
    assert end.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert not {*"╭│╰─"} & {*captured.err}
    assert not os.path.exists("out")


def test_so_they_are_where_there_are_letters_for_edges(tmp_path: Path) -> None:
    words = ["-X", "utf8", "-c", ENTRY, "evaluate"]
    assert ended(words, tmp_path) == (
        2,
        "error: Missing from autonomy evaluate: POLICY Run folder, policy folder, model.zip of "
        "Stable-Baselines3, expert, random, package.module:Class or file.py:Class. (required)\n",
    )
    words = ["-X", "utf8", "-c", ENTRY, "runs", "--foldr", "3"]
    assert ended(words, tmp_path) == (2, "error: Unrecognized options: --foldr, 3\n")
