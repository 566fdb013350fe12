"""The one condition to relax, against trying everything."""

from dataclasses import replace
from datetime import timedelta
from math import ceil

import pytest
from hypothesis import given, settings

from recommender import REASON_KINDS, Answer, BriefFeatures, FactoryFeatures, Feasibility, most_helpful
from recommender.price import price_bounds
from tests.recommender.test_catalogue import a_catalogue
from tests.recommender.worlds import STAGE_OF, TODAY, a_brief, a_factory, briefs, registers, weeks

feasibility = Feasibility(STAGE_OF)


def _possible(brief: BriefFeatures, register: list[FactoryFeatures]) -> int:
    return sum(feasibility.answer(brief, factory) is not Answer.NO for factory in register)


def _every_step(brief: BriefFeatures, register: list[FactoryFeatures]) -> list[BriefFeatures]:
    steps = [replace(brief, needed_by=brief.needed_by + timedelta(weeks=weeks)) for weeks in (1, 2, 3, 4)]
    quantities = sorted({one.minimum_order_quantity or 0 for one in register if (one.minimum_order_quantity or 0) > 0})
    nearest = [one for one in quantities if one > brief.quantity and _possible(replace(brief, quantity=one), register)]
    steps += [replace(brief, quantity=one) for one in nearest[:1]]
    lows = [price_bounds(brief, one, STAGE_OF)[0] for one in register]
    budgets = sorted({ceil(low) for low in lows if low is not None and low > (brief.budget_per_piece_krw or low)})
    dearer = [replace(brief, budget_per_piece_krw=budget) for budget in budgets]
    steps += [step for step in dearer if _possible(step, register)][:1]
    steps += [replace(brief, certificates=brief.certificates - {one}) for one in brief.certificates]
    steps.append(replace(brief, verified_only=False))
    if len(brief.processes) > 1:
        basis = brief.price_includes or brief.processes
        steps += [replace(brief, processes=brief.processes - {one}, price_includes=basis) for one in brief.processes]
    return steps


@pytest.mark.slow
@settings(max_examples=80)
@given(briefs(), registers)
def test_no_single_step_opens_more_than_the_one_named(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    out = [factory for factory in register if feasibility.answer(brief, factory) is Answer.NO]
    found = most_helpful(brief, a_catalogue(*out), STAGE_OF)
    most = max(_possible(step, out) for step in _every_step(brief, out))
    assert (found.values["factories"] if found else 0) == most
    assert found is None or found.code in REASON_KINDS["relax"]


def test_the_smallest_delay_that_helps_most_is_named() -> None:
    full = a_factory(free_weeks=weeks(0, 0, 0, 0, 300, 300))
    found = most_helpful(a_brief(), a_catalogue(full), STAGE_OF)
    assert found is not None and found.code == "later_date"
    assert dict(found.values) == {"weeks": 2, "needed_by": (TODAY + timedelta(days=35)).isoformat(), "factories": 1}


def test_the_next_minimum_is_named_not_the_highest() -> None:
    register = [a_factory("1", minimum_order_quantity=80), a_factory("2", minimum_order_quantity=200)]
    found = most_helpful(a_brief(), a_catalogue(*register), STAGE_OF)
    assert found is not None and (found.code, found.values["quantity"]) == ("larger_quantity", 80)


def test_the_lowest_floor_is_named_on_the_basis_of_the_brief() -> None:
    register = [a_factory("1"), a_factory("2", price_floor_krw=15_000), a_factory("3", price_floor_krw=20_000)]
    found = most_helpful(a_brief(budget_per_piece_krw=5_000, vat_included=True), a_catalogue(*register), STAGE_OF)
    assert found is not None and (found.code, found.values["budget_per_piece_krw"]) == ("higher_budget", 9_900)


def test_nothing_is_named_where_no_single_step_helps() -> None:
    hopeless = a_factory(is_active=False)
    assert most_helpful(a_brief(), a_catalogue(hopeless), STAGE_OF) is None
    assert most_helpful(a_brief(), a_catalogue(), STAGE_OF) is None
