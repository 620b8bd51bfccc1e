"""Random streams: one purpose never disturbs another, and all of them can be saved."""

import numpy as np
import pytest

from autonomy.philox import philox
from autonomy.streams import STREAMS, RandomStreams

ROW = np.array([0])


def seeded(*seeds: int) -> RandomStreams:
    streams = RandomStreams(len(seeds))
    streams.seed(np.arange(len(seeds)), seeds)
    return streams


def drawn(streams: RandomStreams, row: int) -> list[float]:
    return [float(streams.uniform(np.array([row]), stream, 1)[0, 0]) for stream in STREAMS]


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ("00000000 " * 4, "00000000 " * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff " * 4, "ffffffff " * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            "243f6a88 85a308d3 13198a2e 03707344",
            "a4093822 299f31d0",
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_gives_its_authors_words(counter: str, key: str, words: str) -> None:
    """The known answers for philox4x32-10 that come with Random123."""
    low, high = (int(word, 16) for word in key.split())
    a, b, c, d = (np.uint64(int(word, 16)) for word in counter.split())
    found = philox((a, b, c, d), np.uint64(high << 32 | low))
    assert " ".join(f"{int(word):08x}" for word in found) == words


def test_numbers_are_made_of_53_bits_of_their_words() -> None:
    """Two numbers a block: of seed 0's first episode, the stream's number is the second word."""
    streams, stream = seeded(0), "sensor"
    streams.begin(ROW)
    zero, one = np.uint64(0), np.uint64(1)
    words = [
        int(word)
        for block in (zero, one)
        for word in philox((block, np.uint64(STREAMS.index(stream)), one, zero), zero)
    ]
    pairs = zip(words[::2], words[1::2], strict=True)
    expected = [((high >> 5) * 2**26 + (low >> 6)) / 2**53 for high, low in pairs]
    assert streams.uniform(ROW, stream, 3)[0].tolist() == expected[:3]
    assert streams.uniform(ROW, stream, 1)[0].tolist() == expected[3:]


def test_numbers_are_uniform() -> None:
    numbers = seeded(5).uniform(ROW, "task", 100_000)[0]
    counts, _ = np.histogram(numbers, bins=20, range=(0.0, 1.0))
    # chi-squared with 19 degrees of freedom is below 43.8 in 999 cases of 1,000
    assert ((counts - 5000.0) ** 2 / 5000.0).sum() < 43.8
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.015


def test_the_streams_of_a_row_follow_from_its_seed_alone() -> None:
    alone, batch = seeded(7), seeded(8, 1, 7)
    assert drawn(alone, 0) == drawn(batch, 2) != drawn(batch, 0)


def test_numbers_for_many_rows_are_drawn_from_each_rows_own_stream() -> None:
    together, apart = seeded(0, 1, 2, 3), seeded(0, 1, 2, 3)
    numbers = together.uniform(np.array([3, 1]), "body", 5)
    alone = [apart.uniform(np.array([row]), "body", 5)[0] for row in (3, 1)]
    np.testing.assert_array_equal(numbers, alone)
    for row in range(4):
        assert drawn(together, row) == drawn(apart, row)


def test_the_streams_of_a_seed_all_differ() -> None:
    assert len(set(drawn(seeded(7), 0))) == len(STREAMS)


@pytest.mark.parametrize("used", STREAMS)
def test_a_draw_from_one_stream_leaves_the_others_alone(used: str) -> None:
    undisturbed, disturbed = seeded(7), seeded(7)
    disturbed.uniform(ROW, used, 1000)
    same = np.equal(drawn(undisturbed, 0), drawn(disturbed, 0))
    assert [stream for stream, equal in zip(STREAMS, same, strict=True) if not equal] == [used]


def test_an_episode_does_not_depend_on_what_the_one_before_it_drew() -> None:
    short, long = seeded(7), seeded(7)
    first = drawn(short, 0)
    long.uniform(ROW, "scene", 99)
    short.begin(ROW)
    long.begin(ROW)
    assert drawn(short, 0) == drawn(long, 0) != first


def test_large_seeds_and_many_episodes_are_told_apart() -> None:
    """Neither the seed nor the number of an episode is cut to 32 bits."""
    lives = []
    for seed, episode in ((1, 1), (1 + 2**32, 1), (1, 1 + 2**32), (2**63 - 1, 1)):
        streams = seeded(seed)
        streams.arrays()["stream_episode"][:] = episode
        lives.append(tuple(drawn(streams, 0)))
    assert len(set(lives)) == len(lives)


def test_without_a_seed_no_two_rows_are_alike() -> None:
    streams = RandomStreams(2)
    assert drawn(streams, 0) != drawn(streams, 1)


def test_saved_streams_go_on_exactly() -> None:
    streams, other = RandomStreams(2), RandomStreams(2)
    drawn(streams, 1)
    for name, values in streams.arrays().items():
        assert values.dtype.kind in "iu"
        other.arrays()[name][:] = values
    for row in (0, 1, 0, 1):
        assert drawn(streams, row) == drawn(other, row)
