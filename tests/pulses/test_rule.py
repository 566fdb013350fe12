"""What an answer does to four weeks, whatever stands in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from garment_hub.pulses.rule import HALF_DAY, Week, days_after, free_days, own_days, usual_days
from models.pulse import PulseAnswer

MONDAY = date(2027, 2, 15)
hundredths = st.integers(0, 700)
Touched = dict[date, tuple[int | None, int]]


@st.composite
def four_weeks(draw: st.DrawFn) -> list[Week]:
    """As a calendar may stand that no answer has touched: taken days lie inside offered ones."""
    usual = draw(st.integers(50, 700))
    weeks = []
    for number in range(4):
        own = draw(st.none() | hundredths)
        taken = 0 if own is None else draw(st.integers(0, own))
        weeks.append(Week(MONDAY + timedelta(weeks=number), own, own, taken, usual))
    return weeks


def answered(weeks: list[Week], answer: PulseAnswer) -> list[Week]:
    """The weeks as they are read again once the answer is stored."""
    after = days_after(answer, weeks)
    return [
        replace(one, own=own_days(days, (one.own, days)), offered=days)
        if (days := after.get(one.monday)) is not None
        else one
        for one in weeks
    ]


@given(four_weeks(), st.sampled_from(PulseAnswer))
def test_never_below_what_is_taken_and_never_above_seven_days(weeks: list[Week], answer: PulseAnswer) -> None:
    after = days_after(answer, weeks)
    taken = {week.monday: week.taken for week in weeks}
    assert all(taken[monday] <= days <= 700 for monday, days in after.items())
    assert set(after) == (set(taken) if answer is not PulseAnswer.WEEK_CLOSED else {MONDAY})


@given(four_weeks(), st.lists(st.sampled_from(PulseAnswer), max_size=5), st.sampled_from(PulseAnswer))
def test_the_same_answer_again_changes_nothing(
    weeks: list[Week], before: list[PulseAnswer], answer: PulseAnswer
) -> None:
    for one in before:
        weeks = answered(weeks, one)
    once = answered(weeks, answer)
    assert answered(once, answer) == once


@given(four_weeks(), st.lists(st.sampled_from(PulseAnswer), max_size=6))
def test_open_gives_back_the_owners_own_days(weeks: list[Week], between: list[PulseAnswer]) -> None:
    """After whatever else was answered: what the owner wrote, or the usual week where nothing was ever free."""
    has_room = any(week.base > week.taken for week in weeks)
    opened = weeks
    for answer in [*between, PulseAnswer.OPEN]:
        opened = answered(opened, answer)
    for was, now in zip(weeks, opened, strict=True):
        assert now.own == was.own
        assert now.offered == max(was.taken, was.base if has_room else was.usual)


@given(four_weeks())
def test_some_is_half_of_what_open_leaves_in_half_days(weeks: list[Week]) -> None:
    some, full = days_after(PulseAnswer.SOME, weeks), days_after(PulseAnswer.OPEN, weeks)
    for week in weeks:
        free = some[week.monday] - week.taken
        assert free % HALF_DAY == 0
        assert 0 <= (full[week.monday] - week.taken) / 2 - free < HALF_DAY
    assert free_days(PulseAnswer.FULL, weeks) == 0 <= free_days(PulseAnswer.SOME, weeks)


@given(hundredths, hundredths, st.none() | hundredths)
def test_days_written_since_the_answer_are_the_owners_own(now: int, after: int, before: int | None) -> None:
    assert own_days(now, (before, after)) == (before if now == after else now)
    assert own_days(now, None) == now


@given(st.lists(st.none() | hundredths), st.integers(0, 5))
def test_the_usual_week_is_the_largest_or_five_days_less_the_holidays(own: list[int | None], holidays: int) -> None:
    known = [days for days in own if days]
    assert usual_days(own, holidays) == (max(known) if known else 500 - 100 * holidays)
