"""What all elements of a URDF file have in common."""

from pathlib import Path
from xml.etree.ElementTree import Element

from autonomy.envs.arm.descriptions.description import ORIGIN, Pose, Vector
from autonomy.errors import InputError


class UrdfParts:
    """Finds what elements must have.

    Attributes:
        file: The file, for who has to read that something is missing.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def child(self, element: Element, tag: str, what: str) -> Element:
        """Return the element of a tag within another.

        Raises:
            InputError: There is none.
        """
        found = element.find(tag)
        if found is None:
            raise self.error(f"{what} must have a {tag}")
        return found

    def needed(self, element: Element, key: str, what: str) -> str:
        """Return an attribute.

        Raises:
            InputError: There is none.
        """
        if (value := element.get(key)) is None:
            raise self.error(f"{what} must have a {key}")
        return value

    def error(self, sentence: str) -> InputError:
        """Return what to raise."""
        return InputError(f"{sentence}, in {self.file}")


def pose_of(element: Element) -> Pose:
    """Return where an element's origin is."""
    origin = element.find("origin")
    return Pose() if origin is None else Pose(vector_of(origin, "xyz"), vector_of(origin, "rpy"))


def vector_of(element: Element, key: str, otherwise: Vector = ORIGIN) -> Vector:
    """Return the first three numbers of an attribute."""
    if (text := element.get(key)) is None:
        return otherwise
    x, y, z = (float(word) for word in text.split()[:3])
    return x, y, z
