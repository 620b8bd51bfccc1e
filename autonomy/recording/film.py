"""A film of a policy's episodes, one after the other."""

from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

from autonomy.errors import InputError
from autonomy.policy import Policy
from autonomy.recording.dashboard import Dashboard
from autonomy.recording.drawing import Image
from autonomy.recording.pictures import fit_width, observed_pictures
from autonomy.rollouts import Step, rollout
from autonomy.seed import checked_seed
from autonomy.video import ANIMATIONS, open_video
from autonomy.world import World
from autonomy.wrapped_world import AnyWorld, as_world

_NARROWEST, _WIDEST, _ANIMATION_WIDTH = 64, 3840, 640  # [px]
END_SHOWN_S = 1.5  # how long the end of an episode stays on screen


def record(
    envs: AnyWorld,
    policy: Policy,
    path: Path,
    seconds: float = 30.0,
    seed: int = 0,
    width: int | None = None,
) -> None:
    """Film the episodes `seed`, `seed + 1`, ... of a world of one environment.

    The film runs at the world's `metadata["render_fps"]` and is `seconds` long.

    Args:
        envs: The world.
        policy: Who acts there.
        path: File to write: a video `.mp4`, or an animated picture `.gif` or `.webp`.
        seconds: How long it is.
        seed: Of the first episode.
        width: Of the frames [px], made even; by default as they are drawn in a video, and 640 in
            an animated picture.

    Raises:
        InputError: If `seconds`, `seed` or `width` cannot be, or `path` has another ending.
    """
    if not 0.0 < seconds < float("inf"):
        raise InputError(f"the film's length must be positive seconds, got {seconds:g}")
    if width is not None and not _NARROWEST <= width <= _WIDEST:
        raise InputError(f"the film's width must be {_NARROWEST} to {_WIDEST} px, got {width}")
    if width is None and path.suffix.lower() in ANIMATIONS:
        width = _ANIMATION_WIDTH
    checked_seed(seed)
    world = as_world(envs)
    fps = float(world.metadata["render_fps"])
    with open_video(path, fps) as video:
        for frame in islice(film(world, policy, seed), max(1, round(seconds * fps))):
            video.write(frame if width is None else fit_width(frame, width))


def film(envs: World, policy: Policy, seed: int) -> Iterator[Image]:
    """Yield the film's frames `(720, W, 3)` without end."""
    fps = float(envs.metadata["render_fps"])
    steps = 0
    for step in rollout(envs, policy, count(seed)):
        steps += 1
        shown = dashboard(envs, step, steps / fps)
        yield shown.draw()
        if step.ended[0]:
            reason = str(step.info["episode_end"][0]).replace("_", " ")
            end = shown.draw_end(reason, good=bool(step.info["success"][0]))
            yield from [end] * round(END_SHOWN_S * fps)
            steps = 0


def dashboard(envs: World, step: Step, time_s: float) -> Dashboard:
    """Return what a film shows after a step of one environment, `time_s` [s] into its episode."""
    names = action_names(envs, step.action.shape[1])
    return Dashboard(
        view=envs.render()[0],
        overview=envs.overview()[0],
        seen=observed_pictures(step.next_observation, env=0),
        title=f"episode {step.seed[0]}   {time_s:.1f} s",
        measurements={name: float(of[0]) for name, of in step.info["measurements"].items()},
        actions=dict(zip(names, map(float, step.action[0]), strict=True)),
    )


def action_names(envs: World, count: int) -> Sequence[str]:
    """Return what the numbers of a world's action are called."""
    return envs.metadata.get("action_names") or [f"action {n}" for n in range(1, count + 1)]
