"""Labelled frames drawn once and written to a folder, for those who do not render."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from autonomy.errors import InputError
from autonomy.files import sync, whole_folder, write_json
from autonomy.perception.datasets.manifest import MANIFEST, Manifest
from autonomy.perception.datasets.npy_writer import NpyWriter
from autonomy.perception.samples import DRAWN_TOGETHER, Samples, SampleSource, drawn
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
    """Draw what a manifest plans and write it: whole, or not at all.

    Args:
        folder: Where to; it must not exist.
        source: Whose samples.
        plan: How many with which labels. Where it tells of arrays, since it is another data set's,
            what is written must be the same.
        on_frames: Called with how many more frames are written.

    Raises:
        InputError: The folder exists or cannot be made, or the plan's bytes are not met.
    """
    with whole_folder(folder, "data set") as temporary:
        batches = drawn(source, plan.frames, tuple(plan.labels), plan.batch)
        written = _write_arrays(temporary, batches, plan.frames, on_frames)
        manifest = replace(plan, arrays=written, versions=versions())
        _check_same(plan, manifest)
        write_json(temporary / MANIFEST, manifest.to_json())
    return manifest


def _write_arrays(
    folder: Path,
    batches: Iterator[Samples],
    frames: int,
    on_frames: Callable[[int], None],
) -> dict[str, Any]:
    """Write batches while the next is drawn; return what the files are."""
    with ExitStack() as stack:
        writers: dict[str, NpyWriter] = {}
        # one thread, so that batches are written in their order
        writing = stack.enter_context(ThreadPoolExecutor(1))
        pending = None
        for samples in batches:
            if not writers:
                for name, values in samples.items():
                    writers[name] = NpyWriter(folder / f"{name}.npy", values, frames)
                    stack.callback(writers[name].close)
            if pending is not None:
                pending.result()
            pending = writing.submit(_append, writers, samples)
            on_frames(len(samples["camera"]))
        assert pending is not None
        pending.result()
        written = {name: writer.finish() for name, writer in writers.items()}
    for name in written:
        sync(folder / f"{name}.npy")
    return written


def _append(writers: dict[str, NpyWriter], samples: Samples) -> None:
    for name, values in samples.items():
        writers[name].append(values)


def _check_same(plan: Manifest, made: Manifest) -> None:
    """Refuse what differs from the arrays of a plan that has some."""
    differing = sorted(
        name
        for name in plan.arrays.keys() | made.arrays.keys()
        if plan.arrays and plan.arrays.get(name) != made.arrays.get(name)
    )
    if differing:
        raise InputError(
            f"the frames that were made differ from the manifest's in {', '.join(differing)}; "
            f"it was written with {_listed(plan.versions)}, these are {_listed(made.versions)}"
        )


def _listed(found: dict[str, str]) -> str:
    return ", ".join(f"{package} {version}" for package, version in found.items())
