"""A recipe: everything that decides how a learner learns, as a frozen dataclass."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from tyro.conf import Suppress, arg

from autonomy.agents.ranges import (
    Count,
    NotNegative,
    PositiveFloat,
    PositiveInt,
    Share,
    check_ranges,
    check_widths,
)
from autonomy.errors import InputError
from autonomy.json_values import is_json

Options = Annotated[dict[str, Any], arg(constructor=dict[str, bool | int | float | str])]
"""Options by name; on the command line, plain values."""


@dataclass(frozen=True)
class Recipe:
    """What all learners have in common; a subclass names its learner."""

    learner: ClassVar[Any]
    """The class that learns so (`autonomy.agents.learner.Learner`), or its name, `module:Class`;
    a name costs nothing until there is something to learn."""

    total_steps: PositiveInt = 200_000
    """Environment steps to learn from, all environments together."""
    num_envs: PositiveInt = 64
    """Environments that step together."""
    observations: tuple[str, ...] = ("camera", "proprioception")
    """What the policy observes."""
    privileged: tuple[str, ...] = ()
    """What only training observes: critics judge by it, and features learn to predict it."""
    perception: str = "truth"
    """Where what is `perceived` comes from while it trains: truth, or a module's folder."""
    prediction_coefficient: NotNegative = 1.0
    """Weight of the loss of that prediction, beside the algorithm's own."""
    image_size: tuple[int, int] = (48, 80)
    """Height and width of the policy's camera, in pixels."""
    view: Suppress[Options] = field(default_factory=dict[str, Any])
    """Further options of the world that decide what the policy sees, by name; with the two above
    they go with the policy."""
    world: Suppress[Options] = field(default_factory=dict[str, Any])
    """Further options of the world while it trains and validates, by name."""
    encoder: Annotated[str | type[Any], arg(constructor=str)] = "small"
    """Image encoder: small, nature, impala, keypoints, or module:Class or file.py:Class."""
    encoder_options: Options = field(default_factory=dict[str, Any])
    """Options that the encoder is made with, by name."""
    modules: Annotated[tuple[str, ...], arg(prefix_name=False)] = ()
    """Modules and files of your own whose classes, such as an encoder, a policy folder that is
    learned from may name."""
    layers: tuple[int, ...] = (64,)
    """Widths of the hidden layers between features and action, and of the value's."""
    learning_rate: PositiveFloat = 5e-4
    """Adam's step size at the beginning."""
    final_learning_rate: NotNegative = 0.0
    """Adam's step size at the end; between the two it falls on a straight line."""
    gamma: Share = 0.98
    """Discount per step."""
    batch_size: PositiveInt = 512
    """Samples per gradient step."""
    max_gradient_norm: PositiveFloat = 0.5
    """Gradients longer than this are shortened to it."""
    threads: Count = 0
    """Threads that torch computes with on a CPU; 0 is one per core."""
    curve_interval: PositiveInt = 4_096
    """Environment steps between two points of the curves."""
    checkpoint_interval: NotNegative = 60.0
    """Seconds between two checkpoints; more, where they would take over 3 % of the time."""
    validation_interval: PositiveInt = 50_000
    """Environment steps between two validations; the latest policy not clearly worse is kept."""
    validation_episodes: PositiveInt = 64
    """Episodes of a validation."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work, or cannot be saved with the policy."""
        check_ranges(self)
        for name in self.privileged:
            if name in self.observations:
                raise InputError(f"privileged must not be among the observations, got {name}")
        check_widths("layers", self.layers)
        if self.perception != "truth" and "perceived" not in self.observations:
            raise InputError(
                f"perception needs perceived among the observations, got {self.perception} and "
                f"{', '.join(self.observations)}"
            )
        _check_saved("view", self.env_options)
        _check_saved("encoder_options", self.encoder_options)

    @property
    def env_options(self) -> dict[str, Any]:
        """The options of the world that decide what the policy sees."""
        view = {name: _without_path(value) for name, value in self.view.items()}
        return {"observations": self.observations, "image_size": self.image_size, **view}

    def world_options(self, split: str) -> dict[str, Any]:
        """Return the options of the world in which it trains, or is validated."""
        perceives = "perceived" in self.observations
        perception = {"perception": self.perception} if perceives else {}
        return {"split": split, **self.env_options, **perception, **self.world}

    @property
    def read_files(self) -> tuple[Path, ...]:
        """Files that are learned from: a run that goes on must find them as they were."""
        return ()

    def learning_rate_at(self, remaining: float) -> float:
        """Return the step size when the share `remaining` in [0, 1] of the steps is left."""
        fallen = (1.0 - remaining) * (self.learning_rate - self.final_learning_rate)
        return self.learning_rate - fallen


def _check_saved(what: str, options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        if not is_json(value):
            raise InputError(
                f"what is in {what} is saved with the policy, so {name} must be a value that JSON "
                f"can hold, such as a name, a file or module:Class, got {value!r}"
            )


def _without_path(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
