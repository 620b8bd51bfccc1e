"""URDF files (http://wiki.ros.org/urdf/XML), checked by their schema, as descriptions."""

from xml.etree.ElementTree import Element

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.descriptions.masses import mass_notes
from autonomy.envs.arm.descriptions.named_files import NamedFiles
from autonomy.envs.arm.descriptions.tree import check_mimics, check_names, root_of
from autonomy.envs.arm.descriptions.urdf_joints import UrdfJoints
from autonomy.envs.arm.descriptions.urdf_links import UrdfLinks
from autonomy.envs.arm.descriptions.urdf_materials import UrdfMaterials


def urdf_description(robot: Element, files: NamedFiles) -> Description:
    """Return what the elements of a URDF file say, of which its schema has left what it knows.

    Raises:
        InputError: Something is missing, a file does not exist, or links and joints are no tree.
    """
    file, materials = files.file, UrdfMaterials(robot, files)
    read_links, read_joints = UrdfLinks(files, materials), UrdfJoints(file)
    links = tuple(read_links.link(element) for element in robot.findall("link"))
    joints = tuple(read_joints.joint(element) for element in robot.findall("joint"))
    check_names(links, joints, file)
    check_mimics(joints, file)
    return Description(
        file=file,
        name=robot.get("name", ""),
        links=links,
        joints=joints,
        root=root_of(links, joints, file),
        notes=(*dict.fromkeys(materials.notes), *mass_notes(links, joints, file)),
        elements=robot,
    )
