"""N arms at their tables as cameras see them: what an episode and a labelled frame have alike."""

from collections.abc import Collection, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mount import MountedCamera
from autonomy.camera.portrait import Portrait
from autonomy.camera.scene import Scene
from autonomy.camera.texture import Coverings
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.physics.arm_state import Shared, allocate
from autonomy.envs.arm.physics.simulation import Design, Facts
from autonomy.envs.arm.physics.table import FLOOR
from autonomy.envs.arm.scene.appearance import COVERED
from autonomy.envs.arm.scene.arm_scene import ArmScene, Extras
from autonomy.envs.arm.scene.link_meshes import LinkMeshes, fixture_meshes, robot_meshes
from autonomy.envs.arm.scene.materials import Material
from autonomy.envs.arm.scene.outlines import TABLE_EDGE, outline
from autonomy.envs.arm.scene.portrait_view import portrait_view
from autonomy.envs.arm.scene.views import OVERVIEW, CameraBodies
from autonomy.envs.arm.start import EpisodeStart
from autonomy.shown_world import Outlook
from autonomy.stage import NO_EYES, Stage
from autonomy.world import MapLines

_MIDDLE = (0.0, 0.0, 0.1)  # [m] of what happens at a table


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
        task.fixtures,
    )


class ArmStage(Stage):
    """The looks and the cameras of N arms.

    Attributes:
        shared: Where everything is.
        goal: `(N, G)` what is marked.
    """

    def __init__(
        self,
        options: ArmOptions,
        start: EpisodeStart,
        facts: Facts,
        shared: Shared,
        eyes: Mapping[str, MountedCamera] = NO_EYES,
    ) -> None:
        """Prepare to show what `shared` says of N worlds; `eyes` are the cameras of perception.

        Raises:
            InputError: A camera is on a body that there is not, or a texture cannot be read.
        """
        count = len(shared.actions)
        super().__init__(count, options, options.ranges, eyes)
        cameras = {**options.sized_cameras(), **eyes}
        self._camera_bodies = CameraBodies(cameras, facts)
        self._options, self._start = options, start
        self._coverings = Coverings(options.ranges, COVERED, options.split)
        self.shared, self.goal = shared, np.zeros((count, options.chosen_task.goal_size))
        self._draws = np.zeros((count, self.sampler.size))
        self._drawn: ArmScene | None = None  # until somebody looks: meshes take seconds to read

    @property
    def _scene(self) -> ArmScene:
        if self._drawn is None:
            self._drawn = self._make_scene()
            self._drawn.dress(self._every_row, self.sampler.records(self._draws))
        return self._drawn

    @cached_property
    def _robot(self) -> LinkMeshes:
        options = self._options
        return robot_meshes(options.chosen_robot, options.triangles, Material.ROBOT)

    @cached_property
    def _portrait(self) -> MountedCamera:
        return portrait_view(self._options.chosen_robot, self._robot)

    def _make_scene(self) -> ArmScene:
        options, start, ranges = self._options, self._start, self._options.ranges
        meshes = self._robot
        clutter, has_shadows = start.clutter, ranges.shadow.high[0] > 0.0
        extras = Extras(
            clutter.shapes, clutter.most, ranges.has_patterns, has_shadows, self._coverings
        )
        task, first = options.chosen_task, Material.ROBOT + len(meshes.colors)
        return ArmScene(
            len(self._every_row),
            meshes,
            start.catalogue,
            task.objects,
            extras,
            fixture_meshes(task.fixtures, options.triangles, first),
        )

    def dress(self, rows: NDArray[np.intp], draws: NDArray[np.float64]) -> None:
        """Bring random draws `(n, K)` to the looks and the mounts of some rows."""
        super().dress(rows, draws)
        self._draws[rows] = draws
        if self._drawn is not None:
            self._drawn.dress(rows, self.sampler.records(draws))

    def bodies(self, rows: NDArray[np.intp]) -> Mapping[str, NDArray[np.float64]]:
        """Return the poses of the world, the tools and links, where they have cameras."""
        return self._camera_bodies.poses(self.shared.bodies, rows)

    def see(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and what is in front of the cameras of some rows."""
        scene = self._marked() if self._options.goal_marker else self._seen()
        return self._scene.library, self.some(rows, self._lit(scene))

    def look(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return what `see` does, with a mark at the goal."""
        return self._scene.library, self.some(rows, self._lit(self._marked()))

    def surroundings(self) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and all that is there, with a mark at the goal."""
        return self._scene.library, self._marked()

    def outlook(self) -> Outlook:
        """Return where the camera in the room is, and the middle of each table's top."""
        count = len(self._every_row)
        place = self._portrait.mount.position
        return Outlook(np.tile(place, (count, 1)), np.tile(_MIDDLE, (count, 1)))

    def draw_names(self, hand: Collection[int]) -> list[str]:
        """Return what each draw shows, see `ArmScene.draw_names`."""
        return self._scene.draw_names(hand)

    def pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """Return what a camera in the room sees of each table."""
        return self._pictures(self._portrait)

    def overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return pictures of each table from above."""
        return self._pictures(OVERVIEW)

    def map_places(self) -> NDArray[np.float64]:
        """Return `(N, 2)` where the tools are [m]."""
        return self.shared.bodies.tool_position[:, :2].copy()

    def map_lines(self, row: int) -> MapLines:
        """Return the table's edge, where things lay and lie, and the mark of the goal."""
        task, bodies, setup = self._options.chosen_task, self.shared.bodies, self.shared.setup
        shapes = [self._start.catalogue[number] for number in setup.shape[row].tolist()]
        before = [outline(*own) for own in zip(shapes, setup.object_start[row], strict=True)]
        now = [outline(*own) for own in zip(shapes, bodies.object_pose[row], strict=True)]
        goal = task.mark(self.goal, bodies)[row : row + 1]
        marks = [goal[:, :2]] if goal[0, 2] > FLOOR else []  # there may be none
        return {"thing": now, "thing at the start": before, "table": [TABLE_EDGE], "goal": marks}

    def _pictures(self, view: MountedCamera) -> tuple[NDArray[np.uint8], ...]:
        views = np.tile(view.mount.camera_from_body, (len(self._every_row), 1, 1))
        scene = self._scene.shadowed(self._marked())
        return Portrait(view.camera).pictures(self._scene.library, scene, views)

    def _lit(self, scene: Scene) -> Scene:
        return self._scene.shadowed(scene) if self._options.shadows else scene

    def _seen(self) -> Scene:
        return self._scene.seen(self.shared.bodies, self.shared.setup)

    def _marked(self) -> Scene:
        mark = self._options.chosen_task.mark(self.goal, self.shared.bodies)
        return self._scene.with_goal(self._seen(), mark)


def still_stage(num_envs: int, options: ArmOptions, start: EpisodeStart, facts: Facts) -> ArmStage:
    """Return a stage of N arms that no physics moves, but whoever writes to its arrays."""
    return ArmStage(options, start, facts, allocate(num_envs, facts.sizes))
