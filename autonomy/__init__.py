"""What every robot shares: the camera, policies, the rollout loop, evaluation, recording.

The names below are loaded when they are first asked for, so that to import this costs nothing.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autonomy.camera.camera import Camera as Camera
    from autonomy.errors import InputError as InputError
    from autonomy.evaluation import Evaluation as Evaluation
    from autonomy.evaluation import evaluate as evaluate
    from autonomy.make import make_world as make_world
    from autonomy.policies.source import load_policy as load_policy
    from autonomy.policy import Observation as Observation
    from autonomy.policy import Policy as Policy
    from autonomy.randomization import between as between
    from autonomy.recording.film import record as record
    from autonomy.rollouts import Step as Step
    from autonomy.rollouts import rollout as rollout
    from autonomy.world import World as World

    __version__: str

# OpenMP reads this once, when the first library that uses it is loaded. Torch and Numba each keep
# a pool of threads, and by default the idle pool spins for long on the cores that the other one
# needs: learning becomes several times slower as soon as anything else runs on the machine, and so
# does physics in processes of its own.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

_HOMES = {
    "Camera": "camera.camera",
    "Evaluation": "evaluation",
    "InputError": "errors",
    "Observation": "policy",
    "Policy": "policy",
    "Step": "rollouts",
    "World": "world",
    "between": "randomization",
    "evaluate": "evaluation",
    "load_policy": "policies.source",
    "make_world": "make",
    "record": "recording.film",
    "rollout": "rollouts",
}
"""In which module of this package each name is at home."""

__all__ = ["__version__", *_HOMES]  # pyright: ignore[reportUnsupportedDunderAll] - lazy


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("autonomy")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
