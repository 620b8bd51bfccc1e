"""What a seed may be."""

from autonomy.errors import InputError


def check_seed(seed: int) -> None:
    """Raise `InputError` if `seed` is negative."""
    if seed < 0:
        raise InputError(f"the seed must not be negative, got {seed}")
