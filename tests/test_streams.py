"""Random streams: one purpose never disturbs another, and all of them can be saved."""

import numpy as np
import pytest

from autonomy.errors import InputError
from autonomy.streams import STREAMS, RandomStreams


def drawn(streams: RandomStreams, row: int) -> list[float]:
    return [float(streams.uniform(np.array([row]), stream, 1)[0, 0]) for stream in STREAMS]


def test_the_streams_of_a_row_follow_from_its_seed_alone() -> None:
    alone, batch = RandomStreams(1), RandomStreams(3)
    alone.seed(0, 7)
    batch.seed(2, 7)
    batch.seed(0, 8)
    assert drawn(alone, 0) == drawn(batch, 2) != drawn(batch, 0)


def test_numbers_for_many_rows_are_drawn_from_each_rows_own_stream() -> None:
    together, apart = RandomStreams(4), RandomStreams(4)
    for row in range(4):
        together.seed(row, row)
        apart.seed(row, row)
    numbers = together.uniform(np.array([3, 1]), "body", 5)
    alone = [apart.uniform(np.array([row]), "body", 5)[0] for row in (3, 1)]
    np.testing.assert_array_equal(numbers, alone)
    for row in range(4):
        assert drawn(together, row) == drawn(apart, row)


def test_the_streams_of_a_seed_all_differ() -> None:
    streams = RandomStreams(1)
    streams.seed(0, 7)
    assert len(set(drawn(streams, 0))) == len(STREAMS)


@pytest.mark.parametrize("used", STREAMS)
def test_a_draw_from_one_stream_leaves_the_others_alone(used: str) -> None:
    undisturbed, disturbed = RandomStreams(1), RandomStreams(1)
    undisturbed.seed(0, 7)
    disturbed.seed(0, 7)
    disturbed.uniform(np.array([0]), used, 1000)
    same = np.equal(drawn(undisturbed, 0), drawn(disturbed, 0))
    assert [stream for stream, equal in zip(STREAMS, same, strict=True) if not equal] == [used]


def test_without_a_seed_no_two_rows_are_alike() -> None:
    streams = RandomStreams(2)
    assert drawn(streams, 0) != drawn(streams, 1)


def test_saved_streams_go_on_exactly() -> None:
    streams, other = RandomStreams(2), RandomStreams(2)
    drawn(streams, 1)
    words = streams.get_state()
    assert (words.shape, words.dtype) == ((2, len(STREAMS), 4), np.uint64)
    other.set_state(words)
    for row in (0, 1, 0, 1):
        assert drawn(streams, row) == drawn(other, row)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InputError, match="the seed must not be negative, got -1"):
        RandomStreams(1).seed(0, -1)
