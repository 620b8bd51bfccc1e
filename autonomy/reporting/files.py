"""Where reports go, and the films that they show."""

from pathlib import Path

from autonomy.command_line import print_warning
from autonomy.errors import InputError
from autonomy.files import check_writable

REPORT = "report.html"
"""What it is called in a run folder."""


def check_page(path: Path) -> None:
    """Raise `InputError` if no report can be written to a file that the user named."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"a report's name must end in .html, got {path}")
    check_writable(path)


def where_writable(path: Path) -> Path | None:
    """Return a file that nobody named, if it can be written; else warn that there is no report."""
    try:
        check_writable(path)
    except InputError as error:
        print_warning(f"no report is written: {error}")
        return None
    return path


def check_film(path: Path) -> None:
    """Raise `InputError` if a film that the user named is none that a page can show."""
    if path.suffix.lower() != ".mp4" or not path.is_file():
        raise InputError(f"a report's film must be an .mp4 file that there is, got {path}")


def first_film(folder: Path | None) -> Path | None:
    """Return the first film in a folder, by name, if there is one."""
    return None if folder is None else next(iter(sorted(folder.glob("*.mp4"))), None)
