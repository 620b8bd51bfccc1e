"""The URDF of a fixture that is made of solids, so that there is one way to load them all."""

from xml.etree.ElementTree import Element, SubElement, tostring

from autonomy.envs.arm.fixture import Fixture, MovingPart, Solid

_JOINTS = {"slide": "prismatic", "turn": "revolute"}
_BASE = "fixture"


def fixture_urdf(fixture: Fixture) -> str:
    """Return the text of the file."""
    robot = Element("robot", name=_BASE)
    _add_link(robot, _BASE, fixture.solids, mass=1.0)
    for part in fixture.moving:
        _add_link(robot, part.name, part.solids, part.mass)
        _add_joint(robot, part)
    return tostring(robot, encoding="unicode")


def _add_link(robot: Element, name: str, solids: tuple[Solid, ...], mass: float) -> None:
    link = SubElement(robot, "link", name=name)
    inertial = SubElement(link, "inertial")
    SubElement(inertial, "mass", value=str(mass))
    # Bullet works out the moments itself, from what collides
    SubElement(inertial, "inertia", ixx="1", iyy="1", izz="1", ixy="0", ixz="0", iyz="0")
    for number, solid in enumerate(solids):
        _add_geometry(SubElement(link, "collision"), solid)
        visual = SubElement(link, "visual")
        _add_geometry(visual, solid)
        material = SubElement(visual, "material", name=f"{name}_{number}")
        color = _numbers(*(value / 255.0 for value in solid.color), 1.0)
        SubElement(material, "color", rgba=color)


def _add_geometry(element: Element, solid: Solid) -> None:
    SubElement(element, "origin", xyz=_numbers(*solid.position))
    geometry, (width, _, height) = SubElement(element, "geometry"), solid.size
    if solid.kind == "box":
        SubElement(geometry, "box", size=_numbers(*solid.size))
    else:
        SubElement(geometry, "cylinder", radius=str(width / 2), length=str(height))


def _add_joint(robot: Element, part: MovingPart) -> None:
    joint = SubElement(robot, "joint", name=part.name, type=_JOINTS[part.motion])
    SubElement(joint, "parent", link=_BASE)
    SubElement(joint, "child", link=part.name)
    SubElement(joint, "origin", xyz=_numbers(*part.position))
    SubElement(joint, "axis", xyz=_numbers(*part.axis))
    lower, upper = map(str, part.limits)
    SubElement(joint, "limit", lower=lower, upper=upper, effort="0", velocity="0")
    SubElement(joint, "dynamics", damping="0", friction=str(part.friction))


def _numbers(*values: float) -> str:
    return " ".join(map(str, values))
