"""Who is how much faster: ratios between contestants of the same run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from autonomy.scripts.benchmarking.race import Result
from autonomy.scripts.benchmarking.stepping import Sample

_RGB = ("camera",)
_LABELLED = ("camera", "depth", "semantic")
_STATE = ("state",)


@dataclass(frozen=True)
class Ratio:
    """How many times as fast `faster` is; `cpu` is the same in processor time."""

    name: str
    faster: str
    slower: str
    ratio: float
    cpu: float


def speed(sample: Sample) -> float:
    """Return environment steps a second."""
    return sample.env_steps / sample.seconds


def cpu_cost(sample: Sample) -> float:
    """Return processor time a step [s]."""
    return sample.cpu_seconds / sample.env_steps


def ratios(results: Sequence[Result]) -> list[Ratio]:
    """Return every comparison whose two sides are in the run.

    A ratio is the median over the rounds, in each of which both sides ran shortly after
    one another.
    """
    return [_ratio(name, faster, slower) for name, faster, slower in _pairs(results)]


def _pairs(results: Sequence[Result]) -> Iterator[tuple[str, Result, Result]]:
    ours = [one for one in results if not one.contestant.peer]
    peers = [one for one in results if one.contestant.peer]
    for one in ours:
        for peer in peers:
            if _comparable(one, peer):
                yield "speed over the peer's", one, peer
    batches = [one for one in ours if one.contestant.kind == "world"]
    for one in batches:
        for other in batches:
            if not _same_but_observations(one, other):
                continue
            if (_observations(one), _observations(other)) == (_RGB, _LABELLED):
                yield "cost of RGB + depth + semantic over RGB", one, other
            if (_observations(one), _observations(other)) == (_STATE, _RGB):
                yield "speed without a camera over RGB", one, other


def _comparable(one: Result, peer: Result) -> bool:
    """Single against single; against a batch, ours of the same size that has a camera.

    Renderers without a world stand against each other.

    Who renders beside its steps stands against all of ours that have a camera, and who then does
    without, against a batch of one that observes none.
    """
    ours, theirs = one.contestant, peer.contestant
    if "frames" in (ours.kind, theirs.kind) or theirs.kind == "tiny":
        same_size = _image_size(one) == _image_size(peer)
        return (ours.kind, theirs.kind) == ("frames", "tiny") and same_size
    if not ours.env_id.startswith(theirs.against):
        return False
    if theirs.kind == "rendered":
        return "image_size" in ours.options
    if theirs.kind == "vectors":
        return ours.kind == "world" and ours.num_envs == 1 and "image_size" not in ours.options
    if theirs.kind == "gymnasium" or ours.kind == "gymnasium":
        return ours.kind == theirs.kind
    return ours.num_envs == theirs.num_envs and "image_size" in ours.options


def _same_but_observations(one: Result, other: Result) -> bool:
    a, b = one.contestant, other.contestant
    sizes = {size for size in map(_image_size, (one, other)) if size}
    alike = (a.env_id, a.num_envs, a.actions) == (b.env_id, b.num_envs, b.actions)
    return alike and len(sizes) == 1


def _image_size(result: Result) -> tuple[int, int] | None:
    return result.contestant.options.get("image_size")


def _observations(result: Result) -> tuple[str, ...]:
    return result.contestant.options["observations"]


def _ratio(name: str, faster: Result, slower: Result) -> Ratio:
    rounds = list(zip(faster.samples, slower.samples, strict=True))
    return Ratio(
        name,
        faster.contestant.name,
        slower.contestant.name,
        median(speed(ours) / speed(theirs) for ours, theirs in rounds),
        median(cpu_cost(theirs) / cpu_cost(ours) for ours, theirs in rounds),
    )
