"""The recipes of our learners, which their names stand for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from tyro.conf import arg

from autonomy.agents.ranges import (
    Count,
    Finite,
    NotNegative,
    PositiveFloat,
    PositiveInt,
    Share,
    check_widths,
)
from autonomy.agents.recipe import Recipe
from autonomy.errors import InputError
from autonomy.imported_class import named_class


@dataclass(frozen=True)
class PPORecipe(Recipe):
    """Proximal policy optimisation (Schulman et al., 2017)."""

    learner: ClassVar[Any] = "autonomy.agents.stable_baselines.ppo:PPOLearner"

    n_steps: PositiveInt = 64
    """Steps of each environment between two updates."""
    epochs: PositiveInt = 4
    """Passes over the samples of an update."""
    gae_lambda: Share = 0.95
    """Generalised advantage estimation: 0 trusts the value, 1 the rewards."""
    clip_range: PositiveFloat = 0.2
    """How far an update may move the probability of an action, as a ratio."""
    entropy_coefficient: NotNegative = 0.0
    """Weight of the entropy, which keeps exploration alive."""
    value_coefficient: NotNegative = 0.5
    """Weight of the value's loss."""
    log_std_init: Finite = -0.5
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
class RecurrentPPORecipe(PPORecipe):
    """PPO of a policy that remembers its episode: an LSTM between features and hidden layers.

    Batches are whole sequences of `n_steps`, through which gradients flow back. A critic without
    privileged entries has an LSTM of its own.
    """

    learner: ClassVar[Any] = "autonomy.agents.stable_baselines.recurrent_ppo:RecurrentPPOLearner"

    n_steps: PositiveInt = 32
    """Steps of each environment between two updates, and how far gradients flow back in time."""
    lstm: PositiveInt = 128
    """Units of the LSTM."""
    start_from: str = ""
    """Run or policy folder of a network of the same shape to begin with, LSTM included."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        super().check()
        if self.batch_size % self.n_steps:
            raise InputError(
                f"batch_size must be a multiple of n_steps = {self.n_steps}, got {self.batch_size}"
            )


@dataclass(frozen=True)
class MaximumEntropyRecipe(Recipe):
    """What SAC and its relatives have in common: they learn from replay, and value entropy."""

    total_steps: PositiveInt = 100_000
    """Environment steps to learn from, all environments together."""
    num_envs: PositiveInt = 16
    """Environments that step together."""
    batch_size: PositiveInt = 256
    """Samples per gradient step."""
    max_gradient_norm: PositiveFloat = 10.0
    """Gradients longer than this are shortened to it."""
    final_learning_rate: NotNegative = 5e-4
    """Adam's step size at the end; between the two it falls on a straight line."""
    replay_size: PositiveInt = 50_000
    """Transitions that are remembered."""
    learning_starts: Count = 2_000
    """Environment steps with random actions before learning starts."""
    gradient_steps: PositiveInt = 4
    """Gradient steps after each step of all environments."""
    hindsight_goals: Count = 0
    """How often each transition is learned from as if a goal that was reached later had been the
    wanted one; needs a world with goals (Andrychowicz et al., "Hindsight experience replay",
    2017)."""
    demonstrations: Count = 0
    """How many episodes the world's expert lives at the beginning, for the learner to remember."""
    imitation_coefficient: NotNegative = 0.0
    """Weight of the loss of imitating those demonstrations, beside the algorithm's own."""
    entropy_coefficient: PositiveFloat = 1.0
    """Weight of the entropy at the beginning, from where it is tuned."""
    entropy_target: Finite = -1.0
    """What it is tuned to, per number of the action [nat]: the lower, the steadier the tries."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        super().check()
        if self.imitation_coefficient and not self.demonstrations:
            raise InputError(
                f"imitation_coefficient needs demonstrations, got {self.demonstrations}"
            )


@dataclass(frozen=True)
class SACRecipe(MaximumEntropyRecipe):
    """Soft actor-critic (Haarnoja et al., 2018)."""

    learner: ClassVar[Any] = "autonomy.agents.stable_baselines.sac:SACLearner"

    tau: Share = 0.01
    """How fast the target critic follows."""


@dataclass(frozen=True)
class TQCRecipe(SACRecipe):
    """Truncated quantile critics (Kuznetsov et al., 2020): SAC that learns values' distributions.

    Two critics with 25 quantiles each, of which the highest two are dropped.
    """

    learner: ClassVar[Any] = "autonomy.agents.stable_baselines.sac:TQCLearner"


@dataclass(frozen=True)
class CrossQRecipe(MaximumEntropyRecipe):
    """CrossQ (Bhatt et al., 2024): SAC whose layers are normalised over batches.

    Its critics judge now and next in one batch, and need no target critics beside them.
    """

    learner: ClassVar[Any] = "autonomy.agents.stable_baselines.crossq:CrossQLearner"

    critic_layers: tuple[int, ...] = (256, 256)
    """Widths of the hidden layers of the critics, which gain from more than the actor's."""
    policy_delay: PositiveInt = 1
    """Gradient steps of the critics for each one of the actor, whose encoder learns in these."""
    batch_norm_momentum: Share = 0.1
    """How fast the means and spreads by which the actor acts follow those of the batches; the
    fewer its gradient steps, the faster they must."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        super().check()
        check_widths("critic_layers", self.critic_layers)
        if self.batch_size < 2:
            raise InputError(
                f"batch_size must be at least 2 to normalise over, got {self.batch_size}"
            )


@dataclass(frozen=True)
class DAggerRecipe(Recipe):
    """Imitation of a teacher by dataset aggregation (Ross et al., 2011).

    What is `privileged` is for the teacher, and for what the action follows from, which learns to
    predict it.
    """

    learner: ClassVar[Any] = "autonomy.agents.dagger:DAgger"

    total_steps: PositiveInt = 100_000
    """Environment steps to learn from, all environments together."""
    teacher: str = "expert"
    """Who is imitated: expert, a run folder, a model.zip of Stable-Baselines3,
    package.module:Class or file.py:Class."""
    trust: Annotated[bool, arg(prefix_name=False)] = False
    """Read a teacher that is a model.zip, a pickle: whoever made it can run any code here."""
    demonstrations: tuple[str, ...] = ()
    """Folders of Minari data sets, one's own or others', whose steps are learned from: nobody is
    asked then, and the student acts from the beginning, so that curves show how it does."""
    interventions_only: bool = False
    """Learn only from those of their steps in which a person acted instead of the policy, as
    infos/intervention says (HG-DAgger; Kelly et al., 2019)."""
    cloning_steps: Count = 2_000
    """Environment steps at the beginning in which the teacher acts; then the student does, and is
    told what the teacher would have done. With all steps, this is behaviour cloning."""
    replay_size: PositiveInt = 50_000
    """Pairs of observation and action that are remembered; those of demonstrations all are."""
    n_steps: PositiveInt = 8
    """Steps of each environment between two updates."""
    gradient_steps: PositiveInt = 4
    """Gradient steps of an update."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        super().check()
        if self.demonstrations and self.teacher != type(self).teacher:
            raise InputError(
                f"demonstrations are learned from instead of a teacher, got {self.teacher} too"
            )
        if self.interventions_only and not self.demonstrations:
            raise InputError("interventions_only needs demonstrations, got none")

    @property
    def read_files(self) -> tuple[Path, ...]:
        """The files of the demonstrations."""
        from autonomy.recording.recorded_episodes import RecordedEpisodes  # imports Minari

        data_sets = [RecordedEpisodes(Path(own)) for own in self.demonstrations]
        return tuple(path for own in data_sets for path in own.files)


ALGORITHMS: dict[str, type[Recipe]] = {
    "ppo": PPORecipe,
    "recurrent_ppo": RecurrentPPORecipe,
    "sac": SACRecipe,
    "tqc": TQCRecipe,
    "crossq": CrossQRecipe,
    "dagger": DAggerRecipe,
}


def recipe_class(algorithm: str) -> type[Recipe]:
    """Return the class of an algorithm's recipe.

    Args:
        algorithm: A name of `ALGORITHMS`, or `module:Class` or `file.py:Class` of a recipe.

    Raises:
        InputError: There is none of that name.
    """
    if ":" not in algorithm:
        if algorithm not in ALGORITHMS:
            raise InputError(
                f"algorithm must be one of {', '.join(ALGORITHMS)}, or module:Class or "
                f"file.py:Class of a recipe, got {algorithm!r}"
            )
        return ALGORITHMS[algorithm]
    kind = named_class(algorithm)
    if not issubclass(kind, Recipe):
        raise InputError(f"{algorithm} must be a Recipe of autonomy.agents.recipe, got {kind}")
    return kind
