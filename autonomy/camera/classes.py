"""The one table of what a camera can see."""

from enum import IntEnum


class SemanticClass(IntEnum):
    """Ids of the semantic image, uint8."""

    SKY = 0
    GROUND = 1
    ROAD = 2
    MARKING_SOLID = 3
    MARKING_DASHED = 4
    MARKING_DOUBLE = 5
    VEHICLE = 6
    VEGETATION = 7
    POST = 8
    BUILDING = 9
    ROBOT = 10
    TABLE = 11
    OBJECT = 12
    GOAL = 13
    CLUTTER = 14
    FIXTURE = 15
