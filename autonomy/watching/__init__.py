"""A live page in a browser: watch a policy, change its world, drive oneself."""

from autonomy.errors import InputError

try:
    import viser  # noqa: F401 - all that is here needs it
except ModuleNotFoundError as error:
    raise InputError(
        "a live page needs viser, which is not installed: pip install 'autonomy[watch]'"
    ) from error
