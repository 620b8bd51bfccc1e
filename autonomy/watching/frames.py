"""The pictures of a page: what the policy sees, and one large view."""

from collections.abc import Callable, Mapping, Sequence

import viser

from autonomy.camera.scene import Frames
from autonomy.recording.drawing import Image
from autonomy.recording.pictures import (
    class_picture,
    depth_picture,
    fit_height,
    magnify,
    observed_pictures,
)
from autonomy.shown_world import as_shown
from autonomy.watching.lived import Lived

HEIGHT = 480  # [px] of the large view
_SMALL = 160  # [px] of the policy's own frames
OUTSIDE, MAP, NONE = "from outside", "map", "none"
"""Views that every world has."""

_NO_VIEWS: tuple[str, ...] = (OUTSIDE,)
_KINDS: dict[str, str] = {"camera": "rgb", "depth": "depth", "semantic": "semantic"}


class FramePanel:
    """Images in a container of a page; there are as many as the policy has."""

    def __init__(
        self, gui: viser.GuiApi, container: viser.GuiTabHandle, on_view: Callable[[], None]
    ) -> None:
        self._gui, self._container = gui, container
        self._images: dict[str, viser.GuiImageHandle] = {}
        with container:
            self._view = gui.add_dropdown("large view", _NO_VIEWS, initial_value=OUTSIDE)
            self._view.on_update(lambda _: on_view())

    def offer(self, session: Lived) -> None:
        """Offer the views that a session's world has."""
        views = views_of(session)
        if views != tuple(self._view.options):
            is_first, chosen = len(self._view.options) == 1, self._view.value
            self._view.options = views
            self._view.value = chosen if chosen in views and not is_first else views[0]

    def show(self, sessions: Sequence[Lived]) -> None:
        """Show what there is to see now, of each session."""
        several = len(sessions) > 1
        self._put(
            {
                f"{number}. {own.policy}: {name}" if several else name: picture
                for number, own in enumerate(sessions, start=1)
                for name, picture in self._pictures(own).items()
            }
        )

    def _pictures(self, session: Lived) -> dict[str, Image]:
        large = large_view(session, self._view.value)
        seen = observed_pictures(session.observation, env=0)
        small = {
            f"{name}, {own.shape[1]} x {own.shape[0]} px": magnify(own, _SMALL)
            for name, own in seen.items()
        }
        world = as_shown(session.world)
        found = world.perceived(0, HEIGHT // 2) if world else {}
        perceived = {f"what is perceived in {name}": own for name, own in found.items()}
        return {**({} if large is None else {self._view.value: large}), **perceived, **small}

    def _put(self, pictures: Mapping[str, Image]) -> None:
        if list(pictures) != list(self._images):
            for own in self._images.values():
                own.remove()
            with self._container:
                self._images = {
                    name: self._gui.add_image(picture, label=name, format="jpeg", jpeg_quality=85)
                    for name, picture in pictures.items()
                }
            return
        for name, picture in pictures.items():
            self._images[name].image = picture


def views_of(session: Lived) -> tuple[str, ...]:
    """Return the names of the large views that a session's world has."""
    world = as_shown(session.world)
    cameras = world.camera_names if world else ()
    close = (f"{name} {kind}" for name in cameras for kind in _KINDS)
    return (*close, OUTSIDE, MAP, NONE)


def large_view(session: Lived, view: str, height: int = HEIGHT) -> Image | None:
    """Return a view of a session's world, by its name; None where nothing is to be seen."""
    world = as_shown(session.world)
    if view == OUTSIDE:
        pictures = world.pictures() if world else session.world.render()
        return fit_height(pictures[0], height)
    if view == MAP:
        return magnify(session.world.overview()[0], height)
    camera, _, kind = view.rpartition(" ")
    if world is None or camera not in world.camera_names:
        return None
    return _coloured(world.close_up(camera, 0, height, (_KINDS[kind],)))


def _coloured(frames: Frames) -> Image | None:
    if frames.depth is not None:
        return depth_picture(frames.depth[0])
    if frames.semantic is not None:
        return class_picture(frames.semantic[0])
    return None if frames.rgb is None else frames.rgb[0]
