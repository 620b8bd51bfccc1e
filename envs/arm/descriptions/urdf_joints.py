"""The joints of a URDF file."""

import math
from xml.etree.ElementTree import Element

from autonomy.envs.arm.descriptions.description import Joint, Limits, Mimic, Vector
from autonomy.envs.arm.descriptions.urdf_parts import UrdfParts, pose_of, vector_of

_KINDS = ("fixed", "revolute", "continuous", "prismatic")
_X = (1.0, 0.0, 0.0)


class UrdfJoints(UrdfParts):
    """Reads joints, one after another."""

    def joint(self, element: Element) -> Joint:
        """Return what an element says.

        Raises:
            InputError: Something is missing or cannot be.
        """
        name = self.needed(element, "name", "a joint")
        what = f"joint {name}"
        kind = self.needed(element, "type", what)
        if kind not in _KINDS:
            raise self.error(f"{what} must be one of {', '.join(_KINDS)}, got {kind}")
        parent, child = (
            self.needed(self.child(element, tag, what), "link", f"the {tag} of {what}")
            for tag in ("parent", "child")
        )
        moves = kind != "fixed"
        return Joint(
            name,
            kind,
            parent,
            child,
            pose_of(element),
            self._axis(element, what) if moves else _X,
            self._limits(element.find("limit"), kind, what),
            self._mimic(element.find("mimic"), what) if moves else None,
        )

    def _axis(self, element: Element, what: str) -> Vector:
        axis = element.find("axis")
        x, y, z = _X if axis is None else vector_of(axis, "xyz", _X)
        length = math.sqrt(x * x + y * y + z * z)
        if not length:
            raise self.error(f"the axis of {what} must not be 0 0 0")
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
            raise self.error(
                f"{what} is {kind} and must have a limit with lower and upper{endless}"
            )
        if float(lower) > float(upper):
            raise self.error(
                f"{what} must have its lower limit below its upper, got {lower}, {upper}"
            )
        return Limits(float(lower), float(upper), effort, velocity)

    def _mimic(self, element: Element | None, what: str) -> Mimic | None:
        if element is None:
            return None
        own = f"the mimic of {what}"
        leader = self.needed(element, "joint", own)
        multiplier, offset = element.get("multiplier", "1"), element.get("offset", "0")
        if not float(multiplier):
            raise self.error(f"the multiplier of {own} must not be 0")
        return Mimic(leader, float(multiplier), float(offset))
