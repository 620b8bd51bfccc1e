"""Labelled frames drawn once and written to a folder, for those who do not render."""

import shutil
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from autonomy.errors import InputError
from autonomy.files import disk_named, locked, sync, whole_folder, write_json
from autonomy.perception.datasets.growing_arrays import GrowingArrays
from autonomy.perception.datasets.manifest import (
    MANIFEST,
    UNFINISHED,
    Manifest,
    refuse_unfinished,
    to_go_on,
)
from autonomy.perception.datasets.unfinished import Unfinished
from autonomy.perception.samples import DRAWN_TOGETHER, SampleSource, drawn
from autonomy.stopping import StoppedError, asked_to_stop
from autonomy.versions import versions

_TABLES = ("lane_rows",)


def planned(source: SampleSource, frames: int, labels: tuple[str, ...]) -> Manifest:
    """Return the manifest of a data set that is not yet written.

    Raises:
        InputError: There are to be no frames, or no labels, or the source lacks one.
    """
    if frames < 1:
        raise InputError(f"a data set must have frames, got {frames}")
    if not labels:
        raise InputError("a data set must have labels, got none")
    for label in labels:
        if label not in source.labels:
            raise InputError(f"labels must be some of {', '.join(source.labels)}, got {label!r}")
    named = {label: source.labels[label] for label in labels}
    tables = {name: list(getattr(source, name)) for name in _TABLES if hasattr(source, name)}
    return Manifest(frames, DRAWN_TOGETHER, named, source.description(), tables, versions(), {})


def write_dataset(
    folder: Path,
    source: SampleSource,
    plan: Manifest,
    on_frames: Callable[[int], None] = lambda _: None,
) -> Manifest:
    """Draw what a manifest plans and write it.

    Who asks the process to stop, or ends it, leaves a data set that is not whole, which nothing
    reads, and which goes on with `go_on_with_dataset`. Where no frame is good, nothing is left.

    Args:
        folder: Where to; it must not exist.
        source: Whose samples.
        plan: How many with which labels. Where it tells of arrays, since it is another data set's,
            what is written must be the same.
        on_frames: Called with how many more frames there are.

    Raises:
        InputError: The folder exists or cannot be made, or the plan's bytes are not met.
        StoppedError: Somebody asked to stop.
    """
    refuse_unfinished(folder)
    with whole_folder(folder, "data set") as temporary:
        write_json(temporary / UNFINISHED, Unfinished(plan, versions(), {}).to_json())
    with locked(folder):
        return _finished(folder, source, on_frames)


def go_on_with_dataset(
    folder: Path,
    source: SampleSource,
    plan: Manifest,
    on_frames: Callable[[int], None] = lambda _: None,
) -> Manifest:
    """Go on with a data set that was stopped, to the bytes that it would have had.

    Args:
        folder: Where it is.
        source: Whose samples.
        plan: What it was to be.
        on_frames: Called with how many more frames there are, those that were there too.

    Raises:
        InputError: There is none, or the plan was another, or these versions may make other frames.
        DamagedError: What there is was altered.
        StoppedError: Somebody asked to stop.
    """
    with locked(folder):
        Unfinished.read(folder).refuse_changes(plan)
        return _finished(folder, source, on_frames)


def _finished(folder: Path, source: SampleSource, on_frames: Callable[[int], None]) -> Manifest:
    """Go on to the end in a folder that is locked."""
    with closing(GrowingArrays(folder)) as growing:
        with _good_is_kept(growing):
            _grow(growing, source, on_frames)
        plan = growing.begun.plan
        manifest = replace(plan, arrays=growing.begun.arrays, versions=versions())
        _check_same(growing, manifest)
        write_json(folder / MANIFEST, manifest.to_json())
        (folder / UNFINISHED).unlink()
        sync(folder)
    return manifest


def _grow(growing: GrowingArrays, source: SampleSource, on_frames: Callable[[int], None]) -> None:
    """Write batches while the next is drawn."""
    plan, good = growing.begun.plan, growing.begun.frames
    on_frames(good)
    labels, skipped = tuple(plan.labels), -(-good // plan.batch)
    # one thread, so that batches are written in their order
    with asked_to_stop() as stop, ThreadPoolExecutor(1) as writing:
        pending = None
        for samples in drawn(source, plan.frames, labels, plan.batch, skipped):
            if pending is not None:
                pending.result()
            pending = writing.submit(growing.append, samples)
            on_frames(len(samples["camera"]))
            if stop.status is not None:
                pending.result()
                growing.record()
                raise StoppedError(
                    f"stopped after {growing.begun.frames:,} of {plan.frames:,} frames; "
                    f"{to_go_on(growing.folder)}",
                    stop.status,
                )
        if pending is not None:
            pending.result()
            growing.record()


@contextmanager
def _good_is_kept(growing: GrowingArrays) -> Generator[None]:
    """Where something goes wrong, say how to go on; or leave nothing, if nothing there is good."""
    try:
        with disk_named(growing.folder):
            yield
    except BaseException as error:
        if growing.begun.frames == 0:
            shutil.rmtree(growing.folder, ignore_errors=True)
        elif isinstance(error, InputError):
            raise type(error)(f"{error}; {to_go_on(growing.folder)}") from error
        raise


def _check_same(growing: GrowingArrays, made: Manifest) -> None:
    """Refuse and remove what differs from the arrays of a plan that has some."""
    plan = growing.begun.plan
    differing = sorted(
        name
        for name in plan.arrays.keys() | made.arrays.keys()
        if plan.arrays and plan.arrays.get(name) != made.arrays.get(name)
    )
    if differing:
        shutil.rmtree(growing.folder)
        raise InputError(
            f"the frames that were made differ from the manifest's in {', '.join(differing)}; "
            f"it was written with {_listed(plan.versions)}, these are {_listed(made.versions)}"
        )


def _listed(found: dict[str, str]) -> str:
    return ", ".join(f"{package} {version}" for package, version in found.items())
