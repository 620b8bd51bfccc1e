"""Labelled frames of the lane world: any pose on any road, nothing stepped."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.boxes import boxes_of, things_in_boxes
from autonomy.camera.classes import SemanticClass
from autonomy.camera.rig import IMAGES
from autonomy.camera.sensor import PERFECT
from autonomy.envs.lane.labels.lane_lines import lane_lines, seen_stations
from autonomy.envs.lane.labels.posed_frames import PosedCars, PosedFrames
from autonomy.envs.lane.labels.segments import Segment, find_segments
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.perceived import lane_quantities
from autonomy.envs.lane.physics.routes import route_of
from autonomy.envs.lane.scene.appearance import PRESETS, LaneRandomization
from autonomy.errors import InputError
from autonomy.linear_algebra import products
from autonomy.perception.lane.metrics import lane_rows
from autonomy.perception.lane.shape import LANE_QUANTITIES
from autonomy.perception.samples import Samples, image_labels
from autonomy.randomization import preset
from autonomy.seed import checked_seed

_ROUTE = 1.0  # [m] of road ahead, besides what is seen of it
_FEWEST_PIXELS, _MOST_BOXES = 8, 24
_IMAGES = {
    "segments": ("semantic", "depth"),
    "boxes": ("semantic", "instance"),
    "instances": ("semantic", "instance"),
}
_BOX_CLASSES = {
    "vehicle": SemanticClass.VEHICLE,
    "post": SemanticClass.POST,
    "tree": SemanticClass.VEGETATION,
    "building": SemanticClass.BUILDING,
}
_GROUPS = (
    "sun_strength",
    "sun_elevation",
    "visibility",
    "asphalt",
    "paint",
    "camera_pitch",
    "camera_yaw",
)


class LaneSamples:
    """Draws labelled frames of the front camera.

    Every frame has its own look, its own mount of the camera, and a pose up to 1.75 m and 0.3 rad
    from its lane's.

    Attributes:
        labels: What can be labelled, and the names of what it tells.
        frame_sizes: Height and width of frames [px] that a label needs more of: far things are
            small.
        lane_rows: `(R,)` rows [px] in which `lanes` `(n, 4, R)` has the columns of lines.
    """

    labels: Mapping[str, tuple[str, ...]] = {
        "segments": tuple(segment.name.lower() for segment in Segment),
        "boxes": tuple(_BOX_CLASSES),
        "instances": (),
        "quantities": LANE_QUANTITIES,
        "lanes": (),
        **image_labels(),
    }
    frame_sizes: Mapping[str, tuple[int, int]] = {"boxes": (160, 256)}

    def __init__(
        self,
        split: str = "train",
        seed: int = 0,
        image_size: tuple[int, int] = (96, 160),
        randomization: str | LaneRandomization = "default",
    ) -> None:
        """Prepare to draw.

        Args:
            split: `train`, `validation` or `test`: whose roads these are.
            seed: The same seed gives the same frames.
            image_size: Height and width of frames [px], by default 96 and 160.
            randomization: How much varies: `default`, `none`, `strong` or ranges of one's own.

        Raises:
            InputError: An option is out of range or unknown.
        """
        checked_seed(seed)
        ranges = preset(randomization, PRESETS)
        # a single frame has no past from which another could arrive
        prompt = replace(ranges.sensor, latency=PERFECT.latency)
        options = LaneOptions(
            split=split,
            image_size=image_size,
            randomization=replace(ranges, sensor=prompt),
            route_length=_ROUTE,
        )
        self._cars = PosedCars(options, seed)
        self._description = {
            "world": "lane",
            "split": split,
            "seed": seed,
            "image_size": list(image_size),
            "randomization": randomization if isinstance(randomization, str) else asdict(ranges),
        }
        height, self._width = image_size
        self.lane_rows = lane_rows(height)

    def description(self) -> dict[str, Any]:
        """Return what decides the samples, in JSON values: world, split, seed, options."""
        return dict(self._description)

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Return `count` samples with some of the `labels`.

        They follow from the source's seed, `batch` and `count` alone.

        Raises:
            InputError: There is no such label.
        """
        for label in labels:
            if label not in self.labels:
                raise InputError(f"labels must be some of {', '.join(self.labels)}, got {label!r}")
        wanted = {name for label in labels for name in _IMAGES.get(label, (label,))}
        images = tuple(name for name in IMAGES if name == "camera" or name in wanted)
        frames = self._cars.frames(batch, count, images)
        find = {
            "segments": _segments,
            "boxes": _boxes,
            "instances": _instances,
            "quantities": _quantities,
            "lanes": self._lanes,
        }
        samples: Samples = {"camera": frames.images["camera"]}
        for label in labels:
            samples |= find[label](frames) if label in find else {label: frames.images[label]}
        return {**samples, **_groups(frames)}

    def _lanes(self, frames: PosedFrames) -> Samples:
        lines = [
            lane_lines(road, lane, seen, projection, self.lane_rows, self._width)
            for road, lane, seen, projection in zip(
                frames.roads,
                frames.lanes.tolist(),
                _stations(frames),
                _projections(frames),
                strict=True,
            )
        ]
        return {"lanes": np.stack(lines)}


def _segments(frames: PosedFrames) -> Samples:
    images = frames.images
    return {
        "segments": find_segments(
            images["semantic"],
            images["depth"],
            frames.lenses,
            frames.camera_from_world,
            frames.routes,
            frames.vehicles.route,
            frames.location.station,
        )
    }


def _boxes(frames: PosedFrames) -> Samples:
    instance, semantic = frames.images["instance"], frames.images["semantic"]
    boxes, classes = boxes_of(instance, semantic, _BOX_CLASS_OF, _FEWEST_PIXELS, _MOST_BOXES)
    return {"boxes": boxes, "box_classes": classes}


def _instances(frames: PosedFrames) -> Samples:
    instance, semantic = frames.images["instance"], frames.images["semantic"]
    things = things_in_boxes(instance, semantic, _BOX_CLASS_OF, _FEWEST_PIXELS, _MOST_BOXES)
    return {"instances": things}


def _quantities(frames: PosedFrames) -> Samples:
    return {"quantities": lane_quantities(frames.vehicles, frames.location, frames.routes)}


def _stations(frames: PosedFrames) -> list[NDArray[np.int64]]:
    """Return the stations of n roads between which lines are looked for."""
    routes = [route_of(frames.routes, number) for number in frames.vehicles.route]
    return list(map(seen_stations, frames.roads, routes, frames.location.station.tolist()))


def _groups(frames: PosedFrames) -> Samples:
    groups = {f"group_{name}": frames.drawn[name].copy() for name in _GROUPS}
    return {**groups, "group_camera_height": frames.drawn["camera_shift"][:, 2].copy()}


def _projections(frames: PosedFrames) -> NDArray[np.float64]:
    """Return what brings points of the world to homogeneous pixels, `(n, 3, 4)`."""
    matrices = np.tile(np.eye(3), (len(frames.lenses), 1, 1))
    matrices[:, (0, 1, 0, 1), (0, 1, 2, 2)] = frames.lenses
    return products(matrices, frames.camera_from_world)


def _box_class_of() -> NDArray[np.int64]:
    """Return the box class of each semantic class, -1 for none."""
    table = np.full(max(SemanticClass) + 1, -1)
    table[list(_BOX_CLASSES.values())] = np.arange(len(_BOX_CLASSES))
    return table


_BOX_CLASS_OF = _box_class_of()
