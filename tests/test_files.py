"""Files are whole or absent; what is wrong is said in one line."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest

from autonomy.command_line import run
from autonomy.errors import DamagedError, InputError
from autonomy.files import whole_file, write_text


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
