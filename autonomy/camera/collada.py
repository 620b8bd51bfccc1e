"""COLLADA files (.dae), as far as a library that reads them leaves something to do."""

import math
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from autonomy.errors import InputError


def unit_of(root: Element, path: Path) -> float:
    """Return how long a file's unit is [m].

    Raises:
        InputError: It is no length.
    """
    unit = root.find("asset/unit")
    text = "1" if unit is None else unit.get("meter", "1")
    try:
        meters = float(text)
    except ValueError:
        meters = math.nan
    if not 0.0 < meters < math.inf:
        raise InputError(f"mesh file {path} must have a unit of some meters, got {text[:40]!r}")
    return meters


def without_materials(root: Element) -> bytes:
    """Return a file that binds no materials: what misses one would be passed over with it."""
    for element in list(root.iter()):
        for binding in element.findall("bind_material"):
            element.remove(binding)
    return tostring(root, encoding="utf-8")
