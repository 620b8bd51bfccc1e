"""SDF files (http://sdformat.org/spec), as far as PyBullet reads them, as descriptions."""

from dataclasses import replace
from xml.etree.ElementTree import Element

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.descriptions.named_files import NamedFiles
from autonomy.envs.arm.descriptions.schema import cleaned
from autonomy.envs.arm.descriptions.sdf_schema import SDF
from autonomy.envs.arm.descriptions.sdf_to_urdf import to_urdf
from autonomy.envs.arm.descriptions.urdf_file import urdf_description
from autonomy.errors import InputError

_WORLD = "world"
_YES = ("1", "true")


def sdf_description(root: Element, files: NamedFiles) -> Description:
    """Return what the one model of an SDF file says.

    Raises:
        InputError: There is none or more than one, something is missing or cannot be, or is what
            PyBullet would pass over.
    """
    file = files.file
    models = [*root.findall("model"), *root.findall("world/model")]
    if len(models) != 1:
        raise InputError(f"an SDF file must hold one model, got {len(models)} in {file}")
    _check_frames(models[0], files)
    model = cleaned(models[0], SDF, file.name)
    _check_joint_poses(model, files)
    is_fixed = _is_fixed(model)
    _let_turn(model)
    description = urdf_description(to_urdf(model), files)
    base, notes = description.link[description.root], description.notes
    if not is_fixed and base.mass != 0.0 and base.name != _WORLD:
        notes += (f"the base of {file} is free to fall, and is fixed to its place here",)
    return replace(description, elements=model, notes=notes)


def _check_frames(model: Element, files: NamedFiles) -> None:
    for pose in model.iter("pose"):
        if frame := pose.get("relative_to") or pose.get("frame"):
            raise InputError(
                f"poses of an SDF file must not be relative to other frames, got {frame[:60]} in "
                f"{files.file}"
            )
        if pose.get("degrees") in _YES or pose.get("rotation_format", "euler_rpy") != "euler_rpy":
            raise InputError(
                f"poses of an SDF file must be x y z roll pitch yaw in radians, in {files.file}"
            )
    for joint in model.iter("joint"):
        if (joint.findtext("axis/use_parent_model_frame") or "").strip() in _YES:
            raise InputError(
                f"axes of an SDF file must be in their joints' frames, got another of joint "
                f"{joint.get('name', '')[:60]} in {files.file}"
            )


def _check_joint_poses(model: Element, files: NamedFiles) -> None:
    """Look for poses that PyBullet passes over: it takes a joint's frame to be its child's."""
    for joint in model.findall("joint"):
        pose = joint.findtext("pose") or ""
        if any(float(word) for word in pose.split()):
            raise InputError(
                f"joints of an SDF file must have no poses of their own, got {pose} of joint "
                f"{joint.get('name')} in {files.file}"
            )


def _is_fixed(model: Element) -> bool:
    """Take joints to the world away, which PyBullet cannot read; return whether the base stays."""
    links = {link.get("name") for link in model.findall("link")}
    parents = {_WORLD} - links  # some files have a link of that name
    to_world = [own for own in model.findall("joint") if own.findtext("parent") in parents]
    for joint in to_world:
        model.remove(joint)
    return bool(to_world) or model.findtext("static") in _YES


def _let_turn(model: Element) -> None:
    """Call joints continuous that turn without end, as PyBullet does and SDF does not."""
    for joint in model.findall("joint"):
        limit = joint.find("axis/limit")
        has_limits = limit is not None and {"lower", "upper"} <= {own.tag for own in limit}
        if joint.get("type") == "revolute" and not has_limits:
            joint.set("type", "continuous")
