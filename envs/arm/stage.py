"""N arms at their tables as cameras see them."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mount import MountedCamera
from autonomy.camera.portrait import Portrait
from autonomy.camera.rig import CameraRig, named_images
from autonomy.camera.scene import Scene
from autonomy.envs.arm.arm_state import Shared
from autonomy.envs.arm.episodes import Episodes
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.arm_scene import ArmScene, Extras
from autonomy.envs.arm.scene.materials import Material
from autonomy.envs.arm.scene.robot_meshes import robot_meshes
from autonomy.envs.arm.scene.views import CameraBodies
from autonomy.envs.arm.start import EpisodeStart
from autonomy.envs.arm.task import Task
from autonomy.policy import Observation
from autonomy.randomization import Sampler


class Props:
    """What stands on a stage: the meshes, which take seconds to read."""

    def __init__(
        self, robot: Robot, triangles: int | None, task: Task, start: EpisodeStart, extras: Extras
    ) -> None:
        """Remember what is to be read, for a robot of at most so many triangles."""
        self.task, self._robot, self._triangles = task, robot, triangles
        self._start, self._extras = start, extras

    def scene(self, num_envs: int) -> ArmScene:
        """Read the meshes, and make the scene of N worlds."""
        meshes = robot_meshes(self._robot, self._triangles, Material.ROBOT)
        catalogue, objects = self._start.catalogue, self.task.objects
        return ArmScene(num_envs, meshes, catalogue, objects, self._extras)

    @property
    def sampler(self) -> Sampler:
        """Of the randomisation."""
        return self._start.sampler


class Stage:
    """The looks and the cameras of N arms.

    Attributes:
        rig: The cameras.
    """

    def __init__(
        self,
        props: Props,
        rig: CameraRig,
        camera_bodies: CameraBodies,
        shared: Shared,
        episodes: Episodes,
    ) -> None:
        """Prepare to show what `shared` and `episodes` say of N worlds."""
        self.rig = rig
        self._props, self._camera_bodies = props, camera_bodies
        self._shared, self._episodes = shared, episodes
        self._every_row = np.arange(len(episodes.goal))
        self._drawn: ArmScene | None = None  # until somebody looks

    @property
    def _scene(self) -> ArmScene:
        if self._drawn is None:
            self._drawn = self._props.scene(len(self._every_row))
            self._drawn.dress(self._every_row, self._records(self._every_row))
        return self._drawn

    def dress(self, rows: NDArray[np.intp]) -> NDArray[np.void]:
        """Bring the random draws of some rows to their looks and mounts, and return them `(n,)`."""
        draws = self._records(rows)
        self.rig.mount(rows, draws)
        if self._drawn is not None:
            self._drawn.dress(rows, draws)
        return draws

    def aim(self, rows: NDArray[np.intp]) -> None:
        """Bring the cameras of some rows to where what they are mounted on is."""
        on = self._camera_bodies.poses(self._shared.bodies, rows)
        self.rig.aim(rows, on, self._episodes.elapsed[rows])

    def observe(self, rows: NDArray[np.intp], goal_marker: bool) -> Observation:
        """Return the images of some rows."""
        see = self.see_goal if goal_marker else self.see
        return named_images(self.rig.observe(*see(rows), rows))

    def see(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and what is in front of the cameras of some rows."""
        return self._scene.library, self._of(rows, self._seen())

    def see_goal(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return what `see` does, with a mark at the goal."""
        return self._scene.library, self._of(rows, self._marked())

    def pictures(self, view: MountedCamera) -> tuple[NDArray[np.uint8], ...]:
        """Return what a camera that stands still sees of each world, for people."""
        views = np.tile(view.mount.camera_from_body, (len(self._every_row), 1, 1))
        return Portrait(view.camera).pictures(self._scene.library, self._marked(), views)

    def _records(self, rows: NDArray[np.intp]) -> NDArray[np.void]:
        return self._props.sampler.records(self._episodes.draws[rows])

    def _seen(self) -> Scene:
        return self._scene.seen(self._shared.bodies, self._shared.setup)

    def _marked(self) -> Scene:
        mark = self._props.task.place_of(self._episodes.goal, self._shared.bodies)
        return self._scene.with_goal(self._seen(), mark)

    def _of(self, rows: NDArray[np.intp], scene: Scene) -> Scene:
        return scene.rows(rows) if len(rows) < len(self._every_row) else scene
