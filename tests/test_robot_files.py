"""Robot files: what they say, and that what cannot be is refused before PyBullet sees it."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from arm_cases import make
from robot_cases import ARM, BOX, FINGERS, INERTIAL, joint, link, robot_of, written

from autonomy.envs.arm.descriptions.description import Limits, Mimic, Pose
from autonomy.envs.arm.descriptions.poses import turn_of
from autonomy.envs.arm.descriptions.reading import read_description
from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.bullet import connect, data_path, silence
from autonomy.envs.arm.physics.fixtures import load_fixture
from autonomy.envs.arm.physics.robot_body import load_robot
from autonomy.envs.arm.physics.urdf import load_body, read_file
from autonomy.errors import InputError

LONG = "n" * 100_000


def test_a_description_says_what_the_file_says(tmp_path: Path) -> None:
    description = read_description(written(tmp_path, ARM + FINGERS))
    assert (description.name, description.root) == ("two_joints", "base")
    assert [own.name for own in description.links] == ["base", "arm", "hand", "left", "right"]
    assert [own.name for own in description.chain("right")] == ["j1", "j2", "g2"]
    first, follower = description.joint["j1"], description.joint["g2"]
    assert (first.kind, first.parent, first.child) == ("revolute", "base", "arm")
    assert (first.axis, first.origin) == ((0.0, 0.0, 1.0), Pose((0.4, 0.0, 0.0)))
    assert first.limits == Limits(-2.0, 2.0, 50.0, 3.0)
    assert follower.mimic == Mimic("g1", -0.5, 0.01)
    (visual,) = description.link["arm"].visuals
    assert (visual.geometry.kind, visual.geometry.size) == ("box", (0.1, 0.04, 0.06))
    assert (visual.pose.position, visual.color) == ((0.05, 0.0, 0.0), (0.8, 0.2, 0.2))
    assert description.link["arm"].mass == 1.0
    assert description.notes == ()


def test_joints_of_an_sdf_file_are_where_its_links_are(tmp_path: Path) -> None:
    """The arm stands at (1, 2, 3), turned by 90 degrees; its hand is 1 m along the model's y."""
    moments = "<inertia><ixx>1</ixx><iyy>1</iyy><izz>1</izz></inertia>"
    inertial = f"<inertial><mass>1</mass>{moments}</inertial>"
    shape = "<visual name='v'><geometry><sphere><radius>0.1</radius></sphere></geometry></visual>"
    path = tmp_path / "robot.sdf"
    path.write_text(
        f"<sdf version='1.6'><model name='m'><link name='a'><pose>1 2 3 0 0 {math.pi / 2}</pose>"
        f"{inertial}{shape}</link><link name='b'><pose>1 3 3 0 0 0</pose>{inertial}</link>"
        "<joint name='j' type='revolute'><parent>a</parent><child>b</child><axis><xyz>0 0 2</xyz>"
        "</axis></joint></model></sdf>"
    )
    description = read_description(path)
    own = description.joint["j"]
    np.testing.assert_allclose(own.origin.position, (1.0, 0.0, 0.0), atol=1e-12)
    np.testing.assert_allclose(own.origin.rpy, (0.0, 0.0, -math.pi / 2), atol=1e-12)
    assert (own.kind, own.axis) == ("continuous", (0.0, 0.0, 1.0))
    assert own.limits[:2] == (-math.inf, math.inf)
    assert "is free to fall, and is fixed to its place here" in description.notes[0]
    client = connect()
    body = load_body(client, description, (0.0, 0.0, 0.5))
    client.setGravity(0.0, 0.0, -9.81)
    for _ in range(100):
        client.stepSimulation()
    assert client.getBasePositionAndOrientation(body)[0] == pytest.approx((0.0, 0.0, 0.5))
    client.disconnect()


