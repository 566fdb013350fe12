"""Days needed and days free."""

from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given

from recommender import BriefFeatures, FactoryFeatures, Rate, free_hundredths, needed_hundredths, rate_for
from tests.recommender.worlds import MONDAY, STAGE_OF, TODAY, a_brief, a_factory, briefs, factories, weeks


def _free_day_by_day(brief: BriefFeatures, factory: FactoryFeatures) -> tuple[int, int]:
    days = [brief.starts_on + timedelta(days=n) for n in range((brief.needed_by - brief.starts_on).days + 1)]
    stated = {week.starts_on: week.free_hundredths for week in factory.free_weeks or ()}
    inside: dict[date, int] = {}
    for day in days:
        monday = day - timedelta(days=day.weekday())
        inside[monday] = inside.get(monday, 0) + 1
    free = sum(int(Fraction(stated[monday] * count, 7)) for monday, count in inside.items() if monday in stated)
    return free, sum(count for monday, count in inside.items() if monday not in stated)


@given(briefs(), factories())
def test_free_time_equals_a_walk_over_the_days(brief: BriefFeatures, factory: FactoryFeatures) -> None:
    assert free_hundredths(brief, factory) == _free_day_by_day(brief, factory)


@pytest.mark.parametrize(
    ("quantity", "rate", "hundredths"), [(120, 120.0, 100), (1, 3.0, 34), (100, 15.0, 667), (30, 0.5, 6000)]
)
def test_days_needed_are_rounded_up_to_hundredths(quantity: int, rate: float, hundredths: int) -> None:
    factory = a_factory(rates=(Rate(rate),))
    assert needed_hundredths(a_brief(quantity=quantity), factory, STAGE_OF) == hundredths


@given(briefs(), factories())
def test_days_needed_suffice_and_a_hundredth_less_would_not(brief: BriefFeatures, factory: FactoryFeatures) -> None:
    needed, rate = needed_hundredths(brief, factory, STAGE_OF), rate_for(brief, factory, STAGE_OF)
    if needed is None or rate is None:
        assert needed is None and rate is None
    else:
        assert needed == ceil(100 * Fraction(brief.quantity) / Fraction(rate))


def test_the_word_on_the_item_stands_before_the_word_on_any_item() -> None:
    factory = a_factory(rates=(Rate(120.0), Rate(15.0, item="coat")))
    assert rate_for(a_brief(), factory, STAGE_OF) == 15.0
    assert rate_for(a_brief(item="dress"), factory, STAGE_OF) == 120.0


def test_a_stage_rate_counts_only_for_a_brief_of_that_stage() -> None:
    factory = a_factory(rates=(Rate(20.0), Rate(2_000.0, stage="cutting_stage")))
    assert rate_for(a_brief(), factory, STAGE_OF) == 20.0
    assert rate_for(a_brief(processes=frozenset({"cutting"})), factory, STAGE_OF) == 2_000.0
    only_cutter = a_factory(rates=(Rate(2_000.0, stage="cutting_stage"),))
    assert rate_for(a_brief(), only_cutter, STAGE_OF) is None


def test_materials_that_come_later_shorten_the_window() -> None:
    brief = a_brief(materials_on=MONDAY + timedelta(weeks=1), needed_by=MONDAY + timedelta(days=13))
    assert free_hundredths(brief, a_factory(free_weeks=weeks(700, 350, 700))) == (350, 0)
    assert a_brief(materials_on=TODAY - timedelta(days=9)).starts_on == TODAY
