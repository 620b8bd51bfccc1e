"""The materials of a URDF file: by name, and where they are used."""

from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from autonomy.envs.arm.descriptions.description import Vector
from autonomy.envs.arm.descriptions.named_files import NamedFiles
from autonomy.envs.arm.descriptions.urdf_parts import vector_of
from autonomy.errors import InputError


class Material(NamedTuple):
    """What a shape is painted with."""

    color: Vector | None = None  # red, green, blue in [0, 1]
    texture: Path | None = None


class UrdfMaterials:
    """Knows materials by name.

    Attributes:
        notes: What of them cannot be drawn, in sentences.
    """

    def __init__(self, robot: Element, files: NamedFiles) -> None:
        self._files = files
        self.notes: list[str] = []
        self._named: dict[str, Material] = {}
        for element in robot.iter("material"):
            if len(element):
                self._named.setdefault(element.get("name", ""), self._own(element))

    def define(self, link: Element) -> None:
        """Let what a link says of materials count from here on, as it does for PyBullet."""
        for element in link.findall("visual/material"):
            if len(element):
                self._named[element.get("name", "")] = self._own(element)

    def of(self, visual: Element) -> Material:
        """Return the material of a visual."""
        element = visual.find("material")
        if element is None:
            return Material()
        if name := element.get("name"):
            return self._named.get(name, Material())
        return self._own(element)

    def _own(self, element: Element) -> Material:
        rgba, texture = element.find("color"), element.find("texture")
        color = None if rgba is None or not rgba.get("rgba") else vector_of(rgba, "rgba")
        name = "" if texture is None else texture.get("filename", "")
        return Material(color, self._texture(name, element.get("name", "")) if name else None)

    def _texture(self, name: str, material: str) -> Path | None:
        """Return where a picture is; without it a robot is still seen, in its own colour."""
        what = f"the texture of material {material} of {self._files.file.name}"
        try:
            return self._files.find(name, what)
        except InputError as error:
            self.notes.append(str(error))
            return None
