"""A training on disk: a run folder, from the first line of its configuration to the policy.

It holds `config.json`, `curves`, the validated policies by their steps in `checkpoints`,
`report.html` of the one that is kept, what is needed to go on in `state`, and at last the `policy`.
"""

import shutil
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from autonomy.agents.checkpoints import Checkpoints
from autonomy.agents.console import ProgressDisplay
from autonomy.agents.curves import Curves
from autonomy.agents.progress import Progress
from autonomy.agents.recipe import Recipe
from autonomy.agents.run_config import RunConfig, SavedConfig, begin_run
from autonomy.agents.run_report import RunReport
from autonomy.agents.run_summary import FAILURE
from autonomy.agents.state_arrays import part, within
from autonomy.agents.training import Training
from autonomy.device import torch_device
from autonomy.errors import InputError
from autonomy.evaluation import Evaluation
from autonomy.files import locked, refuse_taken, whole_folder, write_json, write_text
from autonomy.policies.folder import SavablePolicy, save_policy
from autonomy.stopping import StoppedError, asked_to_stop
from autonomy.world_state import State

_WATCHED = 2  # policies that are kept though nobody has validated them
_SHARE = 0.03  # of the time that checkpoints may take


@dataclass(frozen=True)
class Trained:
    """What came out of a training run."""

    run: Path
    """The run folder; the policy folder is `policy` inside it."""
    steps: int
    """Environment steps that were learned from."""
    seconds: float
    """Wall-clock time from making the worlds, or from going on, to the written policy."""
    validation: Evaluation
    """Of the policy that was kept."""
    saving: float
    """Wall-clock time of all checkpoints, which is within `seconds`."""
    state_bytes: int
    """What those take on the disk that are kept."""


def train(
    env_id: str, recipe: Recipe, seed: int, run: Path, device: str, console: Console
) -> Trained:
    """Train a policy for `env_id` and leave it in the run folder `run`.

    Args:
        env_id: Gymnasium id of a registered world.
        recipe: How to learn; its class names the learner.
        seed: The same seed on the same machine gives the same weights.
        run: Folder to make.
        device: `auto`, `cpu` or `cuda`.
        console: Where the progress is shown.

    Raises:
        InputError: Something given cannot work; the run folder is not made then.
        DivergedError: What was learned is no numbers any more; the last checkpoint is good.
        StoppedError: Somebody asked to stop; the run can go on.
    """
    refuse_taken(run, "run")
    with closing(Training(env_id, recipe, seed, device)) as training:
        config = RunConfig(env_id, recipe, seed, torch_device(device))
        begin_run(run, config.to_json())
        with locked(run), _failure_told(run):
            return _Run(config, run, training).finish(console)


def go_on(
    run: Path, saved: SavedConfig, config: RunConfig, accept_changes: bool, console: Console
) -> Trained:
    """Go on with the training in a run folder from its last checkpoint, or from its beginning.

    Args:
        run: The run folder.
        saved: Its configuration up to now.
        config: Its configuration from now on.
        accept_changes: Whether it may differ in what makes other weights.
        console: Where the progress is shown.

    Raises:
        InputError: The configurations differ, or what is there does not fit the new one, or another
            process goes on there.
        DivergedError: As for `train`.
        StoppedError: Likewise.
    """
    with (
        locked(run),
        closing(Training(config.env_id, config.recipe, config.seed, config.device)) as training,
    ):
        if not accept_changes:
            saved.refuse_changes(config)
        state = Checkpoints(run / "state").load()
        if state is not None:
            training.set_state(part("training", state))
            _refuse_fewer(training.steps, saved.config.recipe, config.recipe)
        write_json(run / "config.json", config.to_json())
        _forget_after(training.steps, run)
        (run / FAILURE).unlink(missing_ok=True)
        curves = None if state is None else part("curves", state)
        with _failure_told(run):
            return _Run(config, run, training, curves).finish(console)


@contextmanager
def _failure_told(run: Path) -> Generator[None]:
    """Leave word in a run folder of why its training failed."""
    try:
        yield
    except InputError as error:
        with suppress(InputError):  # a full disk takes no word either
            write_text(run / FAILURE, f"{error}\n")
        raise


