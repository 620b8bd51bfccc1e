"""What fields say of their own values, as `Annotated[int, POSITIVE]`."""

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple, get_type_hints

from autonomy.errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Must(NamedTuple):
    """What the value of a field must be."""

    words: str
    above: float = -math.inf
    least: float = -math.inf
    most: float = sys.float_info.max

    def holds(self, value: float) -> bool:
        """Tell whether it is so."""
        return value > self.above and self.least <= value <= self.most


POSITIVE = Must("be positive", above=0.0)
NOT_NEGATIVE = Must("not be negative", least=0.0)
FINITE = Must("be a finite number", least=-sys.float_info.max)
SHARE = Must("be from 0 to 1", least=0.0, most=1.0)

PositiveInt = Annotated[int, POSITIVE]
PositiveFloat = Annotated[float, POSITIVE]
Count = Annotated[int, NOT_NEGATIVE]
NotNegative = Annotated[float, NOT_NEGATIVE]
Share = Annotated[float, SHARE]
Finite = Annotated[float, FINITE]


def check_ranges(values: "DataclassInstance") -> None:
    """Raise `InputError` if a field's value is not what its annotation says."""
    for name, hint in get_type_hints(type(values), include_extras=True).items():
        value = getattr(values, name)
        for must in getattr(hint, "__metadata__", ()):
            if isinstance(must, Must) and not must.holds(value):
                raise InputError(f"{name} must {must.words}, got {value}")


def check_widths(name: str, widths: Sequence[int]) -> None:
    """Raise `InputError` if a hidden layer would have no unit."""
    for width in widths:
        if width < 1:
            raise InputError(f"{name} must be positive widths, got {width}")
