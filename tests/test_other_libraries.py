"""Each section of docs/other-libraries.md does what it shows, in a folder of its own."""

import re
from pathlib import Path

import pytest
from pages import ROOT, blocks, commands, missing_libraries, name_of, run_command, run_program

PAGE = (ROOT / "docs/other-libraries.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.DOTALL | re.MULTILINE))
EVERY_SECTION = pytest.mark.parametrize("section", SECTIONS)
MOST_LINES = 20  # with what is imported


@EVERY_SECTION
def test_a_library_takes_few_lines(section: str) -> None:
    programs = blocks(SECTIONS[section], "python")
    assert programs
    for program in programs:
        assert len([line for line in program.splitlines() if line.strip()]) <= MOST_LINES


@EVERY_SECTION
def test_a_section_does_what_it_shows(section: str, tmp_path: Path) -> None:
    text = SECTIONS[section]
    programs = blocks(text, "python")
    if missing := [name for program in programs for name in missing_libraries(program)]:
        pytest.skip(f"{section}: {', '.join(missing)} is not installed")
    for number, program in enumerate(programs):
        path = tmp_path / (name_of(program) or f"program_{number}.py")
        path.write_text(program, encoding="utf-8")
    called = [words[1] for words in commands(text)]
    for path in sorted(tmp_path.iterdir()):
        if path.name not in called:
            run_program(path, tmp_path)
    for words in commands(text):
        run_command(words, tmp_path)