def _refuse_fewer(steps: int, before: Recipe, now: Recipe) -> None:
    """Raise `InputError` where a run would have to forget steps."""
    if now.total_steps < min(before.total_steps, steps):
        raise InputError(f"total_steps must be no less than was learned from, {steps:,}")


def _forget_after(steps: int, run: Path) -> None:
    """Remove policies that come anew."""
    for folder in (run / "checkpoints").glob("*"):
        if folder.name.isdecimal() and int(folder.name) > steps:
            shutil.rmtree(folder)


class _Run:
    """A training that goes on in its folder."""

    def __init__(
        self,
        config: RunConfig,
        run: Path,
        training: Training,
        curves: State | None = None,
    ) -> None:
        self._config, self._folder, self._training, self._curves = config, run, training, curves
        self._checkpoints = Checkpoints(run / "state")
        self._report = RunReport(run, config)
        self._start = self._saved_at = time.perf_counter()
        self._latest: list[Path] = []  # policies that were not validated
        self._saving = self._all_saving = 0.0  # [s] that the last checkpoint took, and all of them

    def finish(self, console: Console) -> Trained:
        training, recipe = self._training, self._config.recipe
        with (
            Curves(self._folder / "curves", recipe.curve_interval, self._curves) as curves,
            ProgressDisplay(recipe, training.steps, console) as display,
            asked_to_stop() as stop,
        ):
            for progress in training:
                curves.show(progress)
                display.show(progress)
                self._save_validated(progress)
                if stop.status is not None:
                    self._stop(stop.status, curves)
                if self._is_checkpoint_due():
                    self._save_checkpoint(curves)
        return self._result()

    def _save_validated(self, progress: Progress) -> None:
        if progress.validation is not None:
            self._save_policy(self._validated(progress.steps), progress.validation.policy)
            self._report.take(progress.steps, progress.validation)

    def _save_policy(self, folder: Path, policy: SavablePolicy) -> None:
        save_policy(folder, policy, self._config.env_id, self._config.recipe.env_options)

    def _is_checkpoint_due(self) -> bool:
        recipe, passed = self._config.recipe, time.perf_counter() - self._saved_at
        if self._training.steps >= recipe.total_steps:
            return True
        return passed >= max(recipe.checkpoint_interval, self._saving / _SHARE)

    def _save_checkpoint(self, curves: Curves) -> None:
        if self._training.has_state:
            start = time.perf_counter()
            state = within("training", self._training.get_state())
            state |= within("curves", curves.get_state())
            self._checkpoints.save(self._training.steps, state)
            self._save_latest()
            self._saved_at = time.perf_counter()
            self._saving = self._saved_at - start
            self._all_saving += self._saving

    def _save_latest(self) -> None:
        """Keep the policy too, for whoever watches; those not validated go with later ones."""
        latest = self._validated(self._training.steps)
        if not latest.exists():
            self._save_policy(latest, self._training.policy)
            self._latest.append(latest)
        while len(self._latest) > (_WATCHED if self._latest[-1:] == [latest] else 0):
            shutil.rmtree(self._latest.pop(0))

    def _stop(self, status: int, curves: Curves) -> None:
        self._report.write()
        steps = self._training.steps
        if not self._training.has_state:
            raise StoppedError(
                f"stopped after {steps:,} steps, for good: the learner has no get_state", status
            )
        self._save_checkpoint(curves)
        raise StoppedError(
            f"stopped after {steps:,} steps; to go on: autonomy train --resume {self._folder}",
            status,
        )

    def _result(self) -> Trained:
        """Keep the best policy, and say what came of all."""
        self._report.write()
        best = self._training.best
        assert best is not None, "training ends with a validation"
        policy = self._folder / "policy"
        shutil.rmtree(policy, ignore_errors=True)  # of fewer steps
        with whole_folder(policy, "policy") as temporary:
            shutil.copytree(self._validated(best.steps), temporary, dirs_exist_ok=True)
        seconds = time.perf_counter() - self._start
        return Trained(
            self._folder,
            self._training.steps,
            seconds,
            best.result,
            self._all_saving,
            self._checkpoints.size(),
        )

    def _validated(self, steps: int) -> Path:
        return self._folder / "checkpoints" / str(steps)
