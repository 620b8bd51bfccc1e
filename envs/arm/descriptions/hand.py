"""Shapes of a robot's hand, which is all that its last arm joint carries, as others touch them."""

from copy import deepcopy
from dataclasses import replace
from xml.etree.ElementTree import Element

from autonomy.envs.arm.descriptions.description import Collision, Description, Link

_SLABS = 8


def with_solid_hand(description: Description, last_joint: str) -> Description:
    """Take what is seen of a hand for what others touch, where it has nothing that they do.

    Args:
        description: Of the robot.
        last_joint: Name of the arm joint that carries the hand.
    """
    if not is_only_seen(description, last_joint):
        return description
    hand, elements = hand_links(description, last_joint), deepcopy(description.elements)
    for element in elements.iter("link"):
        if element.get("name") in hand:
            element.extend([_touched(own) for own in element.findall("visual")])
    links = tuple(_solid(link) if link.name in hand else link for link in description.links)
    return replace(description, links=links, elements=elements)


def is_only_seen(description: Description, last_joint: str) -> bool:
    """Tell whether a hand has shapes, but none that others touch."""
    hand = [description.link[name] for name in hand_links(description, last_joint)]
    return any(link.visuals for link in hand) and not any(link.collisions for link in hand)


def with_slender_fingers(description: Description, last_joint: str) -> Description:
    """Cut the meshes of a hand into slabs, whose hulls leave room between its fingers."""
    hand = hand_links(description, last_joint)
    links = tuple(_cut(link) if link.name in hand else link for link in description.links)
    return replace(description, links=links)


def hand_links(description: Description, last_joint: str) -> frozenset[str]:
    """Return the names of the links that a joint carries."""
    return frozenset(
        link.name
        for link in description.links
        if any(joint.name == last_joint for joint in description.chain(link.name))
    )


def _touched(visual: Element) -> Element:
    touched = deepcopy(visual)
    touched.tag = "collision"
    for material in touched.findall("material"):
        touched.remove(material)
    return touched


def _solid(link: Link) -> Link:
    touched = tuple(Collision(own.geometry, own.pose) for own in link.visuals)
    return replace(link, collisions=touched)


def _cut(link: Link) -> Link:
    return replace(link, collisions=tuple(replace(own, slabs=_SLABS) for own in link.collisions))
