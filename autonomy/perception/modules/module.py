"""What all perception modules that learn have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from autonomy.errors import InputError
from autonomy.perception.reading import Reading
from autonomy.perception.samples import Samples

Result = TypeVar("Result")


class PerceptionModule(nn.Module, ABC, Generic[Result]):
    """A network that reads frames; a subclass says what it makes of them.

    Attributes:
        name: What it is called on command lines and in its folder.
        labels: The entries of samples that it learns from, besides frames.
        worlds: The worlds whose frames it can read.
        score: The metric by which the better of two states is kept; more is better.
        is_calibrated: Whether it reads, after the frames, how the cameras see places:
            `projections`, see `Samples`.
        frame_sizes: Height and width [px] of the frames that suit it, by the world, where that
            world's are not of the size that it needs.
    """

    name: ClassVar[str]
    labels: ClassVar[tuple[str, ...]]
    worlds: ClassVar[tuple[str, ...]] = ("lane", "arm")
    score: ClassVar[str]
    is_calibrated: ClassVar[bool] = False
    frame_sizes: ClassVar[Mapping[str, tuple[int, int]]] = {}

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading

    def prepare(self, samples: Samples) -> None:
        """Take over what follows from the labels that it will learn from, such as their scale."""

    def calibrate(self, samples: Samples) -> None:
        """Adjust, after training, how sure it is, on samples that it did not learn from."""

    def lay_out_for_cpus(self) -> None:
        """Keep the channels of weights last, as convolutions on CPUs want them."""
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] - torch's stubs lack this keyword

    @abstractmethod
    def forward(self, *frames: Tensor) -> Any:
        """Map frames `(N, H, W, 3)` uint8, one tensor a camera, to what `loss` reads.

        Where `is_calibrated`, projections `(N, C, 3, 4)` follow.
        """

    @abstractmethod
    def loss(self, output: Any, labels: dict[str, Tensor]) -> Tensor:
        """Return the mean loss of a batch, whose labels are as `Samples` says."""

    @abstractmethod
    def interpret(self, output: Any) -> Result:
        """Return what the output of `forward` reports."""

    @abstractmethod
    def measure(self, result: Result, samples: Samples) -> dict[str, float]:
        """Return the field's metrics of results against the labels of samples, with units."""

    @abstractmethod
    def joined(self, results: list[Result]) -> Result:
        """Return the results of some batches as those of one."""

    def perceive(self, *frames: NDArray[Any], batch: int = 64) -> Result:
        """Return what frames `(N, H, W, 3)` uint8 mean, one array a camera of `reading`.

        Where `is_calibrated`, projections `(N, C, 3, 4)` follow.

        Raises:
            InputError: The frames are not of the kind that the module reads.
        """
        cameras, others = self.reading.cameras, self._beside_frames()
        if len(frames) != len(cameras) + len(others):
            entries = ", ".join((*cameras, *others))
            raise InputError(f"this module reads {entries}, got {len(frames)} arrays")
        fitted = [self.reading.fitted(own) for own in frames[: len(cameras)]]
        fitted += frames[len(cameras) :]
        device = next(self.parameters()).device
        self.eval()
        results: list[Result] = []
        with torch.inference_mode():
            for first in range(0, len(fitted[0]), batch):
                # copies, since where an array begins in memory decides how it is summed up
                inputs = [torch.tensor(own[first : first + batch], device=device) for own in fitted]
                results.append(self.interpret(self(*inputs)))
        return self.joined(results)

    def frames_of(self, samples: Samples) -> list[NDArray[Any]]:
        """Return the frames that the module reads, and what it reads beside them.

        Raises:
            InputError: The samples lack some of it.
        """
        entries = (*self.reading.cameras, *self._beside_frames())
        for entry in entries:
            if entry not in samples:
                raise InputError(f"this module reads {entry}, which these samples lack")
        return [samples[entry] for entry in entries]

    def _beside_frames(self) -> tuple[str, ...]:
        return ("projections",) if self.is_calibrated else ()
