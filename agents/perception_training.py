"""A perception module learns in a run folder: from labelled frames to the module."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from stable_baselines3.common.logger import Logger

from autonomy.agents.checkpoints import Checkpoints
from autonomy.agents.curves import curve_logger, table_of
from autonomy.agents.module_fit import Epoch, Fit, Metrics, judged
from autonomy.agents.perception_recipe import PerceptionRecipe, perception_recipe
from autonomy.agents.preparation import conditions, prepare
from autonomy.agents.run_config import begin_run, read_config, refuse_changes
from autonomy.agents.state_arrays import part, within
from autonomy.errors import InputError
from autonomy.files import locked, refuse_taken
from autonomy.imported_class import class_name
from autonomy.perception.modules.making import check_fits, make_module, needed_labels
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.modules.module_folder import save_module
from autonomy.perception.samples import Samples, SampleSource, draw_many
from autonomy.stopping import StoppedError, asked_to_stop


@dataclass(frozen=True)
class Data:
    """Where labelled frames come from."""

    train: SampleSource
    validation: SampleSource
    test: SampleSource

    def check(self, labels: tuple[str, ...]) -> None:
        """Raise `InputError` if they differ in what some labels tell."""
        for label in labels:
            own, *others = (source.labels.get(label) for source in vars(self).values())
            for name, other in zip(("validation", "test"), others, strict=True):
                if own != other:
                    raise InputError(
                        f"{label} of {name} frames must be those of training frames, {own}, "
                        f"got {other}"
                    )


@dataclass(frozen=True)
class TrainedModule:
    """What came out of the training of a module."""

    module: PerceptionModule[Any]
    seconds: float
    """Wall-clock time from the first frame drawn to the written module."""
    train: Metrics
    """On frames that it learned from."""
    test: Metrics
    """On frames of the test split."""
    samples: Samples
    """Those test frames."""
    result: Any
    """What the module made of them."""


class GoOn(NamedTuple):
    """The folder of a run that goes on from its last checkpoint."""

    run: Path


def train_module(
    kind: str | type,
    data: Data,
    place: "Path | GoOn",
    recipe: PerceptionRecipe | None = None,
    seed: int = 0,
    device: str = "auto",
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> TrainedModule:
    """Train a module and leave it in a run folder.

    Args:
        kind: What to train, as `module_class` takes it: `segmentation`, `file.py:Class`, a class.
        data: Where the frames come from.
        place: Run folder to make, or to go on in with a training that was stopped, where all else
            that is given must be as it was.
        recipe: How to learn; by default as suits the module.
        seed: The same seed on the same machine gives the same weights.
        device: `auto`, `cpu` or `cuda`.
        on_epoch: Called after each pass over the frames.

    Raises:
        InputError: Something given cannot work; the run folder is not made then.
        DivergedError: The loss was no finite number.
        StoppedError: Somebody asked to stop; the run can go on.
    """
    start = time.perf_counter()
    recipe = recipe or perception_recipe(kind)
    run = _checked(place)
    device = prepare(recipe, seed, device)
    torch.manual_seed(seed)
    module = make_module(kind, data.train).to(device)
    labels = needed_labels(type(module))
    data.check(labels)
    for source in (data.train, data.validation, data.test):
        check_fits(module, source)
    samples = draw_many(data.train, recipe.frames, labels)
    validation = draw_many(data.validation, recipe.validation_frames, labels)
    config = _config(module, data, recipe, seed, device)  # which refuses what cannot be saved
    if isinstance(place, GoOn):
        refuse_changes(read_config(run), config)
    module.prepare(samples)
    fit = Fit(module, samples, validation, recipe)
    if not isinstance(place, GoOn):
        begin_run(run, config)
    with locked(run):
        _finish(fit, run, recipe.checkpoint_interval, on_epoch)
        module.calibrate(validation)
        save_module(run / "module", module, data.train.description())
    seconds = time.perf_counter() - start
    known = {name: values[: recipe.validation_frames] for name, values in samples.items()}
    test = draw_many(data.test, recipe.test_frames, labels)
    result = module.perceive(test)
    return TrainedModule(
        module, seconds, judged(module, known), module.measure(result, test), test, result
    )


def _checked(place: Path | GoOn) -> Path:
    if not isinstance(place, GoOn):
        refuse_taken(place, "run")
        return place
    if (place.run / "module").exists():
        raise InputError(f"a run that goes on must not have ended, {place.run / 'module'} exists")
    return place.run


def _finish(fit: Fit, run: Path, interval: float, on_epoch: Callable[[Epoch], None]) -> None:
    """Go on to the last epoch, from the checkpoint in the run folder if there is one."""
    checkpoints, curves = Checkpoints(run / "state"), run / "curves"
    state = checkpoints.load()
    if state is None:
        logger = curve_logger(curves)
    else:
        fit.set_state(part("fit", state))
        logger = curve_logger(curves, state["table"].tobytes(), fit.epochs - 1)
    saved_at = time.perf_counter()
    with asked_to_stop() as stop, closing(logger):
        for epoch in fit:
            _write(logger, epoch)
            on_epoch(epoch)
            if stop.status is not None or time.perf_counter() - saved_at >= interval:
                state = {**within("fit", fit.get_state()), "table": table_of(curves)}
                checkpoints.save(fit.epochs, state)
                saved_at = time.perf_counter()
            if stop.status is not None:
                raise StoppedError(
                    f"stopped after {fit.epochs} epochs; to go on: the same with --resume {run}",
                    stop.status,
                )
    fit.keep_best()


def _write(logger: Logger, epoch: Epoch) -> None:
    logger.record("loss", epoch.loss)
    for name, value in epoch.validation.items():
        logger.record(f"validation/{name}", value)
    logger.record("seconds", epoch.seconds)
    logger.dump(epoch.number - 1)


def _config(
    module: PerceptionModule[Any], data: Data, recipe: PerceptionRecipe, seed: int, device: str
) -> dict[str, Any]:
    return {
        "module": class_name(type(module)),
        "signature": module.signature.to_json(),
        "data": {name: source.description() for name, source in vars(data).items()},
        **conditions(recipe, seed, device),
    }
