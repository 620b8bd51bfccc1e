"""What decides how a perception module learns."""

from dataclasses import dataclass

from autonomy.agents.ranges import Count, NotNegative, PositiveFloat, PositiveInt, check_ranges
from autonomy.perception.modules.named import MODULES, module_class


@dataclass(frozen=True)
class PerceptionRecipe:
    """How a perception module learns from labelled frames."""

    frames: PositiveInt = 20_000
    """Labelled frames to learn from."""
    validation_frames: PositiveInt = 1_000
    """Labelled frames of the validation split, by which the best state is kept."""
    test_frames: PositiveInt = 2_000
    """Labelled frames of the test split, on which the module is judged at the end."""
    epochs: PositiveInt = 20
    """Passes over the frames, at most."""
    patience: PositiveInt = 4
    """Epochs without a better validation after which training ends."""
    batch_size: PositiveInt = 64
    """Frames of a gradient step."""
    learning_rate: PositiveFloat = 2e-3
    """AdamW's highest step size; it rises and falls once (Smith, 2018)."""
    weight_decay: NotNegative = 1e-4
    """AdamW's weight decay."""
    checkpoint_interval: NotNegative = 60.0
    """Seconds between two checkpoints, each at the end of an epoch."""
    threads: Count = 0
    """Threads that torch computes with on a CPU; 0 is one per core."""

    def check(self) -> None:
        """Raise `InputError` if a field cannot work."""
        check_ranges(self)


_TUNED = {
    "segmentation": PerceptionRecipe(epochs=5, batch_size=32, learning_rate=3e-3),
    "lane_state": PerceptionRecipe(frames=40_000, epochs=7, learning_rate=4e-3),
    "pose": PerceptionRecipe(frames=16_000, epochs=7, batch_size=32, learning_rate=4e-3),
    "detection": PerceptionRecipe(
        frames=10_000, validation_frames=500, epochs=8, batch_size=16, learning_rate=4e-3
    ),
}


def perception_recipe(module: str | type) -> PerceptionRecipe:
    """Return how a module learns unless something else is said.

    That is its class's attribute `recipe`, or for those of this project what was tuned for it.

    Args:
        module: As `module_class` takes it.

    Raises:
        InputError: There is no such module.
    """
    if isinstance(module, str) and module in _TUNED:
        return _TUNED[module]
    kind = module_class(module)
    place = f"{kind.__module__}:{kind.__qualname__}"
    own = next((name for name, source in MODULES.items() if source == place), "")
    return getattr(kind, "recipe", _TUNED.get(own, PerceptionRecipe()))
