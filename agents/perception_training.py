"""How a perception module learns: labelled frames in memory, the best state on validation kept."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from numpy.typing import NDArray
from stable_baselines3.common.logger import Logger
from torch import Tensor

from autonomy.agents.curves import curve_logger
from autonomy.agents.perception_recipe import PerceptionRecipe, perception_recipe
from autonomy.agents.preparation import conditions, prepare
from autonomy.errors import DivergedError, InputError
from autonomy.files import make_folder, refuse_taken, write_json
from autonomy.imported_class import class_name
from autonomy.perception.modules.making import check_fits, make_module, needed_labels
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.modules.module_folder import save_module
from autonomy.perception.samples import Samples, SampleSource, draw_many

Metrics = dict[str, float]


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
class Epoch:
    """What came of a pass over all frames."""

    number: int
    """Counted from 1."""
    of: int
    """How many there will be, at most."""
    seconds: float
    """Wall-clock time since the first one began."""
    loss: float
    """The mean."""
    validation: Metrics
    """On frames of the validation split."""


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


def train_module(
    kind: str | type,
    data: Data,
    run: Path,
    recipe: PerceptionRecipe | None = None,
    seed: int = 0,
    device: str = "auto",
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> TrainedModule:
    """Train a module and leave it in the run folder `run`.

    Args:
        kind: What to train, as `module_class` takes it: `segmentation`, `file.py:Class`, a class.
        data: Where the frames come from.
        run: Folder to make.
        recipe: How to learn; by default as suits the module.
        seed: The same seed on the same machine gives the same weights.
        device: `auto`, `cpu` or `cuda`.
        on_epoch: Called after each pass over the frames.

    Raises:
        InputError: Something given cannot work; the run folder is not made then.
    """
    start = time.perf_counter()
    recipe = recipe or perception_recipe(kind)
    refuse_taken(run, "run")
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
    make_folder(run)
    write_json(run / "config.json", config)
    module.prepare(samples)
    logger = curve_logger(run / "curves")
    for epoch in fit(module, samples, validation, recipe):
        _write(logger, epoch)
        on_epoch(epoch)
    logger.close()
    module.calibrate(validation)
    save_module(run / "module", module, data.train.description())
    seconds = time.perf_counter() - start
    known = {name: values[: recipe.validation_frames] for name, values in samples.items()}
    test = draw_many(data.test, recipe.test_frames, labels)
    result = module.perceive(test)
    return TrainedModule(
        module, seconds, judged(module, known), module.measure(result, test), test, result
    )


def judged(module: PerceptionModule[Any], samples: Samples) -> Metrics:
    """Return the module's metrics on samples."""
    return module.measure(module.perceive(samples), samples)


def fit(
    module: PerceptionModule[Any], samples: Samples, validation: Samples, recipe: PerceptionRecipe
) -> Iterator[Epoch]:
    """Train until epochs or patience end, and then leave the state that validated best.

    Args:
        module: What learns; whoever calls has it `prepare` for the samples.
        samples: What it learns from.
        validation: What it is judged by.
        recipe: How it learns.

    Yields:
        What came of each pass over the samples.

    Raises:
        InputError: The samples lack frames that the module reads, or are not even a batch.
    """
    start = time.perf_counter()
    frames = _tensors(module.signature.fitted(samples))
    labels = _tensors({name: samples[name] for name in _label_names(samples)})
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    count = len(next(iter(frames.values())))
    batches = count // recipe.batch_size
    if batches == 0:
        raise InputError(f"frames must be at least batch_size = {recipe.batch_size}, got {count}")
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=recipe.epochs * batches
    )
    best, best_state, since = float("-inf"), module.state_dict(), 0
    for number in range(1, 1 + recipe.epochs):
        loss = _learn_once(module, frames, labels, recipe.batch_size, optimizer, schedule)
        if not math.isfinite(loss):
            raise DivergedError(
                f"the loss was {loss} in epoch {number}: a smaller learning_rate may help"
            )
        metrics = judged(module, validation)
        since += 1
        if metrics[module.score] > best:
            best, since = metrics[module.score], 0
            best_state = {name: value.clone() for name, value in module.state_dict().items()}
        yield Epoch(number, recipe.epochs, time.perf_counter() - start, loss, metrics)
        if since >= recipe.patience:
            break
    module.load_state_dict(best_state)


def _learn_once(
    module: PerceptionModule[Any],
    frames: dict[str, Tensor],
    labels: dict[str, Tensor],
    batch_size: int,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> float:
    """Pass over all frames once, in a new order; return the mean loss."""
    device = next(module.parameters()).device
    module.train()
    total = 0.0
    order = torch.randperm(len(next(iter(frames.values()))))
    batches = order[: len(order) // batch_size * batch_size].split(batch_size)
    for rows in batches:
        output = module({name: own[rows].to(device) for name, own in frames.items()})
        loss = module.loss(output, {name: own[rows].to(device) for name, own in labels.items()})
        optimizer.zero_grad()
        cast(Any, loss).backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
    return total / len(batches)


def _label_names(samples: Samples) -> list[str]:
    return [name for name in samples if not name.startswith(("camera", "group_"))]


def _tensors(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(own) for name, own in arrays.items()}


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
