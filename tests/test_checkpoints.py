"""Checkpoints give back what they were given, write rows once, and survive what disks do."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from autonomy.agents.checkpoints import Checkpoints
from autonomy.errors import InputError
from autonomy.world_state import State

ROW = 1 << 20  # bytes


def state(rows: int, first: int = 0) -> State:
    """A replay of rows of a megabyte that differ, and what else states are made of."""
    numbers = np.arange(first, first + rows, dtype=np.uint8)
    return {
        "replay/images": np.repeat(numbers, ROW).reshape(rows, 1024, 1024),
        "weights": np.array([1.5, -np.inf], np.float32),
        "steps": np.array(rows),
        "generator": np.array('{"state": 2}'),
        "nothing": np.zeros((0, 3)),
        "flags": np.array([True, False]),
    }


def pieces(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "pieces").iterdir()}


def assert_states_equal(found: State | None, expected: State) -> None:
    assert found is not None
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].dtype == values.dtype
        assert_array_equal(found[name], values, name)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path).load() is None
    Checkpoints(tmp_path).save(8, state(10))
    assert_states_equal(Checkpoints(tmp_path).load(), state(10))


def test_rows_that_are_there_are_not_written_again(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(8, state(8))  # two pieces of four rows, and one of all that is small
    before = pieces(tmp_path)
    assert len(before) == 3
    checkpoints.save(13, state(13))
    after = pieces(tmp_path)
    assert before.items() <= after.items()
    assert len(after) == 3 + 2 + 1  # rows 8 to 11, row 12, and what is small


def test_the_last_two_are_kept_and_nothing_of_those_before(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for steps in range(5, 9):
        checkpoints.save(steps, state(5, first=10 * steps))
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["7.json", "8.json"]
    assert len(pieces(tmp_path)) == 2 * 2 + 1  # what is small is the same
    assert_states_equal(checkpoints.load(), state(5, first=80))


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_checkpoint_is_said_and_the_one_before_counts(
    damage: bytes | None, tmp_path: Path
) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(5, state(5))
    old = pieces(tmp_path)
    checkpoints.save(6, state(6))
    piece = next(tmp_path / "pieces" / name for name in pieces(tmp_path) if name not in old)
    piece.unlink() if damage is None else piece.write_bytes(damage)
    again = Checkpoints(tmp_path)
    with pytest.warns(UserWarning, match=f"{piece.name} .*; the checkpoint before is taken"):
        assert_states_equal(again.load(), state(5))
    again.save(6, state(6))  # the same bytes as those that were damaged
    assert_states_equal(Checkpoints(tmp_path).load(), state(6))


def test_a_damaged_manifest_goes_with_the_next_checkpoint(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(5, state(5))
    checkpoints.save(9, state(9))
    (tmp_path / "9.json").write_bytes(b"x")
    again = Checkpoints(tmp_path)
    with pytest.warns(UserWarning, match="9.json cannot be read"):
        assert_states_equal(again.load(), state(5))
    again.save(6, state(6))
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["5.json", "6.json"]
    assert_states_equal(Checkpoints(tmp_path).load(), state(6))


def test_a_checkpoint_of_another_version_is_said_and_left(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("autonomy.agents.checkpoints._VERSION", 7)
        checkpoints.save(5, state(1))
    with pytest.raises(InputError, match=r"version 1, got .* 7: go on with the version of this"):
        Checkpoints(tmp_path).load()
    assert (tmp_path / "5.json").is_file()


@pytest.mark.parametrize(
    ("altered", "message"),
    [
        (b"{", "cannot be read"),
        (b"[1]", "cannot be read"),
        (b'{"steps": 5, "digest": "0"}', "was altered"),
    ],
)
@pytest.mark.filterwarnings("ignore:checkpoint")
def test_what_is_no_checkpoint_is_refused(altered: bytes, message: str, tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(5, state(1))
    (tmp_path / "5.json").write_bytes(altered)
    with pytest.raises(InputError, match=message):
        checkpoints.load()


def test_a_full_disk_is_named_and_what_was_good_stays_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(5, state(5))

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(InputError, match=f"{tmp_path}/pieces/.*: No space left on device"):
            checkpoints.save(6, state(6))
    assert_states_equal(checkpoints.load(), state(5))
