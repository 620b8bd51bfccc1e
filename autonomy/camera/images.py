"""The kinds of image that a camera gives."""

IMAGES = ("camera", "depth", "semantic", "instance")
"""By the names under which they are observed."""
