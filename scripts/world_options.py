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
    """A circuit to drive instead, as CSV."""
    perception: str | None = None
    """Where what is perceived comes from: truth, or the folder of a perception module."""
    perception_modules: tuple[str, ...] = ()
    """Modules and files of your own whose classes that folder may name."""
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
        if self.perception_modules:
            options["perception_modules"] = self.perception_modules
        if self.road is not None:
            options["road"] = str(self.road)
        if self.robot is not None:
            options["robot"] = self.robot
        return options
