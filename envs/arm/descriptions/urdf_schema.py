"""What of a URDF file is read; `contact`, `concave` and capsules are PyBullet's own."""

from autonomy.envs.arm.descriptions.schema import (
    AMOUNT,
    ANGLES,
    ANY,
    AXIS,
    COLOR,
    FILE_NAME,
    LENGTH,
    MASS,
    MATERIAL_NAME,
    MOMENT,
    NAME,
    POSITION,
    PRODUCT,
    SCALE,
    SIZE,
    Tag,
)

_SHAPES = ("box", "cylinder", "capsule", "sphere", "mesh")
_ROUND = Tag(attributes={"radius": LENGTH, "length": LENGTH})
_LINK_NAME = Tag(attributes={"link": NAME})
_CONTACT = (
    *("lateral_friction", "rolling_friction", "spinning_friction", "restitution"),
    *("stiffness", "damping", "inertia_scaling", "contact_cfm", "contact_erp", "friction_anchor"),
)

URDF = {
    "robot": Tag(("material", "link", "joint"), {"name": NAME}),
    "material": Tag(("color", "texture"), {"name": MATERIAL_NAME}),
    "color": Tag(attributes={"rgba": COLOR}),
    "texture": Tag(attributes={"filename": FILE_NAME}),
    "link": Tag(("contact", "inertial", "visual", "collision"), {"name": NAME}),
    "contact": Tag(_CONTACT),
    **dict.fromkeys(_CONTACT, Tag(attributes={"value": AMOUNT})),
    "inertial": Tag(("origin", "mass", "inertia")),
    "origin": Tag(attributes={"xyz": POSITION, "rpy": ANGLES}),
    "mass": Tag(attributes={"value": MASS}),
    "inertia": Tag(
        attributes={
            **dict.fromkeys(("ixx", "iyy", "izz"), MOMENT),
            **dict.fromkeys(("ixy", "ixz", "iyz"), PRODUCT),
        }
    ),
    "visual": Tag(("origin", "geometry", "material")),
    "collision": Tag(("origin", "geometry"), {"concave": NAME}),
    "geometry": Tag(_SHAPES, is_choice=True),
    "box": Tag(attributes={"size": SIZE}),
    "cylinder": _ROUND,
    "capsule": _ROUND,
    "sphere": Tag(attributes={"radius": LENGTH}),
    "mesh": Tag(attributes={"filename": FILE_NAME, "scale": SCALE}),
    "joint": Tag(
        ("origin", "parent", "child", "axis", "limit", "dynamics", "mimic"),
        {"name": NAME, "type": NAME},
    ),
    "parent": _LINK_NAME,
    "child": _LINK_NAME,
    "axis": Tag(attributes={"xyz": AXIS}),
    "limit": Tag(
        attributes={"lower": ANY, "upper": ANY, "effort": AMOUNT, "velocity": AMOUNT},
    ),
    "dynamics": Tag(attributes={"damping": AMOUNT, "friction": AMOUNT}),
    "mimic": Tag(attributes={"joint": NAME, "multiplier": ANY, "offset": ANY}),
}
"""By tag."""
