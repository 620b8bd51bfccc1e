"""What an arm world is made of: rows of the palette."""

from enum import IntEnum


class Material(IntEnum):
    """The first rows of the palette; the robot's colours come from `ROBOT` on, then fixtures'."""

    FLOOR = 0
    TABLE = 1
    FIRST_OBJECT = 2
    SECOND_OBJECT = 3
    GOAL = 4
    CLUTTER = 5  # and two more
    ROBOT = 8

    PAINT = SECOND_OBJECT  # on the first object, where that is the only one


OBJECT_COLORS = 2  # the third thing looks like the first one
