"""Where the meshes and textures are that a robot file names."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from autonomy.errors import InputError
from autonomy.xml_file import read_xml

_PACKAGE_SCHEMES = ("package", "model")
_DEPTH = 2  # folders below one that holds packages, in which they are looked for


@dataclass(frozen=True)
class NamedFiles:
    """Finds files by the names that a robot file has for them.

    `package://NAME/...` is looked for in the packages that were given, around the robot file, and
    in those of `ROS_PACKAGE_PATH` and `AMENT_PREFIX_PATH`; other names beside the robot file and,
    as PyBullet does, in all folders above it.

    Attributes:
        file: The robot file.
        packages: Folders of packages, or that hold some.
    """

    file: Path
    packages: tuple[Path, ...] = ()

    def find(self, name: str, what: str) -> Path:
        """Return where a file is.

        Args:
            name: Of it, as the robot file has it.
            what: It is, for who has to read that there is none.

        Raises:
            InputError: It is nowhere.
        """
        if "://" not in name:
            return self._found(name, what, self._beside(name))
        scheme, package, path = urlsplit(name)[:3]
        rest = unquote(path).lstrip("/")
        if scheme == "file":
            return self._found(name, what, iter([Path("/") / rest]))
        if scheme not in _PACKAGE_SCHEMES:
            raise InputError(f"{what} must be a file or in a package://, got {name}")
        return self._found(name, what, self._in_package(package, rest), package)

    def _found(self, name: str, what: str, places: Iterator[Path], package: str = "") -> Path:
        for place in places:
            if is_file(place):
                return place
        where = (
            f"; if the package {package} is elsewhere, say so by packages=(folder,) of the Robot or"
            " by ROS_PACKAGE_PATH"
        )
        raise InputError(f"{what} must exist, got {name}{where if package else ''}")

    def _beside(self, name: str) -> Iterator[Path]:
        yield self.file.parent / name
        for folder in self.file.parents:
            yield folder / name.lstrip("/")

    def _in_package(self, package: str, rest: str) -> Iterator[Path]:
        if package in self._given:
            yield self._given[package] / rest
        for folder in self.file.parents:
            if package in (folder.name, _package_name(folder)):
                yield folder / rest
            yield folder / package / rest
        if package in self._installed:
            yield self._installed[package] / rest

    @cached_property
    def _given(self) -> dict[str, Path]:
        return _packages_in(self.packages)

    @cached_property
    def _installed(self) -> dict[str, Path]:
        return _packages_in(
            [
                *_folders("ROS_PACKAGE_PATH"),
                *(folder / "share" for folder in _folders("AMENT_PREFIX_PATH")),
            ]
        )


def _packages_in(folders: list[Path] | tuple[Path, ...]) -> dict[str, Path]:
    """Return the packages by name: folders with a `package.xml`, and any by their own names."""
    found: dict[str, Path] = {}
    for folder in folders:
        for candidate in _folders_within(folder, _DEPTH):
            for name in (_package_name(candidate), candidate.name):
                found.setdefault(name, candidate)
    return found


def _folders_within(folder: Path, depth: int) -> Iterator[Path]:
    """Yield a folder and, if it is no package itself, those within it."""
    try:
        within = sorted(folder.iterdir())
    except OSError:  # it is a file, or not ours to read
        return
    yield folder
    if depth and not (folder / "package.xml").is_file():
        for own in within:
            yield from _folders_within(own, depth - 1)


def _package_name(folder: Path) -> str:
    """Return the name that the `package.xml` in a folder gives; empty where there is none."""
    try:
        return (read_xml(folder / "package.xml", "package", "XML").findtext("name") or "").strip()
    except InputError:
        return ""


def _folders(variable: str) -> list[Path]:
    return [Path(folder) for folder in os.environ.get(variable, "").split(os.pathsep) if folder]


def is_file(path: Path) -> bool:
    """Tell whether there is a file, whatever the path is."""
    try:
        return path.is_file()
    except OSError:  # the name is longer than names may be
        return False
