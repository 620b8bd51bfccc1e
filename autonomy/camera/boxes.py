"""Bounding boxes of the things in an image, from its instances and classes."""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from autonomy.compiled import compiled, compiled_parallel


@compiled_parallel
def boxes_of(
    instance: NDArray[np.int32],
    semantic: NDArray[np.uint8],
    class_of: NDArray[np.int64],
    fewest: int,
    room: int,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return a box around the visible pixels of each thing, those of the most pixels first.

    Args:
        instance: `(N, H, W)`, negative where nothing is seen; a thing has one class.
        semantic: `(N, H, W)` ids.
        class_of: For each semantic id the class of its box, -1 for what gets no box.
        fewest: Pixels that a thing must show.
        room: B, the most boxes of a frame.

    Returns:
        Boxes `(N, B, 4)`, left, top, right, bottom [px], the outer edges of their pixels, of which
        the first begins at 0; and their classes `(N, B)`, -1 where there is no box.
    """
    boxes = np.zeros((len(instance), room, 4), np.float32)
    classes = np.full((len(instance), room), -1, np.int64)
    for frame in prange(len(instance)):
        i = np.int64(frame)
        found = _extents(instance[i], semantic[i], class_of)
        _keep_largest(found, fewest, boxes[i], classes[i])
    return boxes, classes


@compiled_parallel
def things_in_boxes(
    instance: NDArray[np.int32],
    semantic: NDArray[np.uint8],
    class_of: NDArray[np.int64],
    fewest: int,
    room: int,
) -> NDArray[np.uint8]:
    """Return whose pixel each is, `(N, H, W)`: the box of `boxes_of`, counted from 1, or 0.

    The arguments are those of `boxes_of`.
    """
    things = np.empty(instance.shape, np.uint8)
    for frame in prange(len(instance)):
        i = np.int64(frame)
        found = _extents(instance[i], semantic[i], class_of)
        box_of = np.zeros(len(found) + 1, np.uint8)  # the last one is nothing's
        order = np.argsort(-found[:, 1], kind="mergesort")
        for place in range(min(room, len(order))):
            if found[order[place], 1] < fewest:
                break
            box_of[order[place]] = place + 1
        for y in range(instance.shape[1]):
            for x in range(instance.shape[2]):
                things[i, y, x] = box_of[max(instance[i, y, x], -1)]
    return things


@compiled
def _extents(
    instance: NDArray[np.int32], semantic: NDArray[np.uint8], class_of: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return class, pixels, left, top, right and bottom of each instance `(I, 6)`."""
    height, width = instance.shape
    found = np.empty((max(instance.max() + 1, 0), 6), np.int64)
    found[:, 0], found[:, 1] = -1, 0
    for y in range(height):
        for x in range(width):
            kind, thing = class_of[semantic[y, x]], instance[y, x]
            if kind < 0 or thing < 0:
                continue
            own = found[thing]
            if own[1] == 0:
                own[0], own[2], own[3], own[4], own[5] = kind, x, y, x, y
            own[1] += 1
            own[2], own[4] = min(own[2], x), max(own[4], x)
            own[5] = y
    return found


@compiled
def _keep_largest(
    found: NDArray[np.int64],
    fewest: int,
    boxes: NDArray[np.float32],
    classes: NDArray[np.int64],
) -> None:
    """Write the boxes of the things with the most pixels."""
    order = np.argsort(-found[:, 1], kind="mergesort")
    for place in range(min(len(classes), len(order))):
        own = found[order[place]]
        if own[1] < fewest:
            break
        classes[place] = own[0]
        boxes[place, 0], boxes[place, 1] = own[2], own[3]
        boxes[place, 2], boxes[place, 3] = own[4] + 1, own[5] + 1
