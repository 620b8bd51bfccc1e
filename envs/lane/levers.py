"""How a person drives the car."""

from autonomy.lever import Lever

LEVERS = (
    Lever(("ArrowLeft", "a"), ("ArrowRight", "d"), rate=2.0, stick=-1, pointer=-1),
    Lever(("ArrowUp", "w"), ("ArrowDown", "s"), rate=0.6, stays=True, stick=-2, pointer=2),
)
"""Of steering, where left is positive, and of the speed to reach."""
