"""The elements of an SDF model in the words of URDF."""

from xml.etree.ElementTree import Element, SubElement

from autonomy.envs.arm.descriptions.description import Pose
from autonomy.envs.arm.descriptions.poses import relative

_ATTRIBUTES = {"uri": "filename"}  # what URDF has another word for


def to_urdf(model: Element) -> Element:
    """Return a model whose numbers were checked as the robot that URDF calls the same."""
    robot = Element("robot", name=model.get("name", ""))
    poses = {link.get("name", ""): _pose(link) for link in model.findall("link")}
    for link in model.findall("link"):
        robot.append(_link(link))
    for joint in model.findall("joint"):
        robot.append(_joint(joint, poses))
    return robot


def _link(link: Element) -> Element:
    result = Element("link", link.attrib)
    for element in link.findall("inertial"):
        inertial = SubElement(result, "inertial")
        if (mass := element.findtext("mass")) is not None:
            SubElement(inertial, "mass", value=mass)
        for inertia in element.findall("inertia"):
            inertial.append(_with_attributes(inertia))
    for element in (*link.findall("visual"), *link.findall("collision")):
        result.append(_shape(element))
    return result


def _shape(element: Element) -> Element:
    result = Element(element.tag, element.attrib)
    _add_origin(result, _pose(element))
    for geometry in element.findall("geometry"):
        own = SubElement(result, "geometry")
        own.extend(_with_attributes(shape) for shape in geometry)
    if (color := element.findtext("material/diffuse")) is not None:
        SubElement(SubElement(result, "material"), "color", rgba=color)
    return result


def _joint(joint: Element, poses: dict[str, Pose]) -> Element:
    result = Element("joint", joint.attrib)
    parent, child = joint.findtext("parent"), joint.findtext("child")
    if parent is not None:
        SubElement(result, "parent", link=parent)
    if child is not None:
        SubElement(result, "child", link=child)
    if parent in poses and child in poses:
        _add_origin(result, relative(poses[parent], poses[child]))
    if (axis := joint.find("axis")) is not None:
        result.append(_with_attributes(axis))
        result.extend(_with_attributes(limit) for limit in axis.findall("limit"))
    return result


def _with_attributes(element: Element) -> Element:
    """Return an element with the texts of those within it as its attributes."""
    texts = {_ATTRIBUTES.get(own.tag, own.tag): own.text or "" for own in element if not len(own)}
    return Element(element.tag, texts)


def _pose(element: Element) -> Pose:
    x, y, z, roll, pitch, yaw = map(float, (element.findtext("pose") or "0 0 0 0 0 0").split())
    return Pose((x, y, z), (roll, pitch, yaw))


def _add_origin(element: Element, pose: Pose) -> None:
    xyz, rpy = (" ".join(map(repr, own)) for own in pose)
    SubElement(element, "origin", xyz=xyz, rpy=rpy)
