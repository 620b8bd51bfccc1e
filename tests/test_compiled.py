"""Where machine code is kept, and what is said where it cannot be."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from world_cases import ROOT

PROGRAM = """
from autonomy.compiled import compiled

@compiled
def twice(x):
    return 2.0 * x

print(twice(1.5), len(twice.stats.cache_misses))
"""
SAID = "compiled code cannot be kept"


def run(installed: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Compile a function with the package that is installed there."""
    script = installed / "program.py"
    script.write_text(PROGRAM)
    return run_script(script, environment)


def run_script(script: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script with the package that is installed beside it."""
    return subprocess.run(
        [sys.executable, "-W", "always", str(script)],
        env=surroundings(script, environment),
        capture_output=True,
        text=True,
        check=True,
    )


def surroundings(script: Path, environment: Mapping[str, str]) -> dict[str, str]:
    return {"PYTHONPATH": str(script.parent), "PYTHONDONTWRITEBYTECODE": "1", **environment}


def on_a_terminal(script: Path, environment: Mapping[str, str]) -> str:
    """Return what a script shows on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, str(script)],
        env=surroundings(script, environment),
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # as a terminal ends on Linux
            while more := os.read(ours, 4096):
                shown += more
    os.close(ours)
    assert process.returncode == 0, shown
    return shown.decode()


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The package in a folder in which nothing can be kept, whoever asks: there is a file."""
    package = tmp_path / "autonomy"
    package.mkdir()
    for source in ROOT.glob("autonomy/*.py"):
        (package / source.name).write_bytes(source.read_bytes())
    (package / "__pycache__").write_text("no folder")
    return tmp_path


def test_an_installation_that_cannot_be_written_compiles_into_the_users_cache(
    installed: Path,
) -> None:
    home = installed / "home"
    first, second = (run(installed, {"HOME": str(home)}) for _ in range(2))
    assert (first.stdout, first.stderr) == ("3.0 1\n", "")
    assert (second.stdout, second.stderr) == ("3.0 0\n", "")
    assert list((home / ".cache/autonomy").rglob("*.nbi"))


def test_a_folder_that_somebody_else_began_is_left_alone(installed: Path) -> None:
    """As after one run as another user: the place can be written, the folder in it cannot."""
    beside = installed / "autonomy" / "__pycache__"
    beside.unlink()
    run(installed, {})
    (kernels,) = beside.glob("kernels-*")
    kernels.rename(installed / "moved")
    kernels.write_text("no folder")
    done = run(installed, {"HOME": str(installed / "home")})
    assert (done.stdout, done.stderr) == ("3.0 1\n", "")
    assert list((installed / "home/.cache/autonomy").rglob("*.nbi"))


@pytest.mark.parametrize("homeless", [{}, {"HOME": "program.py"}], ids=["unset", "a file"])
def test_without_a_place_it_compiles_all_the_same_and_says_so_once(
    installed: Path, homeless: dict[str, str]
) -> None:
    if not homeless:  # then the home is the user's of the system, which tests must leave alone
        homeless = {"XDG_CACHE_HOME": "/dev/null"}
    done = run(installed, {name: str(installed / own) for name, own in homeless.items()})
    assert done.stdout == "3.0 1\n"
    assert done.stderr.count(SAID) == 1
    assert "set NUMBA_CACHE_DIR to a folder of your own" in done.stderr


MANY = """
from autonomy.compiled import compiled

def made(number):
    def function(x):
        return x + number
    return compiled(function)

print(sum(made(number)(1.5) for number in range({count})))
"""


def test_first_compilation_is_said_in_one_line_and_then_never_again(installed: Path) -> None:
    script = installed / "program.py"
    home = {"HOME": str(installed / "home")}
    for count, said in ((3, ""), (5, "compiling about 4 kernels, once for this version, for up")):
        script.write_text(MANY.format(count=count))
        errors = [run_script(script, home).stderr for _ in range(2)]
        assert errors[0].startswith(said)
        assert errors[0].count("\n") == bool(said)
        assert errors[1] == ""


def test_first_compilation_is_counted_on_a_terminal_and_leaves_no_trace(installed: Path) -> None:
    script = installed / "program.py"
    script.write_text(MANY.format(count=6))
    shown = on_a_terminal(script, {"HOME": str(installed / "home"), "TERM": "xterm"})
    lines = shown.replace("\r", "\n").replace("\x1b[K", "").split("\n")
    counted = [line for line in lines if line.startswith("compiling")]
    begins = "compiling kernels, once for this version: 3 of about 4, about "
    assert counted[0].startswith(begins)
    assert counted[0].endswith(" s left")
    assert counted[-1] == "compiling kernels, once for this version: 6 of about 6"
    assert shown.rpartition("compiling")[2].endswith("\r\x1b[K24.0\r\n")


def test_a_chosen_place_is_taken(installed: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen"
    assert run(installed, {"NUMBA_CACHE_DIR": str(chosen)}).stderr == ""
    assert list(chosen.rglob("*.nbi"))
    done = run(installed, {"NUMBA_CACHE_DIR": str(installed / "program.py" / "below")})
    assert done.stdout == "3.0 1\n"
    assert done.stderr.count(SAID) == 1
