"""How a perception module learns: labelled frames in memory, the best state on validation kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from rich.console import Console
from stable_baselines3.common.logger import Logger
from torch import Tensor

from autonomy.agents.curves import curve_logger
from autonomy.agents.perception_recipe import PerceptionRecipe
from autonomy.agents.preparation import conditions, prepare, refuse_existing
from autonomy.errors import InputError
from autonomy.files import make_folder, write_json
from autonomy.perception.modules.making import check_fits
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

    def check(self) -> None:
        """Raise `InputError` if they differ in their world, or in the names of what they label."""
        for table in ("world", "segment_classes", "box_classes", "quantities"):
            own, *others = (getattr(source, table) for source in vars(self).values())
            for name, other in zip(("validation", "test"), others, strict=True):
                if own != other:
                    raise InputError(
                        f"{table} of {name} frames must be those of training frames, {own}, "
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


def train_module(
    make: Callable[[SampleSource], PerceptionModule[Any]],
    data: Data,
    recipe: PerceptionRecipe,
    seed: int,
    run: Path,
    device: str,
    console: Console,
) -> TrainedModule:
    """Train a module and leave it in the run folder `run`.

    Args:
        make: Makes the module for frames of a source, with random weights.
        data: Where the frames come from.
        recipe: How to learn.
        seed: The same seed on the same machine gives the same weights.
        run: Folder to make.
        device: `auto`, `cpu` or `cuda`.
        console: Where the progress is shown.

    Raises:
        InputError: Something given cannot work; the run folder is not made then.
    """
    start = time.perf_counter()
    refuse_existing(run)
    device = prepare(recipe, seed, device)
    data.check()
    torch.manual_seed(seed)
    module = make(data.train).to(device)
    for source in (data.train, data.validation, data.test):
        check_fits(module, source)
    labels = module.labels
    samples = draw_many(data.train, recipe.frames, labels)
    validation = draw_many(data.validation, recipe.validation_frames, labels)
    make_folder(run)
    write_json(run / "config.json", _config(module, data, recipe, seed, device))
    module.prepare(samples)
    _fit(module, samples, validation, recipe, curve_logger(run / "curves"), console)
    module.calibrate(validation)
    save_module(run / "module", module, data.train.description())
    seconds = time.perf_counter() - start
    known = {name: values[: recipe.validation_frames] for name, values in samples.items()}
    test = draw_many(data.test, recipe.test_frames, labels)
    result = module.perceive(*module.frames_of(test))
    return TrainedModule(
        module, seconds, judged(module, known), module.measure(result, test), test, result
    )


def judged(module: PerceptionModule[Any], samples: Samples) -> Metrics:
    """Return the module's metrics on samples."""
    return module.measure(module.perceive(*module.frames_of(samples)), samples)


def _fit(
    module: PerceptionModule[Any],
    samples: Samples,
    validation: Samples,
    recipe: PerceptionRecipe,
    logger: Logger,
    console: Console,
) -> None:
    """Train until epochs or patience end; leave the state that validated best."""
    start = time.perf_counter()
    frames = [torch.from_numpy(own) for own in module.frames_of(samples)]
    labels = {name: torch.from_numpy(samples[name]) for name in _label_names(samples)}
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    batches = len(frames[0]) // recipe.batch_size
    if batches == 0:
        raise InputError(
            f"frames must be at least batch_size = {recipe.batch_size}, got {len(frames[0])}"
        )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=recipe.epochs * batches
    )
    best, best_state, since = float("-inf"), module.state_dict(), 0
    for epoch in range(recipe.epochs):
        loss = _learn_once(module, frames, labels, recipe.batch_size, optimizer, schedule)
        metrics = judged(module, validation)
        seconds = time.perf_counter() - start
        _write(logger, epoch, {"loss": loss, **metrics, "seconds": seconds})
        console.print(
            f"epoch {epoch + 1} of {recipe.epochs}, {seconds:.0f} s: loss {loss:.4f}, "
            f"validation {module.score} {metrics[module.score]:.4f}",
            highlight=False,
        )
        since += 1
        if metrics[module.score] > best:
            best, since = metrics[module.score], 0
            best_state = {name: value.clone() for name, value in module.state_dict().items()}
        if since >= recipe.patience:
            break
    module.load_state_dict(best_state)
    logger.close()


def _learn_once(
    module: PerceptionModule[Any],
    frames: list[Tensor],
    labels: dict[str, Tensor],
    batch_size: int,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> float:
    """Pass over all frames once, in a new order; return the mean loss."""
    device = next(module.parameters()).device
    module.train()
    total = 0.0
    order = torch.randperm(len(frames[0]))
    batches = order[: len(order) // batch_size * batch_size].split(batch_size)
    for rows in batches:
        output = module(*(own[rows].to(device) for own in frames))
        loss = module.loss(output, {name: own[rows].to(device) for name, own in labels.items()})
        optimizer.zero_grad()
        cast(Any, loss).backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
    return total / len(batches)


def _label_names(samples: Samples) -> list[str]:
    return [name for name in samples if not name.startswith(("camera", "group_"))]


def _write(logger: Logger, epoch: int, values: Metrics) -> None:
    for name, value in values.items():
        logger.record(f"validation/{name}" if name not in ("loss", "seconds") else name, value)
    logger.dump(epoch)


def _config(
    module: PerceptionModule[Any], data: Data, recipe: PerceptionRecipe, seed: int, device: str
) -> dict[str, Any]:
    return {
        "module": module.name,
        "reading": module.reading.to_json(),
        "data": {name: source.description() for name, source in vars(data).items()},
        **conditions(recipe, seed, device),
    }
