"""URDF files (http://wiki.ros.org/urdf/XML), checked by their schema, as descriptions."""

import math
from pathlib import Path
from typing import cast
from xml.etree.ElementTree import Element

from autonomy.camera.mesh_file import MESH_SUFFIXES
from autonomy.envs.arm.descriptions.description import (
    Collision,
    Description,
    Geometry,
    GeometryKind,
    Joint,
    JointKind,
    Limits,
    Link,
    Mimic,
    Pose,
    Vector,
    Visual,
)
from autonomy.envs.arm.descriptions.masses import mass_notes
from autonomy.envs.arm.descriptions.named_files import NamedFiles
from autonomy.envs.arm.descriptions.tree import check_mimics, check_names, root_of
from autonomy.errors import InputError

_Material = tuple[Vector | None, Path | None]  # a colour and a texture
_KINDS = ("fixed", "revolute", "continuous", "prismatic")
_SIZES = {
    "box": ("size",),
    "cylinder": ("radius", "length"),
    "capsule": ("radius", "length"),
    "sphere": ("radius",),
}


class UrdfReader:
    """Reads the elements of a URDF file, of which the schema has left what it knows."""

    def __init__(self, robot: Element, files: NamedFiles) -> None:
        self._robot, self._files = robot, files
        self._notes: list[str] = []
        self._materials: dict[str, _Material] = {}
        for element in robot.iter("material"):
            if len(element):
                self._materials.setdefault(element.get("name", ""), self._own_material(element))

    def description(self) -> Description:
        """Return what they say.

        Raises:
            InputError: Something is missing, a file does not exist, or links and joints are no
                tree.
        """
        links = tuple(self._link(element) for element in self._robot.findall("link"))
        joints = tuple(self._joint(element) for element in self._robot.findall("joint"))
        file = self._files.file
        check_names(links, joints, file)
        check_mimics(joints, file)
        return Description(
            file=file,
            name=self._robot.get("name", ""),
            links=links,
            joints=joints,
            root=root_of(links, joints, file),
            notes=(*dict.fromkeys(self._notes), *mass_notes(links, joints, file)),
            elements=self._robot,
        )

    def _link(self, element: Element) -> Link:
        name = self._needed(element, "name", "a link")
        what = f"link {name}"
        for material in element.findall("visual/material"):
            if len(material):  # a later definition counts from here on, as it does for PyBullet
                self._materials[material.get("name", "")] = self._own_material(material)
        inertial = element.find("inertial")
        return Link(
            name,
            None if inertial is None else self._mass(inertial, what),
            tuple(self._visual(own, what) for own in element.findall("visual")),
            tuple(
                Collision(self._geometry(own, what), _pose(own), "concave" in own.attrib)
                for own in element.findall("collision")
            ),
        )

    def _mass(self, inertial: Element, what: str) -> float:
        own = f"the inertial of {what}"
        mass, inertia = (self._child(inertial, tag, own) for tag in ("mass", "inertia"))
        for key in ("ixx", "iyy", "izz"):
            self._needed(inertia, key, f"the inertia of {what}")
        return float(self._needed(mass, "value", f"the mass of {what}"))

    def _visual(self, element: Element, what: str) -> Visual:
        material = element.find("material")
        color, texture = self._material(material) if material is not None else (None, None)
        return Visual(self._geometry(element, what), _pose(element), color, texture)

    def _material(self, element: Element) -> _Material:
        if name := element.get("name"):
            return self._materials.get(name, (None, None))
        return self._own_material(element)

    def _own_material(self, element: Element) -> _Material:
        rgba, texture = element.find("color"), element.find("texture")
        color = None if rgba is None or not rgba.get("rgba") else _vector(rgba, "rgba")
        name = "" if texture is None else texture.get("filename", "")
        return color, self._texture(name, f"the texture of material {element.get('name', '')}")

    def _texture(self, name: str, what: str) -> Path | None:
        """Return where a picture is; without it a robot is still seen, in its own colour."""
        try:
            return self._files.find(name, f"{what} of {self._files.file.name}") if name else None
        except InputError as error:
            self._notes.append(str(error))
            return None

    def _geometry(self, element: Element, what: str) -> Geometry:
        geometry = self._child(element, "geometry", f"a {element.tag} of {what}")
        shapes = list(geometry)
        if len(shapes) != 1:
            raise self._error(f"a geometry of {what} must hold one shape, got {len(shapes)}")
        shape = shapes[0]
        own = f"the {shape.tag} of {what}"
        if shape.tag == "mesh":
            name = self._needed(shape, "filename", own)
            file = self._files.find(name, f"{own} of {self._files.file.name}")
            if file.suffix.lower() not in MESH_SUFFIXES:
                raise self._error(f"{own} must be one of {', '.join(MESH_SUFFIXES)}, got {name}")
            scale = _vector(shape, "scale", (1.0, 1.0, 1.0))
            if 0.0 in scale:
                raise self._error(f"the scale of {own} must not be 0, got {scale}")
            return Geometry("mesh", scale, file)
        numbers = [self._needed(shape, key, own).split() for key in _SIZES[shape.tag]]
        kind = cast(GeometryKind, shape.tag)
        return Geometry(kind, tuple(float(number) for one in numbers for number in one))

    def _joint(self, element: Element) -> Joint:
        name = self._needed(element, "name", "a joint")
        what = f"joint {name}"
        kind = self._needed(element, "type", what)
        if kind not in _KINDS:
            raise self._error(f"{what} must be one of {', '.join(_KINDS)}, got {kind}")
        parent, child = (
            self._needed(self._child(element, tag, what), "link", f"the {tag} of {what}")
            for tag in ("parent", "child")
        )
        return Joint(
            name,
            cast(JointKind, kind),
            parent,
            child,
            _pose(element),
            self._axis(element, what) if kind != "fixed" else (1.0, 0.0, 0.0),
            self._limits(element.find("limit"), kind, what),
            self._mimic(element.find("mimic"), what) if kind != "fixed" else None,
        )

    def _axis(self, element: Element, what: str) -> Vector:
        axis = element.find("axis")
        x, y, z = (1.0, 0.0, 0.0) if axis is None else _vector(axis, "xyz", (1.0, 0.0, 0.0))
        length = math.sqrt(x * x + y * y + z * z)
        if not length:
            raise self._error(f"the axis of {what} must not be 0 0 0")
        return x / length, y / length, z / length

    def _limits(self, limit: Element | None, kind: str, what: str) -> Limits:
        limit = Element("limit") if limit is None else limit
        effort, velocity = (float(limit.get(key, "0")) for key in ("effort", "velocity"))
        if kind == "continuous":
            return Limits(-math.inf, math.inf, effort, velocity)
        if kind == "fixed":
            return Limits(0.0, 0.0)
        lower, upper = (limit.get(key) for key in ("lower", "upper"))
        if lower is None or upper is None:
            endless = ", or be continuous" if kind == "revolute" else ""
            raise self._error(
                f"{what} is {kind} and must have a limit with lower and upper{endless}"
            )
        if float(lower) > float(upper):
            raise self._error(
                f"{what} must have its lower limit below its upper, got {lower}, {upper}"
            )
        return Limits(float(lower), float(upper), effort, velocity)

    def _mimic(self, element: Element | None, what: str) -> Mimic | None:
        if element is None:
            return None
        leader = self._needed(element, "joint", f"the mimic of {what}")
        multiplier, offset = (
            float(element.get(key, other)) for key, other in (("multiplier", "1"), ("offset", "0"))
        )
        if not multiplier:
            raise self._error(f"the multiplier of the mimic of {what} must not be 0")
        return Mimic(leader, multiplier, offset)

    def _child(self, element: Element, tag: str, what: str) -> Element:
        found = element.find(tag)
        if found is None:
            raise self._error(f"{what} must have a {tag}")
        return found

    def _needed(self, element: Element, key: str, what: str) -> str:
        if (value := element.get(key)) is None:
            raise self._error(f"{what} must have a {key}")
        return value

    def _error(self, sentence: str) -> InputError:
        return InputError(f"{sentence}, in {self._files.file}")


def _pose(element: Element) -> Pose:
    origin = element.find("origin")
    return Pose() if origin is None else Pose(_vector(origin, "xyz"), _vector(origin, "rpy"))


def _vector(element: Element, key: str, otherwise: Vector = (0.0, 0.0, 0.0)) -> Vector:
    """Return the first three numbers of an attribute."""
    if (text := element.get(key)) is None:
        return otherwise
    x, y, z = (float(word) for word in text.split()[:3])
    return x, y, z
