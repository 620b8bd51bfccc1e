"""Draw what perception modules make of a picture or a video.

Examples:
    python scripts/perceive.py drive.mp4 runs/lane_state runs/segmentation --out seen.mp4
    python scripts/perceive.py photo.jpg runs/lane_state --fov 58 --pitch -3
    python scripts/perceive.py photo.jpg runs/depth --modules depth.py
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from autonomy.command_line import run
from autonomy.errors import InputError

if TYPE_CHECKING:  # torch takes seconds to import
    from autonomy.camera.camera import Camera
    from autonomy.camera.mount import MountedCamera
    from autonomy.perception.panels import Panel, Perceiver
    from autonomy.picture_file import Picture
    from autonomy.video_reader import VideoReader

_PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
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
    to the camera that modules know; left out, they are only resized."""
    camera: Path | None = None
    """What calibrate_camera.py wrote of the source's camera, instead of its field of view."""
    pitch: float = 0.0
    """How far the source's camera looks down, in degrees, where its field of view is known."""
    device: str = "auto"
    """Where the modules compute: auto, cpu or cuda."""


def main(arguments: Arguments) -> None:
    """Read, perceive, draw and write."""
    from autonomy.picture_file import read_picture, write_picture
    from autonomy.video_reader import VideoReader

    perceivers = _perceivers(arguments)
    if arguments.source.suffix.lower() in _PICTURES:
        out = arguments.out or Path("perceived.png")
        frame = read_picture(arguments.source)
        write_picture(out, _draw(frame, _panels(perceivers, frame, arguments)))
    else:
        out = arguments.out or Path("perceived.mp4")
        _film(VideoReader(arguments.source), out, perceivers, arguments)
    print(f"wrote {out}")


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
            panels = panels or _panels(perceivers, frame, arguments)
            film.write(_draw(frame, panels))


def _panels(perceivers: "list[Perceiver]", frame: "Picture", arguments: Arguments) -> "list[Panel]":
    from autonomy.envs.lane.options import FRONT
    from autonomy.perception.panels import Panel

    source = _source_camera(arguments, frame.shape[0], frame.shape[1])
    return [Panel(perceiver, FRONT, source) for perceiver in perceivers]


def _draw(frame: "Picture", panels: "list[Panel]") -> "Picture":
    from autonomy.perception.panels import side_by_side

    return side_by_side([panel.draw(frame) for panel in panels])


def _source_camera(arguments: Arguments, height: int, width: int) -> "MountedCamera | None":
    """Return the camera of frames of a size, None if nothing is known of it."""
    from autonomy.camera.camera import Camera
    from autonomy.camera.mount import Mount, MountedCamera
    from autonomy.envs.lane.options import FRONT

    mount = Mount(FRONT.mount.body, pitch=math.radians(arguments.pitch))
    if arguments.camera is not None:
        camera = _read_camera(arguments.camera)
        if (camera.height, camera.width) != (height, width):
            raise InputError(
                f"frames must be {camera.height} x {camera.width} px for {arguments.camera}, "
                f"got {height} x {width}"
            )
        return MountedCamera(camera, mount)
    if arguments.fov is None:
        return None
    return MountedCamera(Camera(height, width, math.radians(arguments.fov)), mount)


def _read_camera(path: Path) -> "Camera":
    from autonomy.camera.camera_json import camera_from_json

    try:
        return camera_from_json(json.loads(path.read_text(encoding="utf-8"))["camera"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} must hold what calibrate_camera.py writes: {error}") from error


if __name__ == "__main__":
    run(main, Arguments)
