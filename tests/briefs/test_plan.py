"""The backward plan: in order, on working days, ending on the day, whatever is asked."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garment_hub.briefs.plan import ASSUMED_DAYS, Step, backward_plan, sewing_days, slack, steps_for
from garment_hub.briefs.working_days import days_between, is_weekday, working_days_of
from models.brief import Brief

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
STEPS = st.lists(st.sampled_from([step for step in Step if step is not Step.DELIVERY]), unique=True).map(
    lambda steps: sorted(steps, key=list(Step).index)
)
LENGTHS = st.integers(1, 40)
COUNTRIES = st.sampled_from(["KR", "IT", "XX"])


def brief(**values: object) -> Brief:
    return Brief(**{"item": "dress", "quantity": 100, "is_sample_wanted": True} | values)


@settings(deadline=None)
@given(DAYS, st.lists(LENGTHS, min_size=6, max_size=6), STEPS, COUNTRIES)
def test_steps_are_in_order_never_overlap_and_end_on_the_day(
    needed_by: date, lengths: list[int], steps: list[Step], country: str
) -> None:
    is_working = working_days_of(country)
    wanted = list(zip(steps, lengths, strict=False))
    plan = backward_plan(needed_by, wanted, is_working)
    assert [one.step for one in plan] == [*(step for step, _days in wanted), Step.DELIVERY]
    assert (plan[-1].first, plan[-1].last) == (needed_by, needed_by)
    assert all(earlier.last < later.first for earlier, later in pairwise(plan))
    for one, (_step, days) in zip(plan, wanted, strict=False):
        assert is_working(one.first)
        assert is_working(one.last)
        assert days_between(one.first, one.last + timedelta(days=1), is_working) == days


@settings(deadline=None)
@given(DAYS, st.lists(LENGTHS, min_size=6, max_size=6), STEPS, st.integers(0, 60))
def test_the_plan_is_the_latest_one(needed_by: date, lengths: list[int], steps: list[Step], later: int) -> None:
    """A later day never makes it begin earlier, and no day between two steps could have been worked."""
    wanted = list(zip(steps, lengths, strict=False))
    plan = backward_plan(needed_by, wanted, is_weekday)
    moved = backward_plan(needed_by + timedelta(days=later), wanted, is_weekday)
    assert moved[0].first >= plan[0].first
    for earlier, following in pairwise(plan):
        assert days_between(earlier.last + timedelta(days=1), following.first, is_weekday) == 0


@settings(deadline=None)
@given(DAYS, DAYS, COUNTRIES)
def test_working_days_between_two_days_are_counted_both_ways(one: date, other: date, country: str) -> None:
    is_working = working_days_of(country)
    counted = days_between(one, other, is_working)
    assert counted == -days_between(other, one, is_working)
    assert abs(counted) <= abs((other - one).days)


@pytest.mark.parametrize(
    "free", [date(2027, 2, 8), date(2027, 2, 9), date(2026, 9, 25), date(2027, 3, 1), date(2027, 3, 6)]
)
def test_korean_holidays_and_weekends_are_free(free: date) -> None:
    assert not working_days_of("KR")(free)


def test_a_country_without_known_holidays_has_weekends() -> None:
    is_working = working_days_of("XX")
    assert [is_working(date(2027, 3, day)) for day in range(1, 8)] == [True] * 5 + [False] * 2


def test_what_is_ready_is_skipped() -> None:
    today = date(2027, 2, 1)
    names = [step for step, _days in steps_for(brief(), today)]
    assert names == [step for step in Step if step is not Step.DELIVERY]
    ready = brief(is_sample_ready=True, materials_on=today)
    assert [step for step, _days in steps_for(ready, today)] == [Step.SEWING, Step.INSPECTION]
    no_sample = brief(is_pattern_ready=True, is_sample_wanted=False, materials_on=today + timedelta(days=1))
    assert [step for step, _days in steps_for(no_sample, today)] == [Step.FABRIC_IN, Step.SEWING, Step.INSPECTION]


@settings(deadline=None)
@given(st.integers(1, 100_000), st.integers(0, 10_000))
def test_more_pieces_never_take_less_time(quantity: int, more: int) -> None:
    assert sewing_days(quantity + more) >= sewing_days(quantity)
    assert sewing_days(quantity, "demanding") > sewing_days(quantity, "normal")


def test_slack_counts_working_days_before_the_first_step() -> None:
    plan = backward_plan(date(2027, 3, 12), [(Step.SEWING, 5)], is_weekday)  # Friday; sewing from 5 to 11 March
    assert plan[0].first == date(2027, 3, 5)
    assert slack(plan, date(2027, 3, 1), is_weekday) == 4
    assert slack(plan, date(2027, 3, 5), is_weekday) == 0
    assert slack(plan, date(2027, 3, 8), is_weekday) == -1


def test_every_step_but_sewing_and_delivery_has_an_assumed_length() -> None:
    assert set(ASSUMED_DAYS) == set(Step) - {Step.SEWING, Step.DELIVERY}
