"""The links of a URDF file."""

from typing import cast
from xml.etree.ElementTree import Element

from autonomy.camera.mesh_file import MESH_SUFFIXES
from autonomy.envs.arm.descriptions.description import (
    Collision,
    Geometry,
    GeometryKind,
    Link,
    Visual,
)
from autonomy.envs.arm.descriptions.named_files import NamedFiles
from autonomy.envs.arm.descriptions.urdf_materials import UrdfMaterials
from autonomy.envs.arm.descriptions.urdf_parts import UrdfParts, pose_of, vector_of

_SIZES = {
    "box": ("size",),
    "cylinder": ("radius", "length"),
    "capsule": ("radius", "length"),
    "sphere": ("radius",),
}


class UrdfLinks(UrdfParts):
    """Reads links, one after another."""

    def __init__(self, files: NamedFiles, materials: UrdfMaterials) -> None:
        super().__init__(files.file)
        self._files, self._materials = files, materials

    def link(self, element: Element) -> Link:
        """Return what an element says.

        Raises:
            InputError: Something is missing, or a mesh does not exist.
        """
        name = self.needed(element, "name", "a link")
        what = f"link {name}"
        self._materials.define(element)
        inertial = element.find("inertial")
        return Link(
            name,
            None if inertial is None else self._mass(inertial, what),
            tuple(self._visual(own, what) for own in element.findall("visual")),
            tuple(self._collision(own, what) for own in element.findall("collision")),
        )

    def _mass(self, inertial: Element, what: str) -> float | None:
        """Return a mass; moments are PyBullet's own, of the shapes that others touch."""
        mass = inertial.find("mass")
        return None if mass is None else float(self.needed(mass, "value", f"the mass of {what}"))

    def _visual(self, element: Element, what: str) -> Visual:
        geometry = self._geometry(element, what)
        return Visual(geometry, pose_of(element), *self._materials.of(element))

    def _collision(self, element: Element, what: str) -> Collision:
        is_concave = "concave" in element.attrib
        return Collision(self._geometry(element, what), pose_of(element), is_concave)

    def _geometry(self, element: Element, what: str) -> Geometry:
        shapes = list(self.child(element, "geometry", f"a {element.tag} of {what}"))
        if len(shapes) != 1:
            raise self.error(f"a geometry of {what} must hold one shape, got {len(shapes)}")
        shape = shapes[0]
        own = f"the {shape.tag} of {what}"
        if shape.tag == "mesh":
            return self._mesh(shape, own)
        texts = [self.needed(shape, key, own) for key in _SIZES[shape.tag]]
        size = tuple(float(word) for text in texts for word in text.split())
        return Geometry(cast(GeometryKind, shape.tag), size)

    def _mesh(self, shape: Element, what: str) -> Geometry:
        name = self.needed(shape, "filename", what)
        file = self._files.find(name, f"{what} of {self.file.name}")
        if file.suffix.lower() not in MESH_SUFFIXES:
            raise self.error(f"{what} must be one of {', '.join(MESH_SUFFIXES)}, got {name}")
        scale = vector_of(shape, "scale", (1.0, 1.0, 1.0))
        if 0.0 in scale:
            raise self.error(f"the scale of {what} must not be 0, got {scale}")
        return Geometry("mesh", scale, file)
