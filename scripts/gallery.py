"""Make the gallery: a page with pictures of every world, robot, randomisation and camera.

Example:
    python scripts/gallery.py docs
"""

from autonomy.interruptible import run

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tyro.conf import Positional

from autonomy.errors import InputError

if TYPE_CHECKING:
    from autonomy.scripts.picturing.worlds import Image

_QUALITY = 85  # of WebP, up to 100
_RATE = 10.0  # [1/s] of the animation's frames
_WIDTH, _INSET = 480, 96  # [px] of a world in the animation, and of what its camera sees


@dataclass(frozen=True)
class Arguments:
    """Make the gallery: a page with pictures of every world, robot, randomisation and camera."""

    folder: Positional[Path]
    """Folder to write gallery.md, gallery/*.webp and worlds.webp, an animation of both worlds,
    into."""
    seconds: float = 6.0
    """Length of the animation."""
    examples: int = 4
    """By how many episodes a randomisation is shown."""


def main(arguments: Arguments) -> None:
    """Make all pictures, then the page that shows them."""
    from autonomy.files import whole_file
    from autonomy.scripts.picturing.page import gallery_page
    from autonomy.scripts.picturing.sections import sections

    if not 0.0 < arguments.seconds < 60.0:
        raise InputError(f"the animation must be up to 60 seconds long, got {arguments.seconds:g}")
    if not 1 <= arguments.examples <= 16:
        raise InputError(f"examples must be 1 to 16, got {arguments.examples}")
    shown = sections(arguments.examples)
    for section in shown:
        for picture in section.pictures:
            _write(arguments.folder / "gallery" / f"{picture.name}.webp", picture.make())
    _animate(arguments.folder / "worlds.webp", round(arguments.seconds * _RATE))
    with whole_file(arguments.folder / "gallery.md") as temporary:
        temporary.write_text(gallery_page(shown), encoding="utf-8")
    print(f"wrote {arguments.folder / 'gallery.md'}")


def _write(path: Path, picture: "Image") -> None:
    from PIL import Image

    from autonomy.files import whole_file

    with whole_file(path) as temporary:
        Image.fromarray(picture).save(temporary, quality=_QUALITY, method=6)


def _animate(path: Path, count: int) -> None:
    """Write an animation of both worlds, side by side."""
    import numpy as np

    from autonomy.scripts.picturing.sections import ARM, LANE
    from autonomy.video import open_video

    with open_video(path, _RATE) as video:
        both = zip(_film(LANE, 1), _film(ARM, 2), strict=False)
        for drive, pick in islice(both, max(count, 1)):
            video.write(np.concatenate([drive, pick], axis=1))


def _film(env_id: str, every: int) -> "Iterator[Image]":
    """Yield each so manieth picture of a world, with what its policies see in a corner."""
    from autonomy.recording.drawing import draw_picture
    from autonomy.recording.pictures import fit_width, magnify
    from autonomy.scripts.picturing.worlds import film_of

    for view, seen in islice(film_of(env_id, split="test"), 0, None, every):
        frame = fit_width(view, _WIDTH)
        draw_picture(frame, magnify(seen, _INSET), 8, 8)
        yield frame


if __name__ == "__main__":
    run(main, Arguments)
