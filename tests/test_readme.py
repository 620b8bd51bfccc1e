"""The commands in the documents run, word for word but for their size."""

from pathlib import Path

import numpy as np
import pytest
from chessboard import board_pictures
from pages import ROOT, SMALLER, blocks, commands, name_of, run_command, run_program

from autonomy.picture_file import write_picture

DOCS = ("determinism", "driving", "gallery", "perception", "reports", "watching")
PAGES = [ROOT / "README.md", *(ROOT / f"docs/{name}.md" for name in DOCS)]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def write_pictures(folder: Path) -> None:
    """Write what the commands look at: a board from several sides, and any photo."""
    for name, picture in board_pictures((9, 6)).items():
        write_picture(folder / "board" / f"{name}.png", picture)
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    write_picture(folder / "photo.png", noise)


def test_every_script_is_shown() -> None:
    shown = {Path(words[1]).name for words in commands(TEXT)}
    assert shown == set(SMALLER)


def test_commands_and_programs_run(tmp_path: Path) -> None:
    for number, program in enumerate(blocks(TEXT, "python")):
        (tmp_path / (name_of(program) or f"program_{number}.py")).write_text(program)
    write_pictures(tmp_path)
    for words in commands(TEXT):
        run_command(words, tmp_path)


@pytest.mark.parametrize("program", blocks(TEXT, "python"))
def test_programs_run(program: str, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(program, encoding="utf-8")
    run_program(path, tmp_path)
