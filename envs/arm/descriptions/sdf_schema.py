"""What of an SDF file is read: what PyBullet reads of it."""

from autonomy.envs.arm.descriptions.schema import (
    AMOUNT,
    ANY,
    AXIS,
    COLOR,
    FILE_NAME,
    LENGTH,
    MASS,
    MOMENT,
    NAME,
    POSE,
    PRODUCT,
    SCALE,
    SIZE,
    Numbers,
    Tag,
    Text,
)

_SHAPES = ("box", "cylinder", "capsule", "sphere", "mesh")
_ROUND = Tag(("radius", "length"))
_CONTACT = (
    *("lateral_friction", "rolling_friction", "spinning_friction", "restitution"),
    *("stiffness", "damping", "inertia_scaling"),
)
_TEXTS: dict[str, Numbers | Text] = {
    "static": NAME,
    "pose": POSE,
    "mass": MASS,
    **dict.fromkeys(("ixx", "iyy", "izz"), MOMENT),
    **dict.fromkeys(("ixy", "ixz", "iyz"), PRODUCT),
    "diffuse": COLOR,
    "size": SIZE,
    "radius": LENGTH,
    "length": LENGTH,
    "uri": FILE_NAME,
    "scale": SCALE,
    "parent": NAME,
    "child": NAME,
    "xyz": AXIS,
    **dict.fromkeys(("lower", "upper", "effort", "velocity"), ANY),
    **dict.fromkeys((*_CONTACT, "friction"), AMOUNT),
}

SDF = {
    **{tag: Tag(text=text) for tag, text in _TEXTS.items()},
    "model": Tag(
        ("static", "pose", "link", "joint"), {"name": NAME}, refused=("include", "model", "frame")
    ),
    "link": Tag(("pose", "contact", "inertial", "visual", "collision"), {"name": NAME}),
    "contact": Tag(_CONTACT),
    "inertial": Tag(("pose", "mass", "inertia")),
    "inertia": Tag(("ixx", "ixy", "ixz", "iyy", "iyz", "izz")),
    "visual": Tag(("pose", "geometry", "material")),
    "material": Tag(("diffuse",)),
    "collision": Tag(("pose", "geometry"), {"concave": NAME}),
    "geometry": Tag(_SHAPES, is_choice=True),
    "box": Tag(("size",)),
    "cylinder": _ROUND,
    "capsule": _ROUND,
    "sphere": Tag(("radius",)),
    "mesh": Tag(("uri", "scale"), refused=("submesh",)),
    "joint": Tag(("pose", "parent", "child", "axis"), {"name": NAME, "type": NAME}),
    "axis": Tag(("xyz", "limit", "dynamics")),
    "limit": Tag(("lower", "upper", "effort", "velocity")),
    "dynamics": Tag(("damping", "friction")),
}
"""By tag, from a model on."""
