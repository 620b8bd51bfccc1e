"""The values in a calibration's text: JSON, YAML or XML, as OpenCV, ROS and Kalibr write them."""

import xml.etree.ElementTree as ET
from typing import Any

import yaml

from autonomy.json_values import parsed_json


class _Loader(yaml.SafeLoader):
    """Plain values, and OpenCV's matrices as what they are of."""


def _matrix(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


for _kind in ("opencv-matrix", "opencv-nd-matrix"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _matrix)


def calibration_values(text: str) -> Any:
    """Return what a text says; an OpenCV matrix is an object with `data`.

    Raises:
        ValueError: It is none of the three, or nested too deeply.
    """
    start = text.lstrip("\ufeff \t\r\n")
    try:
        if start.startswith("<"):
            return _of_xml(ET.fromstring(start))
        if start.startswith("{"):
            return parsed_json(start)
        return _of_yaml(start)
    except (ET.ParseError, yaml.YAMLError) as error:
        raise ValueError(" ".join(str(error).split())) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _of_yaml(text: str) -> Any:
    """Return the first document; `%YAML:1.0`, with which OpenCV begins, is no YAML."""
    first, _, rest = text.partition("\n")
    documents = yaml.load_all(rest if first.startswith("%YAML:") else text, _Loader)
    return next(iter(documents), None)


def _of_xml(root: ET.Element) -> dict[str, Any]:
    return {child.tag: _of_element(child) for child in root}


def _of_element(element: ET.Element) -> Any:
    """Return an element's numbers, a matrix's in `data`; or its text."""
    data = element.find("data")
    if data is not None:
        return {"data": _words(data)}
    values = _words(element)
    return values[0] if len(values) == 1 else values


def _words(element: ET.Element) -> list[Any]:
    return [_number_or_word(word) for word in (element.text or "").split()]


def _number_or_word(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word
