"""Robot files as PyBullet is given them: only what was checked, without what is only seen."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.descriptions.masses import is_frame
from autonomy.envs.arm.physics.bullet_meshes import key_of, write_meshes

_ROUND = ("cylinder", "capsule", "sphere")
_MOMENTS = ("ixx", "iyy", "izz")
_FRAME_MASS, _FRAME_MOMENT = "1e-06", "1e-09"  # [kg], [kg m²] of a link that is only a frame


@contextmanager
def bullet_file(description: Description, *, visible: bool) -> Generator[Path]:
    """Write what PyBullet is to load into a folder that is gone afterwards.

    Args:
        description: What the file said.
        visible: Whether PyBullet itself is to draw it; then it reads the visual meshes as they are.

    Raises:
        InputError: A mesh cannot be read.
    """
    with TemporaryDirectory() as name:  # on disk: shared memory is often small
        folder = Path(name)
        model = deepcopy(description.elements)
        meshes = write_meshes(description, folder)
        for element, link in zip(model.findall("link"), description.links, strict=True):
            touched = [meshes.get(key_of(own)) for own in link.collisions]
            _name_meshes(element, "collision", touched)
            if visible:
                _name_meshes(element, "visual", [own.geometry.file for own in link.visuals])
            else:
                _remove(element, "visual")
        path = folder / f"robot.{'urdf' if model.tag == 'robot' else 'sdf'}"
        root = _urdf(model, description) if model.tag == "robot" else _sdf(model)
        indent(root)  # PyBullet breaks lines of more than 8 KiB, wherever that is
        path.write_bytes(tostring(root, encoding="utf-8", xml_declaration=True))
        yield path


def _name_meshes(link: Element, tag: str, files: Sequence[Path | None]) -> None:
    for element, file in zip(link.findall(tag), files, strict=True):
        for mesh in element.findall("geometry/mesh"):
            if (uri := mesh.find("uri")) is not None:
                uri.text = str(file)
            else:
                mesh.set("filename", str(file))


def _urdf(robot: Element, description: Description) -> Element:
    robot.set("name", "robot")
    for element, link in zip(robot.findall("link"), description.links, strict=True):
        _complete_inertial(element, link.mass)
        if is_frame(link, description.joint_above.get(link.name)):
            _add_inertial(element, _FRAME_MASS, _FRAME_MOMENT)
    for joint in robot.findall("joint"):
        _say_what_counts(joint)
    return robot


def _say_what_counts(joint: Element) -> None:
    """Take away what PyBullet takes otherwise: limits of endless joints, and empty dynamics."""
    for limit in joint.findall("limit"):
        if joint.get("type") == "continuous":
            for key in ("lower", "upper"):
                limit.attrib.pop(key, None)
    for dynamics in joint.findall("dynamics"):
        if not dynamics.attrib:
            joint.remove(dynamics)


def _complete_inertial(link: Element, mass: float | None) -> None:
    """Let PyBullet, which works moments out by itself, do without those that a file leaves out."""
    for inertial in link.findall("inertial"):
        inertia = inertial.find("inertia")
        if mass is None:
            link.remove(inertial)
        elif inertia is None or not all(key in inertia.attrib for key in _MOMENTS):
            _remove(inertial, "inertia")
            SubElement(inertial, "inertia", dict.fromkeys(_MOMENTS, "0"))


def _add_inertial(link: Element, mass: str, moment: str) -> None:
    inertial = SubElement(link, "inertial")
    SubElement(inertial, "mass", value=mass)
    SubElement(inertial, "inertia", dict.fromkeys(_MOMENTS, moment))


def _sdf(model: Element) -> Element:
    """Return the file of a model whose base is fixed."""
    model.set("name", "robot")
    _remove(model, "static")
    static = Element("static")
    static.text = "1"
    model.insert(0, static)
    for shape in _ROUND:
        for element in model.iter(shape):  # PyBullet reads these as in a URDF
            for own in element:
                element.set(own.tag, own.text or "")
    for link in model.findall("link"):
        _complete_sdf_inertial(link)
    root = Element("sdf", version="1.6")
    SubElement(root, "world", name="world").append(model)
    return root


def _complete_sdf_inertial(link: Element) -> None:
    for inertial in link.findall("inertial"):
        inertia = inertial.find("inertia")
        if inertial.find("mass") is None:
            link.remove(inertial)
        elif inertia is None or not all(inertia.find(key) is not None for key in _MOMENTS):
            _remove(inertial, "inertia")
            inertia = SubElement(inertial, "inertia")
            for key in _MOMENTS:
                SubElement(inertia, key).text = "0"


def _remove(element: Element, tag: str) -> None:
    for own in element.findall(tag):
        element.remove(own)
