"""Pictures that cover surfaces: which there are, and what kernels read of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.scene import Appearance
from autonomy.errors import InputError
from autonomy.picture_file import Picture, read_picture
from autonomy.randomization import Choice

_LARGEST = 9  # logarithm of the texels along a side, to the base of two: a mask repeats them
_SUFFIXES = (".png", ".jpg", ".jpeg")
_UNCHANGED = (255.0, 255.0, 255.0, 0.0)  # row of a palette: a texture's own colours, and no grain


@dataclass(frozen=True)
class Texture:
    """A picture that covers a surface over and over, so its opposite borders should match.

    It lies on a body's planes: on a level face along x and y of the body's frame, on an upright one
    along z and the axis that the face turns to less; roads, grounds and tables are bodies at rest
    in the world.

    Attributes:
        file: A PNG or JPEG file.
        width: How much of the surface it covers from its left to its right [m].

    Raises:
        InputError: The width is not positive.
    """

    file: str
    width: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.width < np.inf:
            raise InputError(f"a texture's width must be positive, got {self.width}")


def textures(source: str | Path | Sequence[str | Path], width: float = 1.0) -> Choice[Texture]:
    """Return the choice of pictures of a folder, or of some files; each split has its own of them.

    Args:
        source: A folder of PNG and JPEG files, or files. One picture is that of every split.
        width: How much of a surface each of them covers [m].

    Raises:
        InputError: There is no such folder, it holds no pictures, or there are two.
    """
    paths = _pictures_in(Path(source)) if isinstance(source, str | Path) else source
    return Choice(tuple(Texture(str(path), width) for path in paths))


class TextureArrays(NamedTuple):
    """T square textures, each with its coarser levels: half as large, until one texel is left.

    Attributes:
        texels: `(K,)` uint32, all textures, level by level, row by row; red is in the lowest byte.
        first: `(T,)` int32, where in `texels` each begins.
        size: `(T,)` int32, the logarithm to the base of two of how many texels its side has.
        density: `(T, 2)` float32 texels in a metre, along its rows and columns.
    """

    texels: NDArray[np.uint32]
    first: NDArray[np.int32]
    size: NDArray[np.int32]
    density: NDArray[np.float32]


def read_textures(chosen: Sequence[Texture]) -> TextureArrays:
    """Read files, and average them to their coarser levels.

    Raises:
        InputError: A file cannot be read or decoded.
    """
    pictures = [read_picture(Path(one.file)) for one in chosen]
    pyramids = [_pyramid(picture) for picture in pictures]
    lengths = [len(pyramid) for pyramid in pyramids]
    size = np.array([_size(picture) for picture in pictures], np.int32)
    height = [picture.shape[0] / picture.shape[1] for picture in pictures]
    covered = [(one.width, one.width * own) for one, own in zip(chosen, height, strict=True)]
    return TextureArrays(
        texels=np.concatenate([np.zeros(0, np.uint32), *pyramids]),
        first=(np.cumsum(lengths) - lengths).astype(np.int32),
        size=size,
        density=((1 << size)[:, np.newaxis] / np.array(covered).reshape(-1, 2)).astype(np.float32),
    )


NO_TEXTURES = read_textures(())


class Coverings:
    """What covers the materials of some looks, as a randomisation draws it.

    Attributes:
        textures: All that may come.
    """

    def __init__(self, ranges: Any, materials: Mapping[str, int], split: str) -> None:
        """Read the textures of a split.

        Args:
            ranges: The randomisation.
            materials: Of each of its fields that is a choice of textures, which material they
                cover.
            split: Whose textures these are.

        Raises:
            InputError: A file cannot be read or decoded, or a field is no choice.
        """
        chosen: list[Texture] = []
        self._first: dict[str, tuple[int, int]] = {}
        for name, material in materials.items():
            choice = getattr(ranges, name)
            if not isinstance(choice, Choice):
                raise InputError(f"{name} must be what textures(...) returns, got {choice!r}")
            if choice.values:
                self._first[name] = material, len(chosen)
            chosen += cast(Choice[Texture], choice).of(split)
        self.textures = read_textures(chosen)

    def room(self, num_envs: int, materials: int) -> NDArray[np.int32]:
        """Return the `textures` of N looks of so many materials that nothing covers yet."""
        return np.full((num_envs, materials if self._first else 0), -1, np.int32)

    def cover(self, looks: Appearance, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Bring draws `(n,)` to the looks of n rows, whose own colours they hide."""
        for name, (material, first) in self._first.items():
            looks.textures[rows, material] = first + draws[name]
            looks.palette[rows, material] = _UNCHANGED


UNCOVERED = Coverings((), {}, "train")
"""Of looks that nothing covers."""


def _pictures_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(f"textures must be a folder of pictures or some files, got {folder}")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not found:
        raise InputError(f"a folder of textures must hold {', '.join(_SUFFIXES)} files: {folder}")
    return found


def _pyramid(picture: Picture) -> NDArray[np.uint32]:
    """Return a picture's texels at all levels, from the finest to one texel."""
    side = 1 << _size(picture)
    columns = _averaged(picture.astype(np.float64), side).swapaxes(0, 1)
    level = _averaged(columns, side).swapaxes(0, 1)
    levels = [level]
    while len(level) > 1:
        rows = (level[::2] + level[1::2]) / 2.0
        level = (rows[:, ::2] + rows[:, 1::2]) / 2.0
        levels.append(level)
    colors = np.concatenate([level.reshape(-1, 3) for level in levels])
    red, green, blue = np.floor(colors + 0.5).astype(np.uint32).T
    return red | green << np.uint32(8) | blue << np.uint32(16)


def _size(picture: Picture) -> int:
    """Return the logarithm of the largest power of two that is not larger than its longer side."""
    return min(max(picture.shape[:2]).bit_length() - 1, _LARGEST)


def _averaged(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Average n values `(n, ...)` over `count` stretches of equal length.

    By sums from the first value on, which give the same bits on every processor.
    """
    ends = np.arange(count + 1) * (len(values) / count)
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    whole = np.minimum(ends.astype(np.intp), len(values) - 1)
    parts = (ends - whole).reshape(-1, *(1,) * (values.ndim - 1))
    until = sums[whole] + parts * values[whole]
    return np.diff(until, axis=0) * (count / len(values))
