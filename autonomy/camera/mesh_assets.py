"""Files that a mesh file names: its materials and pictures."""

import io
from pathlib import Path
from urllib.parse import unquote

from autonomy.camera.obj_file import as_utf8

_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tga", ".tif", ".tiff", ".gif", ".webp")
_MOST_PIXELS = 1 << 26  # of a picture; a larger one is not decoded


class MeshAssets:
    """Gives trimesh what a mesh file names, and remembers what it could not give.

    trimesh passes over what is missing; whoever draws should know.
    """

    def __init__(self, file: Path) -> None:
        self.file_name = file.name
        self._folder = file.parent
        self._missing: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What was missing, in sentences."""
        return tuple(f"{name} cannot be read, and is not drawn" for name in self._missing)

    def get(self, name: str) -> bytes:
        """Return what a file holds.

        Raises:
            OSError: It cannot be read, or is no picture though it is called one.
        """
        for place in self._places(name):
            try:
                data = place.read_bytes()
                _check_picture(place, data)
                if place.suffix.lower() == ".mtl":
                    data = as_utf8(data)
            except OSError:
                continue
            return data
        self.miss(name[:100])
        raise FileNotFoundError(name)

    def miss(self, what: str) -> None:
        """Remember what cannot be read."""
        self._missing.append(what)

    def __getitem__(self, name: str) -> bytes:
        return self.get(name)

    def _places(self, name: str) -> list[Path]:
        """Return where a file may be: programs on Windows write other paths, and absolute ones."""
        plain = unquote(name.strip().removeprefix("file://").replace("\\", "/"))
        names = (name.strip(), plain, plain.lstrip("/"), plain.rpartition("/")[2])
        return [self._folder / own for own in dict.fromkeys(names)]


def _check_picture(path: Path, data: bytes) -> None:
    """Look at a picture's header.

    Raises:
        OSError: It is none, or too large.
    """
    if path.suffix.lower() not in _PICTURES:
        return
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        if picture.width * picture.height > _MOST_PIXELS:
            raise OSError(f"{path} has more than {_MOST_PIXELS} pixels")
