"""Classes by name: what the caller names runs, and what a folder names only if the caller did."""

import sys
from pathlib import Path

import pytest

from autonomy.errors import InputError
from autonomy.imported_class import allowed_class, class_in_file, class_name, named_class
from autonomy.policy import RandomPolicy


class Mine:
    """A class of this module."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text("class Mine:\n    number = 1\n")
    return tmp_path / "mine.py"


def test_a_module_and_a_file_are_named_alike(file: Path) -> None:
    assert named_class(f"{__name__}:Mine") is Mine
    assert vars(named_class(f"{file}:Mine"))["number"] == 1


def test_a_file_runs_once_and_one_that_fails_may_be_mended(file: Path) -> None:
    assert class_in_file(f"{file}:Mine") is class_in_file(f"{file.parent}/./mine.py:Mine")
    broken = file.parent / "broken.py"
    broken.write_text("raise ValueError('not yet')")
    with pytest.raises(ValueError, match="not yet"):
        class_in_file(f"{broken}:Mine")
    broken.write_text("class Mine: ...")
    assert class_in_file(f"{broken}:Mine").__name__ == "Mine"


def test_what_a_folder_names_is_imported_from_files_and_modules_that_the_caller_names(
    file: Path,
) -> None:
    assert allowed_class("elsewhere/mine.py:Mine", [str(file)]) is named_class(f"{file}:Mine")
    assert allowed_class(f"{__name__}:Mine", [__name__]) is Mine
    assert allowed_class("autonomy.policy:RandomPolicy") is RandomPolicy


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("mine.py:Mine", ()),
        ("{file}:Mine", ()),
        ("{file}:Mine", ("other.py",)),
        ("mine:Mine", ("{file}",)),
        ("os:system", ("{file}",)),
        ("autonomy.policy.py:Mine", ()),
    ],
)
def test_nothing_else_is_imported(source: str, modules: tuple[str, ...], file: Path) -> None:
    given = [own.format(file=file) for own in modules]
    with pytest.raises(InputError, match=r"may not be imported: .* that you name \(--modules"):
        allowed_class(source.format(file=file), given)
    assert str(file) not in sys.modules


def test_two_files_of_one_name_are_told_apart_by_the_caller(file: Path) -> None:
    other = file.parent / "other" / "mine.py"
    with pytest.raises(InputError, match="may be in any of"):
        allowed_class("mine.py:Mine", [str(file), str(other)])


def test_the_name_of_a_class_finds_it(file: Path) -> None:
    for kind in (Mine, named_class(f"{file}:Mine")):
        assert named_class(class_name(kind)) is kind


def test_a_class_within_a_function_has_no_name() -> None:
    class Local: ...

    with pytest.raises(InputError, match=r"must stand alone in its module, got .*Local"):
        class_name(Local)