REFUSED: dict[str, tuple[str, str]] = {
    "two roots": (ARM + link("lonely"), "must have one root link, got base, lonely in .*: join"),
    "no root": (ARM + joint("j3", "hand", "base"), "must have one root link, got a loop of joints"),
    "a loop": (
        ARM + link("a") + link("b") + joint("j3", "a", "b") + joint("j4", "b", "a"),
        "joints must be no loop, got one through link",
    ),
    "two parents": (ARM + joint("j3", "base", "hand"), "child of one joint, got 2 of hand"),
    "no such link": (ARM + joint("j3", "hand", "nowhere"), "child of joint j3 must be a link"),
    "no links": ("", "must have one root link, got no link"),
    "a link twice": (ARM + link("arm"), "links must have names of their own, got 2 arm"),
    "a joint twice": (ARM + link("a") + joint("j1", "hand", "a"), "joints must have .* got 2 j1"),
    "too many": (
        ARM + "".join(link(f"l{k}") + joint(f"k{k}", "hand", f"l{k}") for k in range(200)),
        "a robot may have 127 joints, got 202",
    ),
    "no limits": (
        ARM.replace('lower="-2" upper="2"', "", 1),
        "joint j1 is revolute and must have a limit with lower and upper, or be continuous",
    ),
    "no limit": (
        ARM + link("a") + joint("j3", "hand", "a", kind="prismatic", limit=""),
        "joint j3 is prismatic and must have a limit with lower and upper, in",
    ),
    "limits": (ARM.replace('lower="-2"', 'lower="3"', 1), "j1 must have its lower limit below its"),
    "NaN limit": (ARM.replace('lower="-2"', 'lower="nan"', 1), "lower of limit in joint j1 of"),
    "NaN mass": (ARM.replace('value="1"', 'value="nan"', 1), "value of mass in link base of robot"),
    "negative mass": (ARM.replace('value="1"', 'value="-1"', 1), "from 0 to 1e.06, got '-1'"),
    "negative moment": (ARM.replace('ixx="0.01"', 'ixx="-1"', 1), "ixx of inertia in link base"),
    "far away": (
        ARM.replace('xyz="0.4 0 0"', 'xyz="1e308 0 0"', 1),
        "xyz of origin in joint j1 of robot.urdf must be 3 numbers from -1000 to 1000, got '1e308",
    ),
    "two numbers": (ARM.replace('xyz="0.4 0 0"', 'xyz="0.4 0"', 1), "3 numbers .* got '0.4 0'"),
    "words": (ARM.replace('xyz="0.4 0 0"', 'xyz="a b c"', 1), "3 numbers .* got 'a b c'"),
    "underscores": (ARM.replace('xyz="0.4 0 0"', 'xyz="1_0 0 0"', 1), "got '1_0 0 0'"),
    "no axis": (
        ARM.replace('axis xyz="0 0 1"', 'axis xyz="0 0 0"', 1),
        "axis of joint j1 must not",
    ),
    "no kind": (ARM.replace(' type="revolute"', "", 1), "joint j1 must have a type"),
    "another kind": (
        ARM.replace("revolute", "planar", 1),
        "joint j1 must be one of fixed, revolute, continuous, prismatic, got planar",
    ),
    "no child": (ARM.replace('<child link="arm"/>', "", 1), "joint j1 must have a child"),
    "no size": (
        ARM.replace(' size="0.1 0.04 0.06"', "", 1),
        "the box of link base must have a siz",
    ),
    "bad size": (ARM.replace("0.1 0.04 0.06", "0.1 -0.04 0.06", 1), "size of box in link base"),
    "no shape": (ARM.replace(BOX, "", 1), "a geometry of link base must hold one shape, got 0"),
    "two shapes": (ARM.replace(BOX, BOX * 2, 1), "must hold one shape, got 2"),
    "a torus": (ARM.replace(BOX, "<torus/>", 1), "must hold only box, .*, mesh, got torus"),
    "no mesh": (
        ARM.replace(BOX, '<mesh filename="nothere.stl"/>', 1),
        "the mesh of link base of robot.urdf must exist, got nothere.stl",
    ),
    "a mesh of the web": (
        ARM.replace(BOX, '<mesh filename="https://example.org/a.stl"/>', 1),
        "must be a file or in a package://, got https://example.org/a.stl",
    ),
    "no package": (
        ARM.replace(BOX, '<mesh filename="package://my_arm/a.stl"/>', 1),
        r"got package://my_arm/a.stl; if the package my_arm is elsewhere, say so by packages=",
    ),
    "a long file name": (
        ARM.replace(BOX, f'<mesh filename="{"a" * 600}"/>', 1),
        "the mesh of link base of robot.urdf must exist, got aaa",
    ),
    "a long name": (
        ARM.replace('"base"', f'"{LONG}"'),
        "must have 1 to 200 characters, got 100000",
    ),
    "an empty name": (ARM.replace('"hand"', '""'), "must have 1 to 200 characters, got 0"),
    "no name": (ARM + "<link/>", "a link must have a name"),
    "itself": (
        ARM + FINGERS.replace('mimic joint="g1"', 'mimic joint="g2"'),
        "joint g2 must mimic",
    ),
    "nobody": (ARM + FINGERS.replace('mimic joint="g1"', 'mimic joint="g9"'), "that moves, got g9"),
    "never": (ARM + FINGERS.replace('multiplier="-0.5"', 'multiplier="0"'), "must not be 0"),
    "xacro": (
        '<xacro:macro name="a"/>' + ARM,
        r"is a xacro file, .* xacro robot.urdf > robot.urdf",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_cannot_be_are_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    elements, message = REFUSED[name]
    assert elements != ARM
    with pytest.raises(InputError, match=message) as refused:
        read_description(written(tmp_path, elements))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must be a URDF or SDF: no element found"),
        (b"<robot><link", "must be a URDF or SDF: .*line 1"),
        (b"\x89PNG\r\n\x1a\n\0\0", "must be a URDF or SDF"),
        (b"<html/>", "must be a URDF or SDF, got <html>"),
        (b"<mujoco/>", "got MuJoCo's MJCF"),
        (b"<sdf><world/></sdf>", "must hold one model, got 0"),
        (b"<a>" * 100_000, "must be at most 64 elements deep"),
        (
            b"<!DOCTYPE robot [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><robot name='&b;'/>",
            "must declare no entities, got a",
        ),
        (
            b"<!DOCTYPE robot [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><robot>&a;</robot>",
            "must declare no entities, got a",
        ),
        (
            b"<?xml version='1.0' encoding='klingon'?><robot/>",
            "SDF: unknown encoding",
        ),
    ],
)
def test_what_is_no_robot_file_is_named_as_what_it_is(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "robot.urdf"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_description(path)


def test_a_folder_is_no_robot_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_description(tmp_path)


SDF_REFUSED = {
    "<include/>": "model m of robot.sdf must hold only .*, got include",
    "<pose relative_to='a'>0 0 0 0 0 0</pose>": "must not be relative to other frames, got a",
    "<pose degrees='true'>0 0 0 0 0 0</pose>": "must be x y z roll pitch yaw in radians",
    "<link name='a'><pose>0 0 0</pose></link>": "pose in link a of robot.sdf must be 6 numbers",
}


@pytest.mark.parametrize("element", SDF_REFUSED)
def test_sdf_files_that_pybullet_would_misread_are_refused(element: str, tmp_path: Path) -> None:
    path = tmp_path / "robot.sdf"
    path.write_text(f"<sdf><model name='m'>{element}</model></sdf>")
    with pytest.raises(InputError, match=SDF_REFUSED[element]):
        read_description(path)


def test_packages_are_found_where_ros_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = ARM.replace(BOX, '<mesh filename="package://my_arm/meshes/a.stl"/>', 1)
    path = written(tmp_path / made(tmp_path / "robots"), named)
    package = made(tmp_path / "elsewhere/src/my_arm_description")
    mesh = made(package / "meshes") / "a.stl"
    mesh.write_bytes(b"")
    (package / "package.xml").write_text("<package><name>my_arm</name></package>")
    found: list[Path | None] = []
    for folder in (package, tmp_path / "elsewhere/src", tmp_path / "elsewhere"):
        description = read_description(path, packages=(folder,))
        found.append(description.link["base"].visuals[0].geometry.file)
        monkeypatch.setenv("ROS_PACKAGE_PATH", f"/nowhere:{folder}")
        found.append(read_description(path).link["base"].visuals[0].geometry.file)
        monkeypatch.delenv("ROS_PACKAGE_PATH")
    beside = written(made(package / "urdf"), named)
    found.append(read_description(beside).link["base"].visuals[0].geometry.file)
    assert found == [mesh] * 7
    with pytest.raises(InputError, match="if the package my_arm is elsewhere"):
        read_description(path)


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_meshes_are_found_beside_the_file_and_above_it(tmp_path: Path) -> None:
    shutil.copy(Path(data_path()) / "kuka_iiwa/meshes/link_0.stl", tmp_path / "a.stl")
    folder = made(tmp_path / "urdf")
    for name in ("../a.stl", "a.stl", "/a.stl", f"file://{tmp_path}/a.stl", f"{tmp_path}/a.stl"):
        path = written(folder, ARM.replace(BOX, f'<mesh filename="{name}"/>', 1))
        file = read_description(path).link["base"].visuals[0].geometry.file
        assert file is not None
        assert file.resolve() == (tmp_path / "a.stl").resolve()


FILES = (
    "franka_panda/panda.urdf",
    "xarm/xarm6_with_gripper.urdf",
    "kuka_iiwa/kuka_with_gripper2.sdf",
    "kuka_iiwa/model.urdf",
    "pr2_gripper.urdf",
    "mini_cheetah/mini_cheetah.urdf",
    "aliengo/aliengo.urdf",
    "tray/traybox.urdf",
)


@pytest.mark.parametrize("name", FILES)
def test_pybullet_understands_its_own_files_as_we_do(name: str) -> None:
    """It is the oracle of where links, joints and shapes are, and what they weigh."""
    path = Path(data_path()) / name
    theirs, ours = connect(), connect()
    with silence():
        if path.suffix == ".sdf":
            body = theirs.loadSDF(str(path))[0]
        else:
            body = theirs.loadURDF(str(path), useFixedBase=1)
    description = read_file(Path(name), "robot")
    own = load_body(ours, description, (0.0, 0.0, 0.0))
    links = range(theirs.getNumJoints(body))
    infos = [theirs.getJointInfo(body, number) for number in links]
    assert infos == [ours.getJointInfo(own, number) for number in links]
    for number in links:
        assert theirs.getDynamicsInfo(body, number) == ours.getDynamicsInfo(own, number)
        assert theirs.getAABB(body, number) == ours.getAABB(own, number)
    names = [theirs.getBodyInfo(body)[0].decode(), *(info[12].decode() for info in infos)]
    shown = [(k - 1, own) for k, name in enumerate(names) for own in description.link[name].visuals]
    shapes = theirs.getVisualShapeData(body)
    assert len(shown) == len(shapes)
    for shape, (number, visual) in zip(shapes, shown, strict=True):
        assert shape[1] == number
        assert shape[5] == pytest.approx(visual.pose.position, abs=1e-12)
        turn = np.reshape(theirs.getMatrixFromQuaternion(shape[6]), (3, 3))
        np.testing.assert_allclose(turn_of(visual.pose.rpy), turn, atol=1e-6)
        assert shape[7][:3] == pytest.approx(visual.color or (1.0, 1.0, 1.0), abs=1e-6)
        assert shape[4].decode() == str(visual.geometry.file or "")
    theirs.disconnect()
    ours.disconnect()


def test_long_lines_are_read_whole(tmp_path: Path) -> None:
    """PyBullet breaks them after 8 KiB, wherever that is: in a number, for example."""
    path = written(tmp_path, f"<!-- {'x' * 8100} -->{ARM}")
    client = connect()
    loaded = load_robot(client, robot_of(path))
    assert loaded.link_names == ("base", "arm", "hand")
    assert loaded.arm.upper.tolist() == [2.0, 2.0]
    client.disconnect()


def test_names_may_have_any_letters(tmp_path: Path) -> None:
    path = written(tmp_path, ARM.replace('"j1"', '"Gelenk №1 &lt;äöü&gt; &amp; more"'))
    name = "Gelenk №1 <äöü> & more"
    client = connect()
    assert load_robot(client, robot_of(path, arm_joints=(name, "j2"))).arm.names[0] == f"{name}_rad"
    client.disconnect()


def test_frames_weigh_nothing_and_others_are_told_to_be_taken_for_1_kg(tmp_path: Path) -> None:
    frame = '<link name="frame"/>' + joint("f", "hand", "frame", kind="fixed", limit="")
    unknown = link("tip", inertial="") + joint("t", "hand", "tip", kind="fixed", limit="")
    path = written(tmp_path, ARM + frame + unknown)
    with pytest.warns(UserWarning, match="robot.urdf does not say what tip weigh: 1 kg is taken"):
        make("Reach", robot=robot_of(path))
    client = connect()
    loaded = load_robot(client, robot_of(path))
    masses = [client.getDynamicsInfo(loaded.body, number)[0] for number in range(4)]
    assert dict(zip(loaded.link_names[1:], masses, strict=True)) == pytest.approx(
        {"arm": 1.0, "hand": 1.0, "frame": 1e-6, "tip": 1.0}
    )
    client.disconnect()


def test_what_exporters_leave_out_is_no_hindrance(tmp_path: Path) -> None:
    """Names of materials, moments of inertia, which PyBullet works out itself, or all of both."""
    inertia = '<inertia ixx="0.01" iyy="0.01" izz="0.01"/>'
    rounded = '<inertia ixx="-5e-20" iyy="0.01" izz="0.01"/>'
    elements = (
        ARM.replace('name="red"', 'name=""')
        .replace(inertia, "", 1)
        .replace(inertia, rounded, 1)
        .replace(inertia, '<inertia iyy="0.01"/>', 1)
    )
    empty = link("tip", inertial="<inertial/>") + joint("t", "hand", "tip", kind="fixed", limit="")
    description = read_description(written(tmp_path, elements + empty))
    assert description.link["base"].visuals[0].color == (0.8, 0.2, 0.2)
    client = connect()
    body = load_body(client, description, (0.0, 0.0, 0.0))
    assert [client.getDynamicsInfo(body, k)[0] for k in range(3)] == [1.0, 1.0, 1.0]
    client.disconnect()


def test_fixtures_go_through_the_same_checks(tmp_path: Path) -> None:
    path = written(tmp_path, ARM + link("lonely"))
    with pytest.raises(InputError, match="must have one root link, got base, lonely"):
        load_fixture(connect(), Fixture(urdf=path))
    moving = written(tmp_path, ARM + FINGERS)
    loaded = load_fixture(connect(), Fixture(urdf=moving, start=(0.1, 0.2, 0.02)))
    assert loaded.joints.names == ("j1_rad", "j2_rad", "g1_m")
    assert INERTIAL in ARM
