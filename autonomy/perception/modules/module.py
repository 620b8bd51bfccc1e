"""What all perception modules that learn have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from autonomy.camera.mount import MountedCamera
from autonomy.errors import InputError
from autonomy.perception.estimates import Estimates
from autonomy.perception.in_world.filtering import Motion
from autonomy.perception.overlays import draw_heat
from autonomy.perception.results import joined
from autonomy.perception.samples import Samples
from autonomy.perception.signature import Signature
from autonomy.picture_file import Picture

Result = TypeVar("Result")


class PerceptionModule(nn.Module, ABC, Generic[Result]):
    """A network that reads frames; a subclass says what it makes of them.

    It must say from which `labels` it learns, and have `forward` and `loss`. All else has defaults
    that suit a network whose output is the first label, an image `(N, H, W)` of numbers.

    Attributes:
        name: What it is called; by default its class's name in small letters.
        labels: The entries of samples that it learns from, besides frames.
        reports: Names of what it reports, where these are not the names of its first label.
        score: The metric by which the better of two states is kept; more is better.
        reads_every_camera: Whether it reads the frames of all cameras; else those of `camera`.
        needs_projections: Whether it reads how the cameras see places too, see `Samples`.
        motions: How the quantities that `estimates` tells move, where worlds are to follow those
            instead of their own.
        signature: What this one reads and reports.
    """

    name: ClassVar[str]
    labels: ClassVar[tuple[str, ...]]
    reports: ClassVar[tuple[str, ...]] = ()
    score: ClassVar[str] = "accuracy"
    reads_every_camera: ClassVar[bool] = False
    needs_projections: ClassVar[bool] = False
    motions: ClassVar[Mapping[str, Motion]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.name = vars(cls).get("name", cls.__name__.lower())

    def __init__(self, signature: Signature) -> None:
        super().__init__()
        self.signature = signature

    def prepare(self, samples: Samples) -> None:
        """Take over what follows from the labels that it will learn from, such as their scale."""

    def calibrate(self, samples: Samples) -> None:
        """Adjust, after training, how sure it is, on samples that it did not learn from."""

    def lay_out_for_cpus(self) -> None:
        """Keep the channels of weights last, as convolutions on CPUs want them."""
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] - torch's stubs lack this keyword

    @abstractmethod
    def forward(self, frames: dict[str, Tensor]) -> Any:
        """Map what `signature` reads to what `loss` reads.

        Args:
            frames: Frames `(N, H, W, 3)` uint8 by the cameras' entries, and `projections`
                `(N, C, 3, 4)` where needed.
        """

    @abstractmethod
    def loss(self, output: Any, labels: dict[str, Tensor]) -> Tensor:
        """Return the mean loss of a batch, whose labels are as `Samples` says."""

    def interpret(self, output: Any) -> Result:
        """Return what the output of `forward` reports; by default the output as an array."""
        return cast(Result, output.cpu().numpy())

    def measure(self, result: Result, samples: Samples) -> dict[str, float]:
        """Return the field's metrics of results against the labels of samples, with units.

        By default the mean absolute error where the first label is finite, and `accuracy`, which
        is that error's negative: the more, the better.
        """
        truth = samples[self.labels[0]]
        known = np.isfinite(truth)
        error = float(np.abs(cast(NDArray[Any], result)[known] - truth[known]).mean())
        return {"accuracy": -error, f"mean_absolute_error_{self.signature.reports[0]}": error}

    def draw(self, picture: Picture, result: Result, camera: MountedCamera) -> None:
        """Draw what a frame's result says over the frame; by default an image as a heat map.

        Args:
            picture: `(H, W, 3)` the frame, finer than the module reads it, to be drawn into.
            result: Of the one frame.
            camera: The pinhole camera that would have taken the picture.
        """
        draw_heat(picture, cast(NDArray[Any], result)[0], self.signature.reports[0])

    def estimates(self, result: Result) -> Estimates:
        """Return quantities of N frames: those of `motions`, or else of the signature's reports.

        By default the results are such estimates.

        Raises:
            InputError: They are not.
        """
        if isinstance(result, Estimates):
            return result
        raise InputError(f"the module {self.name} must have estimates() to be followed by a world")

    def perceive(self, frames: Mapping[str, NDArray[Any]], batch: int = 64) -> Result:
        """Return what frames mean.

        Args:
            frames: What `signature` reads, by name: frames `(N, H, W, 3)` uint8, and `projections`
                `(N, C, 3, 4)` where needed; whatever else there is, is ignored.
            batch: How many frames are computed at once.

        Raises:
            InputError: Something is missing, or the frames are not of the kind that it reads.
        """
        fitted = self.signature.fitted(frames)
        device = next(self.parameters()).device
        self.eval()
        results: list[Result] = []
        with torch.inference_mode():
            for first in range(0, len(next(iter(fitted.values()))), batch):
                # copies, since where an array begins in memory decides how it is summed up
                inputs = {
                    name: torch.tensor(own[first : first + batch], device=device)
                    for name, own in fitted.items()
                }
                results.append(self.interpret(self(inputs)))
        return joined(results)
