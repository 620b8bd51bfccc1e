"""XML files that anybody may have written: no entities, and no depth or length without end."""

from pathlib import Path
from typing import Never
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from autonomy.errors import InputError

_LONGEST = 64 << 20  # bytes
_DEEPEST = 64  # elements within each other


def read_xml(path: Path, kind: str, formats: str) -> Element:
    """Return the root of an XML file; prefixes of namespaces stay in the tags.

    Args:
        path: The file.
        kind: What it is, for who has to read that it cannot be used: `robot`.
        formats: What it must be: `a URDF`.

    Raises:
        InputError: It cannot be read, is no XML, is too long or too deep, or declares entities.
    """
    parser, tree = expat.ParserCreate(), _Tree(path, kind)
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.builder.data
    parser.EntityDeclHandler = tree.refuse_entity
    try:
        if path.stat().st_size > _LONGEST:
            raise InputError(f"{kind} file {path} must have at most {_LONGEST >> 20} MiB")
        parser.Parse(path.read_bytes(), True)
    except OSError as error:
        raise InputError(f"{kind} file {path} cannot be read: {error.strerror}") from error
    except (expat.ExpatError, LookupError) as error:  # one is of encodings that nobody knows
        raise InputError(f"{kind} file {path} must be {formats}: {error}") from error
    return tree.builder.close()


class _Tree:
    """Builds elements as long as they are not too deep."""

    def __init__(self, path: Path, kind: str) -> None:
        self.builder = TreeBuilder()
        self._path, self._kind, self._depth = path, kind, 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InputError(
                f"{self._kind} file {self._path} must be at most {_DEEPEST} elements deep"
            )
        self.builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self.builder.end(tag)

    def refuse_entity(self, name: str, *_: object) -> Never:
        raise InputError(
            f"{self._kind} file {self._path} must declare no entities, got {name[:40]}"
        )
