"""Files are either whole or absent, and say so in one sentence where they cannot be written."""

from pathlib import Path

import pytest

from autonomy.errors import InputError
from autonomy.files import whole_file, write_text


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
