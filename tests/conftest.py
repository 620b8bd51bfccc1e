"""A robot that nobody sells, made of boxes and a cylinder; and the same examples in every run."""

import os

import gymnasium
import pytest
from hypothesis import settings

from autonomy.envs.arm.robot import Robot

wanted = os.environ.get("GYMNASIUM", gymnasium.__version__)
if gymnasium.__version__ != wanted:  # `make check` asks for the oldest one too
    pytest.exit(f"Gymnasium must be {wanted} here, got {gymnasium.__version__}", returncode=1)

settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")  # `--hypothesis-profile default` searches further

STICK_ARM = """<?xml version="1.0"?>
<robot name="stick_arm">
  <link name="foot">
    <inertial><origin xyz="0.02 0 0.05"/><mass value="5"/>
      <inertia ixx="0.1" iyy="0.1" izz="0.1" ixy="0" ixz="0" iyz="0"/></inertial>
    <visual><origin xyz="0 0 0.1"/><geometry><box size="0.2 0.2 0.2"/></geometry></visual>
  </link>
  <joint name="turn" type="continuous">
    <parent link="foot"/><child link="mast"/><origin xyz="0 0 0.2"/><axis xyz="0 0 1"/>
    <limit effort="50" velocity="2"/>
  </joint>
  <link name="mast">
    <inertial><origin xyz="0 0 0.15"/><mass value="2"/>
      <inertia ixx="0.02" iyy="0.02" izz="0.02" ixy="0" ixz="0" iyz="0"/></inertial>
    <visual><origin xyz="0 0 0.15" rpy="0.3 0 0"/>
      <geometry><cylinder radius="0.06" length="0.3"/></geometry></visual>
  </link>
  <joint name="lift" type="revolute">
    <parent link="mast"/><child link="boom"/><origin xyz="0 0 0.3"/><axis xyz="0 1 0"/>
    <limit lower="-1.0" upper="1.0" effort="50" velocity="2"/>
  </joint>
  <link name="boom">
    <inertial><origin xyz="0.15 0 0"/><mass value="1"/>
      <inertia ixx="0.01" iyy="0.01" izz="0.01" ixy="0" ixz="0" iyz="0"/></inertial>
    <visual><origin xyz="0.3 0.05 0" rpy="0.2 0.5 0"/>
      <geometry><box size="0.5 0.08 0.12"/></geometry></visual>
  </link>
</robot>
"""


@pytest.fixture(scope="session")
def stick_arm(tmp_path_factory: pytest.TempPathFactory) -> Robot:
    path = tmp_path_factory.mktemp("robots") / "stick_arm.urdf"
    path.write_text(STICK_ARM, encoding="utf-8")
    return Robot(path, ("turn", "lift"), "boom", home=(0.3, 0.2), tool_point=(0.4, 0.0, 0.0))
