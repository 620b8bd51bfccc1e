"""A live page in a browser: watch a policy, change its world, drive oneself."""

from autonomy.watching.live import watch

__all__ = ["watch"]
