"""The perception modules by name."""

from typing import Any

from autonomy.perception.module import PerceptionModule

MODULES: dict[str, type[PerceptionModule[Any]]] = {}
