"""What the lane world is made of: rows of the palette."""

from enum import IntEnum


class Material(IntEnum):
    """Rows of the lane world's palette."""

    GROUND = 0
    ASPHALT = 1
    WHITE_PAINT = 2
    YELLOW_PAINT = 3
    TRUNK = 4
    CONIFER = 5
    BROADLEAF = 6
    POST = 7
    POST_BAND = 8
    WALL = 9
    ROOF = 10
    CAR_BODY = 11
    CAR_GLASS = 12
    LAMP = 13
    TYRE = 14
    RIM = 15
