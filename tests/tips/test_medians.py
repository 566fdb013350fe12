"""A middle is shown only where it says nothing about a single factory."""

from __future__ import annotations

from statistics import median

from hypothesis import assume, given
from hypothesis import strategies as st

from garment_hub.tips.medians import FEWEST_OTHERS, usual

counts = st.lists(st.integers(1, 200), max_size=12)


@given(others=counts)
def test_it_is_the_rounded_middle_or_nothing(others: list[int]) -> None:
    shown = usual(others)
    if len(others) < 5 or max(others) / sum(others) > 0.8:
        assert shown is None
    else:
        assert isinstance(shown, int)
        assert abs(shown - median(others)) <= 0.5


@given(others=st.lists(st.integers(1, 200), max_size=FEWEST_OTHERS - 1), changed=st.integers(1, 200), data=st.data())
def test_below_the_threshold_a_change_is_never_seen(others: list[int], changed: int, data: st.DataObject) -> None:
    """One factory more, fewer, or with another number: before and after there is nothing to compare."""
    before = [usual(others)]
    if others:
        place = data.draw(st.integers(0, len(others) - 1))
        before += [
            usual([*others[:place], *others[place + 1 :]]),
            usual([*others[:place], changed, *others[place + 1 :]]),
        ]
    assert set(before) == {None}


@given(others=st.lists(st.integers(1, 200), min_size=FEWEST_OTHERS, max_size=12), secret=st.integers(1, 10_000))
def test_what_one_factory_can_move_is_bounded_by_the_others(others: list[int], secret: int) -> None:
    """Whatever the one number is, the middle stays between two numbers of the others: a great one is not seen."""
    shown = usual([*others, secret])
    assume(shown is not None)
    ordered = sorted(others)
    middle = len(ordered) // 2
    assert shown is not None
    assert ordered[middle - 1] <= shown <= ordered[middle + len(ordered) % 2]


@given(others=st.lists(st.integers(1, 50), min_size=FEWEST_OTHERS - 1, max_size=10))
def test_one_that_is_nearly_everything_hides_the_figure(others: list[int]) -> None:
    assert usual([*others, 4 * sum(others) + 1]) is None
