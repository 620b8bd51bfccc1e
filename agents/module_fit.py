"""How a perception module learns: passes over labelled frames; the best state is kept."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import torch
from numpy.typing import NDArray
from torch import Tensor

from autonomy.agents.perception_recipe import PerceptionRecipe
from autonomy.agents.state_arrays import (
    array_of,
    load_module,
    load_optimizer,
    load_random,
    module_arrays,
    optimizer_arrays,
    part,
    random_arrays,
    value_of,
    within,
)
from autonomy.errors import DivergedError, InputError
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.samples import Samples
from autonomy.world_state import State

Metrics = dict[str, float]


@dataclass(frozen=True)
class Epoch:
    """What came of a pass over all frames."""

    number: int
    """Counted from 1."""
    of: int
    """How many there will be, at most."""
    seconds: float
    """Wall-clock time since the first one, or the first one of those that go on, began."""
    loss: float
    """The mean."""
    validation: Metrics
    """On frames of the validation split."""


class Fit:
    """Passes over all frames while it is iterated over, until epochs or patience end."""

    def __init__(
        self,
        module: PerceptionModule[Any],
        samples: Samples,
        validation: Samples,
        recipe: PerceptionRecipe,
    ) -> None:
        """Get ready.

        Args:
            module: What learns; whoever calls has it `prepare` for the samples.
            samples: What it learns from.
            validation: What it is judged by.
            recipe: How it learns.

        Raises:
            InputError: The samples lack frames that the module reads, or are not even a batch.
        """
        self._module, self._validation, self._recipe = module, validation, recipe
        self._frames = _tensors(module.signature.fitted(samples))
        self._labels = _tensors({name: samples[name] for name in _label_names(samples)})
        self._count = len(next(iter(self._frames.values())))
        batches = self._count // recipe.batch_size
        if batches == 0:
            raise InputError(
                f"frames must be at least batch_size = {recipe.batch_size}, got {self._count}"
            )
        self._optimizer = torch.optim.AdamW(
            module.parameters(),
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, recipe.learning_rate, total_steps=recipe.epochs * batches
        )
        self._best, self._best_state = float("-inf"), module_arrays(module)
        self.epochs, self._since = 0, 0
        self._start = time.perf_counter()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Epoch:
        """Pass over the frames once more.

        Raises:
            StopIteration: There were enough epochs, or none was better for as long as patience.
            DivergedError: The loss was no finite number.
        """
        recipe, module = self._recipe, self._module
        if self.epochs >= recipe.epochs or self._since >= recipe.patience:
            raise StopIteration
        loss = self._learn_once()
        self.epochs += 1
        if not math.isfinite(loss):
            raise DivergedError(
                f"the loss was {loss} in epoch {self.epochs}: a smaller learning_rate may help"
            )
        metrics = judged(module, self._validation)
        self._since += 1
        if metrics[module.score] > self._best:
            self._best, self._since = metrics[module.score], 0
            self._best_state = module_arrays(module)
        seconds = time.perf_counter() - self._start
        return Epoch(self.epochs, recipe.epochs, seconds, loss, metrics)

    def keep_best(self) -> None:
        """Bring the module to the state that validated best."""
        load_module(self._module, self._best_state)

    def get_state(self) -> State:
        """Return, between epochs, all that changes, as copies."""
        groups = [{key: group[key] for key in ("lr", "betas")} for group in self._groups]
        history = {
            "epochs": self.epochs,
            "since": self._since,
            "best": self._best,
            "schedule": self._schedule.state_dict(),
            "groups": groups,
        }
        return {
            "history": array_of(history),
            **within("module", module_arrays(self._module)),
            **within("best", self._best_state),
            **within("optimizer", optimizer_arrays(self._optimizer)),
            **within("random", random_arrays("cpu")),
        }

    def set_state(self, state: State) -> None:
        """Go on from what `get_state` of a fit of the same module and frames returned."""
        history = value_of(state["history"])
        self.epochs, self._since, self._best = (
            history[name] for name in ("epochs", "since", "best")
        )
        load_module(self._module, part("module", state))
        self._best_state = part("best", state)
        load_optimizer(self._optimizer, part("optimizer", state))
        self._schedule.load_state_dict(history["schedule"])
        for group, saved in zip(self._groups, history["groups"], strict=True):
            group |= {"lr": saved["lr"], "betas": tuple(saved["betas"])}
        load_random(part("random", state), "cpu")

    @property
    def _groups(self) -> list[dict[str, Any]]:
        return self._optimizer.param_groups

    def _learn_once(self) -> float:
        """Pass over all frames once, in a new order; return the mean loss."""
        device = next(self._module.parameters()).device
        self._module.train()
        total, size = 0.0, self._recipe.batch_size
        order = torch.randperm(self._count)
        batches = order[: self._count // size * size].split(size)
        for rows in batches:
            output = self._module(_some(self._frames, rows, device))
            loss = self._module.loss(output, _some(self._labels, rows, device))
            self._optimizer.zero_grad()
            cast(Any, loss).backward()
            self._optimizer.step()
            self._schedule.step()
            total += loss.item()
        return total / len(batches)


def judged(module: PerceptionModule[Any], samples: Samples) -> Metrics:
    """Return the module's metrics on samples."""
    return module.measure(module.perceive(samples), samples)


def _some(tensors: Mapping[str, Tensor], rows: Tensor, device: torch.device) -> dict[str, Tensor]:
    return {name: own[rows].to(device) for name, own in tensors.items()}


def _label_names(samples: Samples) -> list[str]:
    return [name for name in samples if not name.startswith(("camera", "group_"))]


def _tensors(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(own) for name, own in arrays.items()}
