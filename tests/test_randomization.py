"""Domain randomisation: ranges, and draws from them."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from autonomy.errors import InputError
from autonomy.options import SPLITS
from autonomy.randomization import Range, RangeGroup, Sampler, around, between


@dataclass(frozen=True)
class Looks:
    """Ranges of one number, of three, and of none."""

    grey: Range = between(10.0, 20.0)
    sun: Range = around((1.0, 2.0, 3.0), 0.5)
    haze: Range = between(7.0, 7.0)


def test_draws_stay_in_their_ranges_and_fill_them() -> None:
    samplers = [Sampler(Looks(), split) for split in SPLITS]
    assert samplers[0].size == 5
    random = np.random.default_rng(0)
    draws = np.concatenate([sampler.sample(random.random((2000, 5))) for sampler in samplers])
    low, high = [10, 0.5, 1.5, 2.5, 7], [20, 1.5, 2.5, 3.5, 7]
    assert (draws >= low).all()
    assert (draws <= high).all()
    np.testing.assert_allclose(draws.min(axis=0), low, atol=0.1)
    np.testing.assert_allclose(draws.max(axis=0), high, atol=0.1)


def test_draws_are_named_and_a_single_number_has_no_axis_of_its_own() -> None:
    named = Sampler(Looks(), "train").named(np.arange(10.0).reshape(2, 5))
    np.testing.assert_array_equal(named["grey"], [0, 5])
    np.testing.assert_array_equal(named["sun"], [[1, 2, 3], [6, 7, 8]])
    np.testing.assert_array_equal(named["haze"], [4, 9])


def test_a_constant_takes_part_in_the_draw() -> None:
    """So that what one range is changes no other draw."""
    looks = Looks(grey=between(15.0, 15.0)), Looks()
    one, other = (Sampler(own, "train") for own in looks)
    first, second = (sampler.sample(np.full((1, 5), 0.3)) for sampler in (one, other))
    np.testing.assert_array_equal(first[0, 1:], second[0, 1:])
    assert first[0, 0] == 15.0


@pytest.mark.parametrize(("low", "high"), [((1.0,), (0.0,)), ((0.0, 0.0), (1.0,))])
def test_a_range_that_is_none_is_refused(low: tuple[float, ...], high: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="a range must go from low to high"):
        Range(low, high)


@pytest.mark.parametrize(
    ("low", "high", "largest"),
    [(0.0, 4.0, 3), (0.0, 3.5, 3), (3.0, 3.0, 3), (2.5, 2.5, 2), (0, 0, 0)],
)
def test_the_largest_number_that_draws_are_rounded_down_to(
    low: float, high: float, largest: int
) -> None:
    one = between(low, high)
    assert one.largest_floor == largest
    nearly_one = np.nextafter(1.0, 0.0)
    sampler = Sampler(Looks(grey=one), "test")
    assert np.floor(sampler.sample(np.full((1, 5), nearly_one))[0, 0]) == largest


def test_fields_that_are_no_range_are_not_drawn() -> None:
    @dataclass(frozen=True)
    class Named(Looks):
        name: str = "dusk"

    assert Sampler(Named(), "train").size == Sampler(Looks(), "train").size


def test_the_ranges_of_a_group_are_drawn_where_it_stands() -> None:
    @dataclass(frozen=True)
    class Lamp(RangeGroup):
        height: Range = between(2.0, 4.0)

    @dataclass(frozen=True)
    class Lit:
        first: Range = between(0.0, 1.0)
        lamp: Lamp = field(default_factory=Lamp)
        last: Range = between(0.0, 1.0)

    assert [*Sampler(Lit(), "train").named(np.zeros((1, 3)))] == ["first", "height", "last"]


def test_no_value_of_one_split_is_one_of_another() -> None:
    uniform = np.random.default_rng(0).random((500, 5))
    drawn = [Sampler(Looks(), split).sample(uniform)[:, 0] for split in SPLITS]
    train, validation, test = ({*np.floor((grey - 10.0) * 3.2)} for grey in drawn)
    assert (len(train), len(validation), len(test)) == (16, 8, 8)
    assert not train & validation
    assert not train & test
    assert not validation & test
