"""Films of a policy at work: the view, what the policy sees, a map, figures and actions."""

from autonomy.recording.film import record

__all__ = ["record"]
