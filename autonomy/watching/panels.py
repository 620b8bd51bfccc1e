"""The controls of a page: each only says what a person wants, and shows how it is."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import viser

from autonomy.quantities import words_and_unit
from autonomy.shown_world import Drawn
from autonomy.watching.hand import TAKE_OVER
from autonomy.watching.wishes import Wishes
from autonomy.world_options import Option

SPEEDS = ("1/4", "1/2", "1", "2", "4", "8", "as fast as it can")
_THROTTLE = 0.15  # [s] by which the last key of an input may come after the form was submitted
LOG = 12
"""Episodes in the log."""


class RunPanel:
    """What runs, and how fast."""

    def __init__(self, gui: viser.GuiApi, wishes: Wishes, worlds: tuple[str, ...]) -> None:
        self._status = gui.add_markdown("")
        self._trouble = gui.add_markdown("", visible=False)
        self._play = gui.add_button("Pause", icon=viser.Icon.PLAYER_PAUSE)
        self._play.on_click(lambda _: wishes.play())
        moves = gui.add_button_group("", ("Step", "Again", "Next seed"))
        doing = {"Step": wishes.step, "Again": wishes.again}
        moves.on_click(lambda event: doing.get(event.target.value, self._next)())
        with gui.add_form(None) as seeded:
            self._seed = gui.add_number("seed", 0, min=0, step=1)
        _on_submit(seeded, lambda: wishes.begin(int(self._seed.value)))
        self._speed = gui.add_dropdown("speed", SPEEDS, initial_value="1")
        self._speed.on_update(_by_person(wishes.speed))
        self._begin, self._shown_seed = wishes.begin, 0
        take_over = f"Take over ({TAKE_OVER})"
        self._take_over = gui.add_button(take_over, icon=viser.Icon.STEERING_WHEEL)
        self._take_over.on_click(lambda _: wishes.take_over())
        self._keys = gui.add_markdown("")
        with gui.add_form("Who acts, and where") as chosen:
            self._policy = gui.add_text("policy", "", hint="expert, random, person, a run folder")
            self._beside = gui.add_text("beside it", "", hint="another policy on the same seed")
            self._world = gui.add_dropdown("world", worlds)
            watch = gui.add_button("Watch", icon=viser.Icon.EYE)
        watch.on_click(lambda _: chosen.submit())
        _on_submit(chosen, lambda: wishes.watch(self._chosen()))

    def _chosen(self) -> tuple[str, str, str]:
        return self._policy.value.strip(), self._world.value, self._beside.value.strip()

    def _next(self) -> None:
        self._begin(int(self._seed.value) + 1)

    def show_status(
        self, text: str, seed: int | None, is_playing: bool, person_drives: bool
    ) -> None:
        """Show how it stands."""
        _set(self._status, "content", text)
        if seed is not None and seed != self._shown_seed:  # else what is being typed would go
            self._seed.value = self._shown_seed = seed
        _set(self._play, "label", "Pause" if is_playing else "Play")
        icon = viser.Icon.PLAYER_PAUSE if is_playing else viser.Icon.PLAYER_PLAY
        _set(self._play, "icon", icon)
        label = "Give back" if person_drives else "Take over"
        _set(self._take_over, "label", f"{label} ({TAKE_OVER})")

    def show_choice(self, policy: str, env_id: str, beside: str, keys: str) -> None:
        """Show what is watched."""
        if env_id not in self._world.options:
            self._world.options = (*self._world.options, env_id)
        _set(self._policy, "value", policy)
        _set(self._beside, "value", beside)
        _set(self._world, "value", env_id)
        _set(self._keys, "content", keys)

    def show_trouble(self, text: str) -> None:
        """Show what went wrong, or that nothing does."""
        _set(self._trouble, "content", f"**{_plain(text)}**" if text else "")
        _set(self._trouble, "visible", bool(text))


class OptionsPanel:
    """The options of a world, each as words of a command line."""

    def __init__(self, gui: viser.GuiApi, container: viser.GuiTabHandle, wishes: Wishes) -> None:
        self._gui, self._container, self._wishes = gui, container, wishes
        self._made: list[Any] = []
        self._inputs: dict[str, viser.GuiInputHandle[str]] = {}
        self._shown: tuple[Any, ...] = ()

    def show(self, options: Sequence[Option], chosen: Mapping[str, Any]) -> None:
        """Show options with what is chosen of them."""
        shown = tuple((own.name, as_words(chosen.get(own.name, own.default))) for own in options)
        if shown == self._shown:
            return
        for own in self._made:
            own.remove()
        self._shown, self._inputs, self._made = shown, {}, []
        with self._container, self._gui.add_form(None) as form:
            apply = self._gui.add_button("Make this world", icon=viser.Icon.CHECK)
            for option, (name, words) in zip(options, shown, strict=True):
                label = name.replace("_", " ")
                self._inputs[name] = self._gui.add_text(label, words, hint=option.meaning)
        apply.on_click(lambda _: form.submit())
        _on_submit(form, lambda: self._wishes.options(self._changed()))
        self._made.append(form)

    def _changed(self) -> dict[str, str]:
        before = dict(self._shown)
        return {name: own.value for name, own in self._inputs.items() if own.value != before[name]}


class LooksPanel:
    """What was drawn for the episode: a slider each."""

    def __init__(self, gui: viser.GuiApi, container: viser.GuiTabHandle, wishes: Wishes) -> None:
        self._gui, self._container, self._wishes = gui, container, wishes
        self._sliders: dict[str, list[Any]] = {}
        self._made: list[Any] = []
        self._ranges: tuple[Any, ...] = ()

    def show(self, drawn: Mapping[str, Drawn]) -> None:
        """Show what was drawn."""
        varying = {name: own for name, own in drawn.items() if (own.high - own.low > 1e-6).any()}
        ranges = tuple((name, str(own.low), str(own.high)) for name, own in varying.items())
        if ranges != self._ranges or not self._made:
            self._remake(varying)
            self._ranges = ranges
        for name, own in varying.items():
            for slider, value in zip(self._sliders[name], np.ravel(own.value), strict=True):
                _set(slider, "value", _within(slider, float(value)))

    def _remake(self, drawn: Mapping[str, Drawn]) -> None:
        for own in self._made:
            own.remove()
        self._made, self._sliders = [], {}
        with self._container:
            if not drawn:
                said = "Nothing is drawn here: the world's option randomization says what is."
                self._made.append(self._gui.add_markdown(said))
            for name, own in drawn.items():
                self._sliders[name] = self._sliders_of(name, own)
                self._made += self._sliders[name]

    def _sliders_of(self, name: str, drawn: Drawn) -> list[Any]:
        words, unit = words_and_unit(name)
        low, high = np.ravel(drawn.low), np.ravel(drawn.high)
        sliders: list[Any] = []
        for number, value in enumerate(np.ravel(drawn.value)):
            label = words if len(low) == 1 else f"{words} {number + 1}"
            step = 1.0 if drawn.is_choice else float(max(high[number] - low[number], 1e-9)) / 200
            slider = self._gui.add_slider(
                f"{label} [{unit}]" if unit else label,
                min=float(low[number]),
                max=float(max(high[number], low[number] + step)),
                step=step,
                initial_value=float(value),
            )
            slider.on_update(_by_person(lambda _, name=name: self._changed(name)))
            sliders.append(slider)
        return sliders

    def _changed(self, name: str) -> None:
        values = [float(own.value) for own in self._sliders[name]]
        self._wishes.redraw(name, values)


class EpisodesPanel:
    """How episodes ended: a button each leads back to its seed; and what is kept of them."""

    def __init__(self, gui: viser.GuiApi, wishes: Wishes) -> None:
        self._wishes = wishes
        self._film = gui.add_button("Film", icon=viser.Icon.VIDEO)
        self._film.on_click(lambda _: wishes.film())
        self._kept = gui.add_markdown("")
        all_of_them = gui.add_checkbox("keep the policy's own episodes too", False)
        all_of_them.on_update(_by_person(wishes.keep_all))
        name = gui.add_text("data set", "driven-v0", hint="a name that ends in -v0")
        save = gui.add_button("Save kept episodes", icon=viser.Icon.DEVICE_FLOPPY)
        save.on_click(lambda _: wishes.save(name.value))
        forget = gui.add_button("Forget kept episodes", icon=viser.Icon.TRASH)
        forget.on_click(lambda _: wishes.forget())
        self._saved = gui.add_markdown("")
        self._folder = gui.add_folder("Ended")
        self._gui = gui
        self._buttons: list[viser.GuiButtonHandle] = []
        self._count = 0.0  # of episodes; the latest is shown first

    def add(self, seed: int, text: str, is_success: bool) -> None:
        """Add an episode that ended."""
        self._count += 1.0
        with self._folder:
            button = self._gui.add_button(
                text, color="green" if is_success else "orange", order=-self._count
            )
        button.on_click(lambda _: self._wishes.begin(seed))
        self._buttons.append(button)
        if len(self._buttons) > LOG:
            self._buttons.pop(0).remove()

    def show(self, kept: int, is_filming: bool) -> None:
        """Show how many episodes wait to be saved, and whether a film is made."""
        _set(self._kept, "content", f"{kept} episodes kept")
        _set(self._film, "label", "End the film" if is_filming else "Film")

    def tell(self, text: str) -> None:
        """Say what was written."""
        _set(self._saved, "content", _plain(text))


def _on_submit(form: viser.GuiFormHandle, do: Callable[[], None]) -> None:
    """Do something where a form is submitted, with its inputs as they were then."""

    def late(_: object) -> None:
        time.sleep(_THROTTLE)
        do()

    form.on_submit(late)


def _by_person(do: Callable[[Any], None]) -> Callable[[Any], None]:
    """Call `do` with a control's value where a browser changed it, and not the page itself."""

    def call(event: viser.GuiEvent[Any]) -> None:
        if event.client_id is not None:
            do(event.target.value)

    return call


def _set(handle: Any, name: str, value: Any) -> None:
    """Set a property if it differs: each that is set is sent."""
    if getattr(handle, name) != value:
        setattr(handle, name, value)


def _within(slider: Any, value: float) -> float:
    return float(np.clip(value, slider.min, slider.max))


def _plain(text: str) -> str:
    """Return text without what Markdown or HTML would make something of."""
    for own in "\\`*_[]<>&|":
        text = text.replace(own, f"&#{ord(own)};")
    return text


def as_words(value: Any) -> str:
    """Write an option's value as on a command line."""
    if isinstance(value, tuple | list):
        return " ".join(map(as_words, value))
    return str(value)
