"""What the command lines let a user say about the world."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class WorldOptions:
    """Options of the world; what is left out is as the policy was trained, or the default."""

    split: Literal["train", "validation", "test"] = "test"
    """Which part of the roads or objects may come."""
    image_size: tuple[int, int] | None = None
    """Height and width of the policy's camera, in pixels."""
    observations: tuple[str, ...] | None = None
    """What the policy observes, such as: camera proprioception depth."""
    road: Path | None = None
    """A file with a road to drive instead: a circuit as CSV, or any road as JSON."""
    perception: str | None = None
    """Where what is perceived comes from: truth, or the folder of a perception module."""
    robot: str | None = None
    """The robot of an arm world: panda, kuka or xarm6."""

    def chosen(self) -> dict[str, Any]:
        """Return the options that were given, as `make_world` takes them and JSON holds them."""
        options: dict[str, Any] = {"split": self.split}
        if self.image_size is not None:
            options["image_size"] = self.image_size
        if self.observations is not None:
            options["observations"] = self.observations
        if self.perception is not None:
            options["perception"] = self.perception
        if self.road is not None:
            options["roads"] = str(self.road)
        if self.robot is not None:
            options["robot"] = self.robot
        return options
