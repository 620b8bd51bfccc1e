"""Fixtures that tasks often need: a bin with walls, a button to press, a drawer to pull."""

from autonomy.envs.arm.fixture import Fixture, MovingPart, Place, Solid

_GREY, _DARK, _RED, _BLUE = (
    (150.0, 152.0, 156.0),
    (70.0, 72.0, 78.0),
    (206.0, 54.0, 44.0),
    (70.0, 110.0, 170.0),
)


def open_bin(
    position: Place,
    yaw: float = 0.0,
    size: Place = (0.16, 0.16, 0.06),
    wall: float = 0.006,
    color: Place = _BLUE,
) -> Fixture:
    """Return a bin without a lid, of an outer size [m] with walls of a thickness [m]."""
    length, width, height = size
    across, along, up = (length - wall) / 2, (width - wall) / 2, height / 2
    return Fixture(
        solids=(
            Solid("box", (length, width, wall), (0.0, 0.0, wall / 2), color),
            Solid("box", (wall, width, height), (across, 0.0, up), color),
            Solid("box", (wall, width, height), (-across, 0.0, up), color),
            Solid("box", (length, wall, height), (0.0, along, up), color),
            Solid("box", (length, wall, height), (0.0, -along, up), color),
        ),
        position=position,
        yaw=yaw,
    )


def button(
    position: Place, travel: float = 0.012, force: float = 3.0, color: Place = _RED
) -> Fixture:
    """Return a button whose joint is 0 [m], and `-travel` [m] where it is pressed down.

    It takes a force [N] to press it, with which it comes up again.
    """
    cap = Solid("cylinder", (0.05, 0.05, 0.02), (0.0, 0.0, -0.01), color)
    return Fixture(
        solids=(Solid("box", (0.09, 0.09, 0.02), (0.0, 0.0, 0.01), _DARK),),
        moving=(
            MovingPart(
                "button",
                (cap,),
                "slide",
                axis=(0.0, 0.0, 1.0),
                limits=(-travel, 0.0),
                position=(0.0, 0.0, 0.02 + travel + 0.004),
                mass=0.05,
            ),
        ),
        position=position,
        spring=(force,),
    )


def drawer(
    position: Place, yaw: float = 0.0, travel: float = 0.1, friction: float = 1.5
) -> Fixture:
    """Return a drawer whose joint is 0 [m] where it is shut, and `travel` [m] where it is open.

    It opens towards -x of its frame, by a bar before its front into which fingers reach from
    above; the bar's middle is where the frame of the drawer's link is.
    """
    depth, width, height, wall = travel + 0.04, 0.16, 0.06, 0.006
    back, bar, sill = 0.04 + depth, 0.045, 0.012
    middle, inner = 0.04 + depth / 2, width - 4 * wall

    def tray(size: Place, place: Place) -> Solid:
        x, y, z = place
        return Solid("box", size, (x, y, z - bar), _BLUE)

    return Fixture(
        solids=(
            Solid("box", (depth, width, wall), (middle, 0.0, wall / 2), _GREY),
            Solid("box", (depth, wall, height), (middle, (width - wall) / 2, height / 2), _GREY),
            Solid("box", (depth, wall, height), (middle, (wall - width) / 2, height / 2), _GREY),
            Solid("box", (wall, width, height), (back, 0.0, height / 2), _GREY),
        ),
        moving=(
            MovingPart(
                "drawer",
                (
                    tray((depth - wall, inner, wall), (middle, 0.0, sill)),
                    tray((wall, inner, 0.04), (0.04, 0.0, sill + 0.02)),
                    tray((wall, inner, 0.04), (0.03 + depth, 0.0, sill + 0.02)),
                    tray((depth - wall, wall, 0.04), (middle, inner / 2, sill + 0.02)),
                    tray((depth - wall, wall, 0.04), (middle, -inner / 2, sill + 0.02)),
                    tray((0.04, 0.01, 0.01), (0.02, 0.045, bar)),
                    tray((0.04, 0.01, 0.01), (0.02, -0.045, bar)),
                    Solid("box", (0.01, 0.1, 0.01), (0.0, 0.0, 0.0), _DARK),
                ),
                "slide",
                axis=(-1.0, 0.0, 0.0),
                limits=(0.0, travel),
                position=(0.0, 0.0, bar),
                mass=0.3,
                friction=friction,
            ),
        ),
        position=position,
        yaw=yaw,
    )
