"""Wavefront OBJ files, whose readers look at hardly anything."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError

Solid = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Vertices `(V, 3)` and triangles `(T, 3)`."""

_FARTHEST = 1e9  # of a vertex from the origin, in a file's own units
_LINE_END, _SPACES = re.compile(rb"\r\n?"), re.compile(rb"[\v\f]")
_NUMBER = rb"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_REFERENCE = rb"-?\d{1,12}(?:/-?\d{0,12}){0,2}"
_END = rb"[ \t]*(?:#.*)?$"
_WRONG = re.compile(
    rb"^[ \t]*(?:v(?=[ \t]|$)(?![ \t]+%(n)b(?:[ \t]+%(n)b){2,6}%(e)b)"
    rb"|f(?=[ \t]|$)(?![ \t]+%(r)b(?:[ \t]+%(r)b){2,}%(e)b)).*$"
    % {b"n": _NUMBER, b"r": _REFERENCE, b"e": _END},
    re.MULTILINE,
)
_RELATIVE = re.compile(rb"^[ \t]*f(?=[ \t]).*?[ \t/](?:-|0+(?:[ \t/]|$))", re.MULTILINE)
_REMARK = re.compile(rb"^([ \t]*[vf][ \t][^#\n]*)#.*$", re.MULTILINE)


def read_obj(path: Path) -> bytes:
    """Return a file whose vertices are numbers and whose faces count from the first one on.

    Raises:
        InputError: It cannot be read, or a vertex or a face is something else.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"mesh file {path} cannot be read: {error.strerror}") from error
    data = _SPACES.sub(b" ", _LINE_END.sub(b"\n", as_utf8(data))).replace(b"\\\n", b" ")
    if wrong := _WRONG.search(data):
        line, text = data.count(b"\n", 0, wrong.start()) + 1, wrong.group().decode("latin-1")
        raise InputError(
            f"mesh file {path} must have three numbers a vertex and three vertices a face, got "
            f"{text.strip()[:60]!r} in line {line}"
        )
    data = _REMARK.sub(rb"\1", data)
    return _counted(data, path) if _RELATIVE.search(data) else data


def as_utf8(data: bytes) -> bytes:
    """Return a text in UTF-8, whatever its names and remarks were written in."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1").encode("utf-8")
    return data


def solids_of(data: bytes, path: Path) -> list[Solid]:
    """Return the objects and groups of a file that `read_obj` returned.

    Raises:
        InputError: A face has a vertex that there is not.
    """
    vertices: list[list[float]] = []
    groups: list[list[tuple[int, int, int]]] = [[]]
    for words in map(bytes.split, data.split(b"\n")):
        if not words:
            continue
        if words[0] == b"v":
            vertices.append([float(word) for word in words[1:4]])
        elif words[0] == b"f":
            corners = [int(word.partition(b"/")[0]) - 1 for word in words[1:]]
            first, others = corners[0], corners[1:]
            groups[-1] += [(first, *pair) for pair in pairwise(others)]
        elif words[0] in (b"o", b"g") and groups[-1]:
            groups.append([])
    points = np.array(vertices, np.float64).reshape(-1, 3)
    return [_solid(points, np.array(group, np.int64), path) for group in groups if group]


def check_positions(vertices: NDArray[np.float64], path: Path) -> None:
    """Look whether the vertices `(V, 3)` of a mesh file are where things are.

    Raises:
        InputError: One is not finite, or very far away.
    """
    is_near = (np.abs(vertices) <= _FARTHEST).all(axis=1)
    if not is_near.all():
        raise InputError(
            f"mesh file {path} must have vertices within {_FARTHEST:g} of its origin, got "
            f"{vertices[~is_near][0].tolist()}"
        )


def _solid(points: NDArray[np.float64], triangles: NDArray[np.int64], path: Path) -> Solid:
    """Return only those vertices that triangles have."""
    if triangles.max() >= len(points):
        raise InputError(
            f"mesh file {path} has {len(points)} vertices, got a face of vertex "
            f"{triangles.max() + 1}"
        )
    used, own = np.unique(triangles, return_inverse=True)
    check_positions(points[used], path)
    return points[used], own.reshape(-1, 3)


def _counted(data: bytes, path: Path) -> bytes:
    """Return a file in which no face counts back from where it stands."""
    counts, lines = {b"v": 0, b"vt": 0, b"vn": 0}, list[bytes]()
    for line in data.split(b"\n"):
        words = line.split()
        if words and words[0] in counts:
            counts[words[0]] += 1
        if words and words[0] == b"f":
            corners = [_absolute(word, list(counts.values()), path) for word in words[1:]]
            line = b" ".join([b"f", *corners])
        lines.append(line)
    return b"\n".join(lines)


def _absolute(reference: bytes, counts: list[int], path: Path) -> bytes:
    """Return a reference to the vertices that were counted so far, from the first one on."""
    own: list[bytes] = []
    for part, count in zip(reference.split(b"/"), counts, strict=False):
        index = int(part or 1)
        index += count + 1 if index < 0 else 0
        if index < 1:
            raise InputError(
                f"mesh file {path} must count from 1, got a face of {reference.decode()}"
            )
        own.append(b"%d" % index if part else b"")
    return b"/".join(own)
