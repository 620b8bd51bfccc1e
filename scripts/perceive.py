"""Draw what perception modules make of a picture or a video.

Examples:
    python scripts/perceive.py drive.mp4 runs/lane_state runs/segmentation --out seen.mp4
    python scripts/perceive.py photo.jpg runs/lane_state --fov 58 --pitch -3
    python scripts/perceive.py photo.jpg runs/depth --modules depth.py
"""

from autonomy.interruptible import run

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from autonomy.camera.images import MOST_PIXELS, in_pixels
from autonomy.errors import InputError

if TYPE_CHECKING:  # torch takes seconds to import
    from autonomy.camera.mount import MountedCamera
    from autonomy.perception.panels import Panel, Perceiver
    from autonomy.picture_file import Picture
    from autonomy.video_reader import VideoReader

_PICTURES = (
    *(".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".jp2", ".ppm", ".pgm"),
    *(".heic", ".heif"),  # are not read, and said to be pictures
)
_FINDER_SIZE = (192, 320)  # [px]


@dataclass(frozen=True)
class Arguments:
    """Draw what perception modules make of a picture or a video."""

    source: Annotated[Positional[Path], arg(metavar="IMAGE|VIDEO")]
    """What to look at."""
    folders: Annotated[Positional[tuple[Path, ...]], arg(metavar="FOLDER...")] = ()
    """Folders of trained modules; the classical lane finder is always shown."""
    modules: tuple[str, ...] = ()
    """Modules of your own (package.module or file.py) whose classes the folders may name."""
    out: Path | None = None
    """File to write, .png or .mp4; by default `perceived` with the one that fits."""
    fov: float | None = None
    """Horizontal field of view of the source's camera in degrees, so that its frames can be brought
    to the camera that modules know; left out, they are only cut to the modules' shape and
    resized."""
    camera: Annotated[Path | None, arg(metavar="FILE[:NAME]")] = None
    """The calibration of the source's camera, instead of its field of view: what
    calibrate_camera.py wrote, or YAML, XML or JSON as OpenCV's samples, ROS (camera_info) and
    Kalibr (camchain) write it; which one of several cameras, after a colon."""
    pitch: float = 0.0
    """How far the source's camera looks down, in degrees, where its field of view is known."""
    device: str = "auto"
    """Where the modules compute: auto, cpu or cuda."""
    max_megapixels: float = MOST_PIXELS / 1e6
    """The largest picture or frame that is read, in millions of pixels."""
    max_damaged: float = 0.1
    """Share of a video's frames that may be damaged; where more are, nothing is written and the
    exit status is 1."""


def main(arguments: Arguments) -> None:
    """Read, perceive, draw and write."""
    from autonomy.picture_file import read_picture, write_picture
    from autonomy.video_reader import VideoReader

    _check(arguments)
    perceivers, most = _perceivers(arguments), in_pixels(arguments.max_megapixels)
    if arguments.source.suffix.lower() in _PICTURES:
        out = arguments.out or Path("perceived.png")
        frame = read_picture(arguments.source, most)
        write_picture(out, _draw(frame, _panels(perceivers, frame, arguments)))
    else:
        out = arguments.out or Path("perceived.mp4")
        _film(VideoReader(arguments.source, most), out, perceivers, arguments)
    print(f"wrote {out}")


def _check(arguments: Arguments) -> None:
    """Refuse what contradicts itself, or means nothing."""
    if arguments.fov is not None and arguments.camera is not None:
        raise InputError("one of --fov and --camera tells the source's lens, got both")
    if arguments.pitch and arguments.fov is None and arguments.camera is None:
        raise InputError("--pitch needs --fov or --camera, got neither")
    if arguments.fov is not None and not 0.0 < arguments.fov < 180.0:
        raise InputError(f"fov must be between 0 and 180 degrees, got {arguments.fov}")
    if not 0.0 <= arguments.max_damaged <= 1.0:
        raise InputError(f"max_damaged must be a share from 0 to 1, got {arguments.max_damaged}")


def _perceivers(arguments: Arguments) -> "list[Perceiver]":
    from autonomy.envs.lane.options import FRONT
    from autonomy.perception.lane.finder import LaneFinder
    from autonomy.perception.modules.module_folder import load_module

    modules = [
        load_module(folder, arguments.device, arguments.modules) for folder in arguments.folders
    ]
    return [LaneFinder(FRONT.sized(*_FINDER_SIZE)), *modules]


def _film(
    video: "VideoReader", out: Path, perceivers: "list[Perceiver]", arguments: Arguments
) -> None:
    from autonomy.video import open_video

    panels: list[Panel] = []
    with open_video(out, video.fps) as film:
        for frame in video:
            panels = panels or _panels(perceivers, frame.picture, arguments)
            film.write(_draw(frame.picture, panels), frame.time)
        video.damage.check(arguments.max_damaged)


def _panels(perceivers: "list[Perceiver]", frame: "Picture", arguments: Arguments) -> "list[Panel]":
    from autonomy.envs.lane.options import FRONT
    from autonomy.perception.panels import Panel

    source = _source_camera(arguments, frame.shape[0], frame.shape[1])
    return [Panel(perceiver, FRONT, source) for perceiver in perceivers]


def _draw(frame: "Picture", panels: "list[Panel]") -> "Picture":
    from autonomy.perception.panels import side_by_side

    return side_by_side([panel.draw(frame) for panel in panels])


def _source_camera(
    arguments: Arguments, height: int, width: int
) -> "MountedCamera | tuple[int, int]":
    """Return the camera of frames of a size; only the size if nothing is known of it."""
    from autonomy.camera.calibration_file import read_camera
    from autonomy.camera.camera import Camera
    from autonomy.camera.mount import Mount, MountedCamera
    from autonomy.envs.lane.options import FRONT

    mount = Mount(FRONT.mount.body, pitch=math.radians(arguments.pitch))
    if arguments.camera is not None:
        return MountedCamera(read_camera(str(arguments.camera), (height, width)), mount)
    if arguments.fov is not None:
        return MountedCamera(Camera(height, width, math.radians(arguments.fov)), mount)
    return height, width


if __name__ == "__main__":
    run(main, Arguments)
