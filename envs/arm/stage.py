"""N arms at their tables as cameras see them: what an episode and a labelled frame have alike."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.library import MeshLibrary
from autonomy.camera.portrait import Portrait
from autonomy.camera.rig import CameraRig
from autonomy.camera.scene import Scene
from autonomy.envs.arm.episodes import Episodes, EpisodeStart
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.physics.arm_state import Shared, allocate
from autonomy.envs.arm.physics.simulation import Design, Facts
from autonomy.envs.arm.scene.arm_scene import ArmScene, Extras
from autonomy.envs.arm.scene.materials import Material
from autonomy.envs.arm.scene.robot_meshes import robot_meshes
from autonomy.envs.arm.scene.views import CameraBodies
from autonomy.policy import Observation


def design(options: ArmOptions, start: EpisodeStart) -> Design:
    """Return what all simulations of worlds with such options have in common."""
    task, clutter = options.chosen_task, start.clutter
    return Design(
        options.chosen_robot,
        options.control,
        task.uses_gripper,
        start.catalogue,
        task.objects,
        options.control_rate,
        options.substeps,
        clutter.shapes,
        clutter.most,
    )


class Stage:
    """The looks and the cameras of N arms.

    Attributes:
        rig: The cameras.
        shared: Where everything is.
        episodes: What else there is to show.
    """

    def __init__(
        self,
        options: ArmOptions,
        start: EpisodeStart,
        facts: Facts,
        shared: Shared,
        episodes: Episodes,
    ) -> None:
        """Prepare to show what `shared` and `episodes` say of N worlds.

        Raises:
            InputError: A camera is on a body that there is not.
        """
        cameras, count = options.sized_cameras(), len(episodes.goal)
        self.rig = CameraRig(cameras, options.images, count, options.ranges.sensor)
        self._camera_bodies = CameraBodies(cameras, facts)
        self._options, self._start = options, start
        self.shared, self.episodes = shared, episodes
        self._every_row = np.arange(count)
        self._drawn: ArmScene | None = None  # until somebody looks: meshes take seconds to read

    @property
    def _scene(self) -> ArmScene:
        if self._drawn is None:
            self._drawn = self._make_scene()
            self._drawn.dress(self._every_row, self._records(self._every_row))
        return self._drawn

    def _make_scene(self) -> ArmScene:
        options, start, ranges = self._options, self._start, self._options.ranges
        meshes = robot_meshes(options.chosen_robot, options.triangles, Material.ROBOT)
        clutter, has_shadows = start.clutter, ranges.shadow.high[0] > 0.0
        extras = Extras(clutter.shapes, clutter.most, ranges.has_patterns, has_shadows)
        objects = options.chosen_task.objects
        return ArmScene(len(self._every_row), meshes, start.catalogue, objects, extras)

    def dress(self, rows: NDArray[np.intp]) -> NDArray[np.void]:
        """Bring the random draws of some rows to their looks and mounts, and return them `(n,)`."""
        draws = self._records(rows)
        self.rig.mount(rows, draws)
        if self._drawn is not None:
            self._drawn.dress(rows, draws)
        return draws

    def aim(self, rows: NDArray[np.intp]) -> None:
        """Bring the cameras of some rows to where what they are mounted on is."""
        on = self._camera_bodies.poses(self.shared.bodies, rows)
        self.rig.aim(rows, on, self.episodes.elapsed[rows])

    def poses(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the poses `(n, 3, 4)` of the world itself, where perception's cameras stand."""
        return np.tile(np.eye(3, 4), (len(rows), 1, 1))

    def observe(self, rows: NDArray[np.intp]) -> Observation:
        """Return the images of some rows."""
        see = self.see_goal if self._options.goal_marker else self.see
        return self.rig.observe(*see(rows), rows)

    def see(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and what is in front of the cameras of some rows."""
        return self._scene.library, self._of(rows, self._seen())

    def see_goal(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return what `see` does, with a mark at the goal."""
        return self._scene.library, self._of(rows, self._marked())

    def draw_names(self, hand: Collection[int]) -> list[str]:
        """Return what each draw shows, see `ArmScene.draw_names`."""
        return self._scene.draw_names(hand)

    def pictures(self, camera: Camera) -> tuple[NDArray[np.uint8], ...]:
        """Return what a camera that stands still sees of each world, for people."""
        views = np.tile(camera.camera_from_body, (len(self._every_row), 1, 1))
        return Portrait(camera).pictures(self._scene.library, self._marked(), views)

    def _records(self, rows: NDArray[np.intp]) -> NDArray[np.void]:
        return self._start.sampler.records(self.episodes.draws[rows])

    def _seen(self) -> Scene:
        return self._scene.seen(self.shared.bodies, self.shared.setup)

    def _marked(self) -> Scene:
        mark = self._options.chosen_task.mark(self.episodes.goal, self.shared.bodies)
        return self._scene.with_goal(self._seen(), mark)

    def _of(self, rows: NDArray[np.intp], scene: Scene) -> Scene:
        return scene.rows(rows) if len(rows) < len(self._every_row) else scene


def still_stage(num_envs: int, options: ArmOptions, start: EpisodeStart, facts: Facts) -> Stage:
    """Return a stage of N arms that no physics moves, but whoever writes to its arrays."""
    shared = allocate(num_envs, facts.sizes)
    return Stage(options, start, facts, shared, start.room(num_envs))
