"""Supply and demand: nothing is lost or invented in spreading it, and the query equals a plain count."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from garment_hub.dashboard.outlook import Outlook, Rates, Wanted, outlook, spread, weeks_from
from models.capacity import CapacityWeek, today_in_seoul
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryRate, OperatingStatus
from tests.builders import make_brief, make_designer, make_district, make_factory

TODAY = date(2026, 11, 4)
STAGES = ("pattern", "cutting_stage", "sewing", "finishing")
ITEMS = ("coat", "shirt_blouse")
DAYS = st.integers(0, 150).map(lambda days: TODAY + timedelta(days=days))
BRIEFS = st.lists(
    st.builds(Wanted, st.sampled_from(ITEMS), st.integers(1, 5000), st.frozensets(st.sampled_from(STAGES)), DAYS, DAYS)
)
RATES = st.builds(
    Rates,
    st.dictionaries(st.sampled_from(STAGES), st.floats(1, 3000)),
    st.dictionaries(st.sampled_from(ITEMS), st.floats(1, 300)),
)


@given(BRIEFS, RATES)
def test_no_day_is_lost_within_the_weeks_and_none_invented(briefs: list[Wanted], rates: Rates) -> None:
    far = [weeks_from(TODAY)[0] + timedelta(weeks=number) for number in range(40)]
    days, uncounted = spread(briefs, rates, far)
    whole: dict[str, float] = defaultdict(float)
    for brief in briefs:
        for stage in brief.stages:
            if (rate := rates.of(brief.item, stage)) is not None:
                whole[stage] += brief.pieces / rate
            else:
                assert stage in uncounted
    seen: dict[str, float] = defaultdict(float)
    for (stage, week), number in days.items():
        assert week.weekday() == 0 and number > 0
        seen[stage] += number
    assert seen == pytest.approx(whole)
    near, _same = spread(briefs, rates, weeks_from(TODAY))
    assert near == {cell: number for cell, number in days.items() if cell[1] <= weeks_from(TODAY)[-1]}


@given(
    BRIEFS,
    RATES,
    st.dictionaries(st.tuples(st.sampled_from(STAGES), st.sampled_from(weeks_from(TODAY))), st.floats(0, 50)),
)
def test_short_is_exactly_where_more_is_wanted_than_free(
    briefs: list[Wanted], rates: Rates, free: dict[tuple[str, date], float]
) -> None:
    wanted, uncounted = spread(briefs, rates, weeks_from(TODAY))
    short = Outlook(free, wanted, uncounted).short()
    assert {(stage, week) for stage, week, _days in short} == {
        cell for cell, days in wanted.items() if days > free.get(cell, 0.0)
    }
    assert [week for _stage, week, _days in short] == sorted(week for _stage, week, _days in short)


def test_free_days_are_split_over_the_stages_and_counted_once(session: Session) -> None:
    district, other = session.get_one(District, 1), make_district(session, code="99999")
    draw, today = Random(3), today_in_seoul()
    weeks = weeks_from(today)
    plain: dict[tuple[str, date], float] = defaultdict(float)
    for number in range(30):
        stages = draw.sample(STAGES, draw.randint(1, 3))
        status = OperatingStatus.CLOSED if number % 7 == 0 else OperatingStatus.ACTIVE
        place = other if number % 5 == 0 else district
        factory = make_factory(session, place, codes={CapabilityKind.STAGE: stages}, status=status)
        for week in draw.sample(weeks, 4):
            opened, booked = 500, draw.randrange(0, 500, 50)
            session.add(CapacityWeek(factory=factory, starts_on=week, open_hundredths=opened, booked_hundredths=booked))
            if place is district and status is OperatingStatus.ACTIVE:
                for stage in stages:
                    plain[stage, week] += (opened - booked) / 100 / len(stages)
    session.flush()
    assert outlook(session, district.id, today).free == pytest.approx(plain)


def test_open_briefs_without_an_order_are_wanted_at_the_districts_median(session: Session) -> None:
    district, today = session.get_one(District, 1), today_in_seoul()
    for pieces in (20, 40, 1000):
        factory: Factory = make_factory(session, district)
        factory.rates.append(FactoryRate(item="shirt_blouse", stage=None, pieces_per_day=pieces))
    designer = make_designer(session, district)
    make_brief(session, designer, quantity=400, processes=["sewing_assembly"], needed_by=today + timedelta(days=27))
    make_brief(session, designer, quantity=400, processes=["sewing_assembly"], needed_by=today)  # its day is over
    session.flush()
    seen = outlook(session, district.id, today)
    assert sum(seen.wanted.values()) == pytest.approx(400 / 40)
    assert {stage for stage, _week in seen.wanted} == {"sewing"}
