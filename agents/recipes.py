"""Recipes: everything that decides how a learner learns, one frozen dataclass per algorithm."""

from dataclasses import dataclass, field
from typing import Any, Literal

from autonomy.errors import InputError


@dataclass(frozen=True)
class Recipe:
    """What all algorithms have in common."""

    total_steps: int = 200_000
    """Environment steps to learn from, all environments together."""
    num_envs: int = 64
    """Environments that step together."""
    observations: tuple[str, ...] = ("camera", "proprioception")
    """What the policy observes."""
    privileged: tuple[str, ...] = ()
    """What only training observes: critics judge by it, and features learn to predict it."""
    perception: str = "truth"
    """Where what is `perceived` comes from while it trains: truth, or a module's folder."""
    prediction_coefficient: float = 1.0
    """Weight of the loss of that prediction, beside the algorithm's own."""
    image_size: tuple[int, int] = (48, 80)
    """Height and width of the policy's camera, in pixels."""
    view: dict[str, int | float | str] = field(default_factory=dict[str, int | float | str])
    """Further options of the world that decide what the policy sees, by name; with the two above
    they go with the policy."""
    world: dict[str, int | float | str] = field(default_factory=dict[str, int | float | str])
    """Further options of the world while it trains and validates, by name."""
    encoder: str = "small"
    """Image encoder: small, nature, impala, keypoints, or module:Class."""
    layers: tuple[int, ...] = (64,)
    """Widths of the hidden layers between features and action, and of the value's."""
    learning_rate: float = 5e-4
    """Adam's step size at the beginning."""
    final_learning_rate: float = 0.0
    """Adam's step size at the end; between the two it falls on a straight line."""
    gamma: float = 0.98
    """Discount per step."""
    batch_size: int = 512
    """Samples per gradient step."""
    max_gradient_norm: float = 0.5
    """Gradients longer than this are shortened to it."""
    threads: int = 0
    """Threads that torch computes with on a CPU; 0 is one per core."""
    curve_interval: int = 4_096
    """Environment steps between two points of the curves."""
    validation_interval: int = 50_000
    """Environment steps between two validations; the latest policy not clearly worse is kept."""
    validation_episodes: int = 64
    """Episodes of a validation."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        for name, value in vars(self).items():
            if name in _POSITIVE and value <= 0:
                raise InputError(f"{name} must be positive, got {value}")
            if name in _NOT_NEGATIVE and value < 0:
                raise InputError(f"{name} must not be negative, got {value}")
        for name in self.privileged:
            if name in self.observations:
                raise InputError(f"privileged must not be among the observations, got {name}")

    @property
    def env_options(self) -> dict[str, Any]:
        """The options of the world that decide what the policy sees."""
        return {"observations": self.observations, "image_size": self.image_size, **self.view}

    def learning_rate_at(self, remaining: float) -> float:
        """Return the step size when the share `remaining` in [0, 1] of the steps is left."""
        fallen = (1.0 - remaining) * (self.learning_rate - self.final_learning_rate)
        return self.learning_rate - fallen


@dataclass(frozen=True)
class PPORecipe(Recipe):
    """Proximal policy optimisation (Schulman et al., 2017)."""

    n_steps: int = 64
    """Steps of each environment between two updates."""
    epochs: int = 4
    """Passes over the samples of an update."""
    gae_lambda: float = 0.95
    """Generalised advantage estimation: 0 trusts the value, 1 the rewards."""
    clip_range: float = 0.2
    """How far an update may move the probability of an action, as a ratio."""
    entropy_coefficient: float = 0.0
    """Weight of the entropy, which keeps exploration alive."""
    value_coefficient: float = 0.5
    """Weight of the value's loss."""
    log_std_init: float = -0.5
    """Logarithm of the exploration's standard deviation at the beginning."""
    start_from: str = ""
    """Run or policy folder of a network of the same shape to begin with, as from dagger."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        super().check()
        if self.samples_per_update % self.batch_size:
            raise InputError(
                f"batch_size must divide num_envs * n_steps = {self.samples_per_update}, "
                f"got {self.batch_size}"
            )

    @property
    def samples_per_update(self) -> int:
        """Samples that an update learns from."""
        return self.num_envs * self.n_steps


@dataclass(frozen=True)
class SACRecipe(Recipe):
    """Soft actor-critic (Haarnoja et al., 2018)."""

    total_steps: int = 100_000
    """Environment steps to learn from, all environments together."""
    num_envs: int = 16
    """Environments that step together."""
    batch_size: int = 256
    """Samples per gradient step."""
    max_gradient_norm: float = 10.0
    """Gradients longer than this are shortened to it."""
    final_learning_rate: float = 5e-4
    """Adam's step size at the end; between the two it falls on a straight line."""
    replay_size: int = 50_000
    """Transitions that are remembered."""
    learning_starts: int = 2_000
    """Environment steps with random actions before learning starts."""
    gradient_steps: int = 4
    """Gradient steps after each step of all environments."""
    tau: float = 0.01
    """How fast the target critic follows."""
    hindsight_goals: int = 0
    """How often each transition is learned from as if a goal that was reached later had been the
    wanted one; needs a world with goals (Andrychowicz et al., "Hindsight experience replay",
    2017)."""
    demonstrations: int = 0
    """How many episodes the world's expert lives at the beginning, for the learner to remember."""
    imitation_coefficient: float = 0.0
    """Weight of the loss of imitating those demonstrations, beside the algorithm's own."""
    entropy_coefficient: float = 1.0
    """Weight of the entropy at the beginning, from where it is tuned."""
    entropy_target: float = -1.0
    """What it is tuned to, per number of the action [nat]: the lower, the steadier the tries."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        super().check()
        if self.imitation_coefficient and not self.demonstrations:
            raise InputError(
                f"imitation_coefficient needs demonstrations, got {self.demonstrations}"
            )


@dataclass(frozen=True)
class DAggerRecipe(Recipe):
    """Imitation of a teacher by dataset aggregation (Ross et al., 2011).

    What is `privileged` is for the teacher, and for what the action follows from, which learns to
    predict it.
    """

    total_steps: int = 100_000
    """Environment steps to learn from, all environments together."""
    teacher: str = "expert"
    """Who is imitated: expert, a run folder, package.module:Class or file.py:Class."""
    cloning_steps: int = 2_000
    """Environment steps at the beginning in which the teacher acts; then the student does, and is
    told what the teacher would have done. With all steps, this is behaviour cloning."""
    replay_size: int = 50_000
    """Pairs of observation and action that are remembered."""
    n_steps: int = 8
    """Steps of each environment between two updates."""
    gradient_steps: int = 4
    """Gradient steps of an update."""


@dataclass(frozen=True)
class TQCRecipe(SACRecipe):
    """Truncated quantile critics (Kuznetsov et al., 2020): SAC that learns values' distributions.

    Two critics with 25 quantiles each, of which the highest two are dropped.
    """


Algorithm = Literal["ppo", "sac", "tqc", "dagger"]

ALGORITHMS: dict[str, type[Recipe]] = {
    "ppo": PPORecipe,
    "sac": SACRecipe,
    "tqc": TQCRecipe,
    "dagger": DAggerRecipe,
}

_POSITIVE = (
    "total_steps",
    "num_envs",
    "learning_rate",
    "batch_size",
    "max_gradient_norm",
    "curve_interval",
    "validation_interval",
    "validation_episodes",
    "n_steps",
    "epochs",
    "gradient_steps",
    "replay_size",
)
_NOT_NEGATIVE = (
    "hindsight_goals",
    "demonstrations",
    "imitation_coefficient",
    "learning_starts",
    "cloning_steps",
)


def recipe_class(algorithm: str) -> type[Recipe]:
    """Return the recipe's class.

    Raises:
        InputError: The algorithm is unknown.
    """
    if algorithm not in ALGORITHMS:
        raise InputError(f"algorithm must be one of {', '.join(ALGORITHMS)}, got {algorithm!r}")
    return ALGORITHMS[algorithm]
