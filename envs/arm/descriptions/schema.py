"""Which elements of a robot file are read, and what their numbers may be.

PyBullet reads numbers without looking: what is not a number, or beyond all measure, or a text
longer than its buffers ends in physics that explodes or in a process that is gone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from autonomy.errors import InputError

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LONGEST = 200  # characters of a name
_LONGEST_FILE_NAME = 900  # characters
_NAMED = ("robot", "model", "link", "joint")
_SHOWN = 60  # characters of what was given


@dataclass(frozen=True)
class Numbers:
    """A text of so many numbers between two others."""

    count: int
    low: float
    high: float
    may_be_one: bool = False  # that counts for all

    def checked(self, text: str, what: str) -> str:
        """Return the text with single blanks.

        Raises:
            InputError: It is another.
        """
        words = text.split()
        if self.may_be_one and len(words) == 1:
            words *= self.count
        if len(words) != self.count or not all(self._fits(word) for word in words):
            numbers = "a number" if self.count == 1 else f"{self.count} numbers"
            raise InputError(
                f"{what} must be {numbers} from {self.low:g} to {self.high:g}, "
                f"got {text[:_SHOWN]!r}"
            )
        return " ".join(repr(float(word)) for word in words)

    def _fits(self, word: str) -> bool:
        return bool(_NUMBER.fullmatch(word)) and self.low <= float(word) <= self.high


class Text(NamedTuple):
    """A name, or the like."""

    longest: int = _LONGEST
    may_be_empty: bool = False

    def checked(self, text: str, what: str) -> str:
        """Return the text without what surrounds it.

        Raises:
            InputError: It is empty or too long.
        """
        text = text.strip()
        if len(text) > self.longest or not (text or self.may_be_empty):
            raise InputError(f"{what} must have 1 to {self.longest} characters, got {len(text)}")
        return text


NAME, FILE_NAME = Text(), Text(_LONGEST_FILE_NAME)
MATERIAL_NAME = Text(may_be_empty=True)
_LENGTH, _SIZE, _MASS = (-1e3, 1e3), (1e-9, 1e3), (0.0, 1e6)
POSITION, ANGLES, POSE = Numbers(3, *_LENGTH), Numbers(3, *_LENGTH), Numbers(6, *_LENGTH)
AXIS, LENGTH, SIZE = Numbers(3, *_LENGTH), Numbers(1, *_SIZE), Numbers(3, *_SIZE)
SCALE = Numbers(3, -1e6, 1e6, may_be_one=True)
COLOR = Numbers(4, 0.0, 1.0)
MASS, MOMENT, PRODUCT = Numbers(1, *_MASS), Numbers(1, -1e-6, 1e6), Numbers(1, -1e6, 1e6)
AMOUNT, ANY = Numbers(1, 0.0, 1e12), Numbers(1, -1e30, 1e30)


@dataclass(frozen=True)
class Tag:
    """An element.

    Attributes:
        children: Tags of the elements within it that are read.
        attributes: Those of its attributes that are read.
        text: What its text is, if that is read.
        refused: Tags of elements within it that would change the meaning of all if they were
            passed over.
        is_choice: Whether elements that are not in `children` are refused.
    """

    children: tuple[str, ...] = ()
    attributes: Mapping[str, Numbers | Text] = field(default_factory=dict[str, Numbers | Text])
    text: Numbers | Text | None = None
    refused: tuple[str, ...] = ()
    is_choice: bool = False


def cleaned(element: Element, tags: Mapping[str, Tag], file: str, place: str = "") -> Element:
    """Return what of an element is read, all numbers checked.

    Args:
        element: The element; `tags` has its tag.
        tags: What is read.
        file: Of which it is, for who has to read that it is wrong.
        place: What of the file is around it.

    Raises:
        InputError: A number, a name or an element cannot be.
    """
    tag, name = tags[element.tag], element.tag
    if name in _NAMED:
        place = f"{name} {element.get('name', '')[:_SHOWN]}"
    own = place if name in _NAMED else f"{name} in {place}"
    result = Element(name)
    for key, kind in tag.attributes.items():
        if (value := element.get(key)) is not None:
            result.set(key, kind.checked(value, f"{key} of {own} of {file}"))
    if tag.text is not None:
        result.text = tag.text.checked(element.text or "", f"{own} of {file}")
    for child in element:
        if child.tag in tag.children:
            result.append(cleaned(child, tags, file, place))
        elif tag.is_choice or child.tag in tag.refused:
            given, known = child.tag[:_SHOWN], ", ".join(tag.children)
            raise InputError(f"{own} of {file} must hold only {known}, got {given}")
    return result
