"""Robot files as descriptions: the one place where they are opened."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.descriptions.named_files import NamedFiles
from autonomy.envs.arm.descriptions.schema import cleaned
from autonomy.envs.arm.descriptions.sdf_file import sdf_description
from autonomy.envs.arm.descriptions.urdf_file import urdf_description
from autonomy.envs.arm.descriptions.urdf_schema import URDF
from autonomy.errors import InputError
from autonomy.xml_file import read_xml


def read_description(
    file: Path, kind: str = "robot", packages: Sequence[str | Path] = ()
) -> Description:
    """Read and check a URDF or SDF file.

    Args:
        file: The file.
        kind: What it is, for who has to read that it cannot be used: robot or fixture.
        packages: Folders of ROS packages, or that hold some, in which `package://` is looked for
            first.

    Raises:
        InputError: The file cannot be read or is of another format, a number, a name or a mesh's
            file cannot be, or its links and joints are no tree.
    """
    root = read_xml(file, kind, "a URDF or SDF")
    files = NamedFiles(file.absolute(), tuple(Path(folder) for folder in packages))
    if root.tag == "sdf":
        return sdf_description(root, files)
    _check_format(root, file, kind)
    return urdf_description(cleaned(root, URDF, file.name), files)


def _check_format(root: Element, file: Path, kind: str) -> None:
    if file.suffix == ".xacro" or any(element.tag.startswith("xacro:") for element in root.iter()):
        raise InputError(
            f"{kind} file {file} is a xacro file, from which ROS makes a URDF: "
            f"xacro {file.name} > {file.name.partition('.')[0]}.urdf"
        )
    if root.tag == "mujoco":
        raise InputError(f"{kind} file {file} must be a URDF or SDF, got MuJoCo's MJCF")
    if root.tag != "robot":
        raise InputError(f"{kind} file {file} must be a URDF or SDF, got <{root.tag[:60]}>")
