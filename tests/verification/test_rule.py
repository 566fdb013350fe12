"""What is asked of whom, and from which day a check holds."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from garment_hub.verification.rule import RENEWED_FOR, Firm, Risk, steps_for, verified_on
from models.factory import VERIFIED_FOR
from models.verification import CheckStep

DAY = date(2026, 11, 2)
SIZES = st.none() | st.integers(1, 200)
RISKS = st.frozensets(st.sampled_from(list(Risk)))
FIRMS = st.builds(Firm, SIZES, st.booleans(), RISKS)
DAYS = st.dates(DAY - timedelta(days=900), DAY)
PASSED = st.dictionaries(st.sampled_from([CheckStep.DOCUMENT, CheckStep.VISIT, CheckStep.CALL]), DAYS)


@given(FIRMS)
def test_papers_are_asked_of_everybody_and_no_step_twice(firm: Firm) -> None:
    steps = steps_for(firm)
    assert steps[0] is CheckStep.DOCUMENT and len(set(steps)) == len(steps)
    assert CheckStep.APPLIED not in steps


@given(st.integers(1, 200), st.booleans(), st.integers(0, 100), RISKS)
def test_a_larger_firm_or_one_more_at_risk_is_never_asked_for_less(
    people: int, is_company: bool, more: int, risks: frozenset[Risk]
) -> None:
    weight = {
        (CheckStep.DOCUMENT,): 0,
        (CheckStep.DOCUMENT, CheckStep.CALL): 1,
        (CheckStep.DOCUMENT, CheckStep.VISIT): 2,
    }
    small = weight[steps_for(Firm(people, is_company, frozenset()))]
    assert weight[steps_for(Firm(people + more, is_company, frozenset()))] >= small
    assert weight[steps_for(Firm(people, True, risks))] >= small
    assert weight[steps_for(Firm(people, is_company, risks))] >= small


@given(FIRMS, PASSED, st.lists(DAYS), st.booleans())
def test_without_every_step_nobody_counts_as_checked(
    firm: Firm, passed: dict[CheckStep, date], lights: list[date], has_risk: bool
) -> None:
    steps = steps_for(firm)
    day = verified_on(steps, passed, lights, has_risk=has_risk)
    has_all = all(step in passed or (step is CheckStep.CALL and CheckStep.VISIT in passed) for step in steps)
    assert (day is not None) == has_all


@given(PASSED.filter(lambda passed: CheckStep.DOCUMENT in passed), st.lists(DAYS))
def test_a_light_recheck_renews_only_what_still_holds_and_not_for_ever(
    passed: dict[CheckStep, date], lights: list[date]
) -> None:
    steps = (CheckStep.DOCUMENT,)
    full = passed[CheckStep.DOCUMENT]
    renewed = verified_on(steps, passed, lights, has_risk=False)
    assert renewed is not None
    assert full <= renewed <= full + RENEWED_FOR - VERIFIED_FOR
    assert verified_on(steps, passed, lights, has_risk=True) == full
    assert verified_on(steps, passed, [], has_risk=False) == full
    if not any(full < light <= full + VERIFIED_FOR for light in lights):
        assert renewed == full


def test_a_pulse_after_a_year_does_not_wake_an_old_check() -> None:
    old = {CheckStep.DOCUMENT: DAY - VERIFIED_FOR - timedelta(days=1)}
    assert verified_on((CheckStep.DOCUMENT,), old, [DAY], has_risk=False) == old[CheckStep.DOCUMENT]
