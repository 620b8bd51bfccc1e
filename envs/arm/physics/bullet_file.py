"""Robot files as PyBullet is given them: only what was checked, and meshes that it reads safely.

PyBullet reads meshes without looking, too: an index beyond the vertices ends the process. All but
its own come to it as OBJ files that we have written.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.descriptions.masses import is_frame
from autonomy.envs.arm.descriptions.notes import size_note
from autonomy.envs.arm.physics.bullet import data_path
from autonomy.envs.arm.physics.collision_mesh import read_collision_mesh
from autonomy.envs.arm.physics.scratch_files import scratch_folder

_OWN_SUFFIXES = (".obj", ".stl")  # of PyBullet's own files that are given to it as they are
_ROUND = ("cylinder", "capsule", "sphere")
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
    with scratch_folder() as folder:
        model = deepcopy(description.elements)
        names = _write_meshes(description, folder)
        for element, link in zip(model.findall("link"), description.links, strict=True):
            touched = [names.get(own.geometry.file) for own in link.collisions]
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


def collision_notes(description: Description) -> list[str]:
    """Return what to say of the sizes of meshes that bodies touch; often nothing."""
    notes: list[str] = []
    for geometry in (own.geometry for link in description.links for own in link.collisions):
        if geometry.file is not None and not is_bullets_own(geometry.file):
            own = read_collision_mesh(geometry.file).size
            size = [abs(scale) * length for scale, length in zip(geometry.size, own, strict=True)]
            notes += size_note(geometry.file, size)
    return notes


def _write_meshes(description: Description, folder: Path) -> dict[Path | None, Path]:
    """Write the meshes that bodies touch; return where PyBullet finds each file."""
    names: dict[Path | None, Path] = {}
    for link in description.links:
        for file in (own.geometry.file for own in link.collisions):
            if file is None or file in names:
                continue
            names[file] = file if is_bullets_own(file) else folder / f"mesh_{len(names)}.obj"
            if names[file] != file:
                names[file].write_bytes(read_collision_mesh(file).obj)
    return names


def is_bullets_own(file: Path) -> bool:
    """Tell whether a mesh came with PyBullet, in a format that it reads."""
    is_there = file.resolve().is_relative_to(Path(data_path()).resolve())
    return is_there and file.suffix.lower() in _OWN_SUFFIXES


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
        if is_frame(link, description.joint_above.get(link.name)):
            _add_inertial(element)
    for joint in robot.findall("joint"):
        for dynamics in joint.findall("dynamics"):
            if not dynamics.attrib:
                joint.remove(dynamics)
    return robot


def _add_inertial(link: Element) -> None:
    """Say that a link weighs nothing of which nothing is said: PyBullet would take 1 kg."""
    inertial = SubElement(link, "inertial")
    SubElement(inertial, "mass", value=_FRAME_MASS)
    SubElement(inertial, "inertia", dict.fromkeys(("ixx", "iyy", "izz"), _FRAME_MOMENT))


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
    root = Element("sdf", version="1.6")
    SubElement(root, "world", name="world").append(model)
    return root


def _remove(element: Element, tag: str) -> None:
    for own in element.findall(tag):
        element.remove(own)
