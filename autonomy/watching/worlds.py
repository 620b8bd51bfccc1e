"""Which worlds a page offers."""

import gymnasium as gym

from autonomy.imported_class import OWN_PACKAGE
from autonomy.registered import has_namespace


def world_ids() -> tuple[str, ...]:
    """Return the ids of this package's worlds."""
    has_namespace(OWN_PACKAGE)
    return tuple(sorted(own.id for own in gym.registry.values() if own.namespace == OWN_PACKAGE))
