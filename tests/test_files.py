"""Files are whole or absent; what is wrong is said in one line."""

import errno
import signal
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest

from autonomy.command_line import run
from autonomy.errors import DamagedError, InputError
from autonomy.files import new_folder, whole_file, whole_folder, write_text


@dataclass(frozen=True)
class Nothing:
    """Takes no words."""


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    write_text(file, "old")
    with pytest.raises(RuntimeError):
        _write_half(file)
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def _write_half(file: Path) -> None:
    with whole_file(file) as temporary:
        temporary.write_text("ne")
        raise RuntimeError


def test_a_file_beside_which_nothing_can_stand_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    with pytest.raises(InputError, match=r"folder .*plain cannot be made: "):
        write_text(tmp_path / "plain" / "below.txt", "text")


def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name of a folder"):
        write_text(tmp_path, "text")


def test_warnings_come_once_each_as_lines_of_our_own(capsys: pytest.CaptureFixture[str]) -> None:
    def main(_: Nothing) -> None:
        warnings.simplefilter("always")
        for _ in range(3):
            warnings.warn("frames are\nresized", stacklevel=1)
        warnings.warn("and cut", stacklevel=1)

    with warnings.catch_warnings():
        run(main, Nothing, ())
    assert capsys.readouterr().err == "warning: frames are resized\nwarning: and cut\n"


@pytest.mark.parametrize(("kind", "status"), [(InputError, 2), (DamagedError, 1)])
def test_an_error_is_one_line_and_says_its_status(
    kind: type[InputError], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def main(_: Nothing) -> None:
        raise kind("it is not so")

    with pytest.raises(SystemExit) as left:
        run(main, Nothing, ())
    assert left.value.code == status
    assert capsys.readouterr().err == "error: it is not so\n"


def test_what_a_killed_process_left_is_named_and_removed(tmp_path: Path) -> None:
    script = "import os, sys, pathlib; from autonomy.files import whole_folder\n"
    script += "with whole_folder(pathlib.Path(sys.argv[1]), 'data') as folder:\n"
    script += "    (folder / 'much.npy').write_bytes(b'0' * 999); os.kill(os.getpid(), 9)"
    target = tmp_path / "data"
    done = subprocess.run([sys.executable, "-c", script, str(target)], check=False)
    assert done.returncode == -9
    (left,) = tmp_path.iterdir()
    said = rf"{left}, which was left half-written, was removed"
    with pytest.warns(UserWarning, match=said), whole_folder(target, "data") as folder:
        (folder / "whole.npy").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["data", "whole.npy"]


def test_what_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "data", "data") as first:
        with pytest.raises(InputError, match=r"data folder must be new, .*data exists"):
            _come_second(tmp_path / "data")
        assert first.is_dir()
        (tmp_path / "data/theirs").unlink()
        (first / "own").touch()
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["own"]


def _come_second(folder: Path) -> None:
    with whole_folder(folder, "data") as temporary:
        (temporary / "mine").touch()
        folder.mkdir()  # as the one that comes first does
        (folder / "theirs").touch()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_command_that_is_stopped_clears_away_what_it_began(
    number: signal.Signals, status: int, tmp_path: Path
) -> None:
    script = "import sys, time, pathlib; from autonomy.command_line import run\n"
    script += "from autonomy.files import whole_folder\n"
    script += "def main(_):\n"
    script += "    with whole_folder(pathlib.Path(sys.argv[1]), 'data'):\n"
    script += "        print(flush=True); time.sleep(60)\n"
    script += "run(main, lambda *_: None)"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "data")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    assert "Traceback" not in process.communicate(timeout=30)[1]
    assert process.returncode == status
    assert not list(tmp_path.iterdir())


def test_the_first_free_name_is_taken_and_given_back_unused(tmp_path: Path) -> None:
    names = [tmp_path / "runs" / name for name in "abc"]
    with new_folder(iter(names)) as first, new_folder(iter(names)) as second:
        assert [first, second] == names[:2]
        (second / "used").touch()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["b"]


def test_a_device_is_not_replaced_by_a_file() -> None:
    with pytest.raises(InputError, match="a file must not replace a device, got /dev/null"):
        write_text(Path("/dev/null"), "nothing")


def test_a_disk_that_runs_full_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{tmp_path}/data cannot be written: No space left"):
        _run_full(tmp_path / "data")
    with pytest.raises(InputError, match=f"{tmp_path}/a.txt cannot be written: No space left"):
        _run_full_file(tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())


def _run_full(folder: Path) -> None:
    with whole_folder(folder, "data") as temporary:
        (temporary / "some.npy").touch()
        raise OSError(errno.ENOSPC, "No space left on device")


def _run_full_file(path: Path) -> None:
    with whole_file(path):
        raise OSError(errno.ENOSPC, "No space left on device")
