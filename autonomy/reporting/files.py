"""Where reports go, and the films that they show."""

from pathlib import Path

from autonomy.command_line import print_warning
from autonomy.errors import InputError
from autonomy.files import check_writable

_PAGES = (".html", ".htm")

REPORT = "report.html"
"""What it is called in a run folder."""


def report_file(named: Path | None, usual: Path | None, data: Path | None) -> Path | None:
    """Return where a command leaves its report, if it is to.

    Args:
        named: The file that the user named.
        usual: Where it goes else, if there is such a place.
        data: The file of the same figures as JSON, beside which it goes at last.

    Raises:
        InputError: None can be written to the file that the user named.
    """
    if named is not None:
        _check_page(named, data)
        return named
    if usual is None and data is not None and data.suffix.lower() not in _PAGES:
        usual = data.with_suffix(".html")
    return None if usual is None else _where_writable(usual)


def _check_page(path: Path, data: Path | None) -> None:
    if path.suffix.lower() not in _PAGES:
        raise InputError(f"a report's name must end in .html, got {path}")
    if path == data:
        raise InputError(f"the report and the JSON must be two files, got {path} for both")
    check_writable(path)


def _where_writable(path: Path) -> Path | None:
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
