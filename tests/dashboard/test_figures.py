"""Every figure of the district equals a plain count of the rows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.dashboard import indicators, queries
from garment_hub.dashboard.indicators import Period, activity, register
from garment_hub.db import engine_of
from garment_hub.demo.commands import seed_demo
from garment_hub.demo.services import Size
from models.base import utc_now
from models.capacity import CapacityWeek, today_in_seoul
from models.district import District
from models.factory import CapabilityKind, Factory, OperatingStatus, Sector
from models.quote import QuoteRequest, RequestStatus
from tests import builders


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    app = create_app(
        DATA_DIR=tmp_path_factory.mktemp("figures"), SECRET_KEY="x" * 32, DEMO_PASSWORD="a-long-demo-password"
    )
    schema.upgrade(engine_of(app))
    seed_demo(app, Size(factories=80, designers=6, months=3, seed=5))
    return app


@pytest.mark.slow
def test_counts_equal_a_plain_loop(app: Flask) -> None:
    with Session(engine_of(app)) as session:
        district = session.scalars(select(District)).one()
        listed = [factory for factory in session.scalars(select(Factory)) if factory.is_listed]
        conditions = queries.listed(district.id)
        places = Counter(factory.neighbourhood_id for factory in listed if factory.neighbourhood_id)
        assert queries.by_neighbourhood(session, conditions) == places
        for kind in (CapabilityKind.ITEM, CapabilityKind.STAGE):
            plain = Counter(code for factory in listed for code in factory.codes(kind))
            assert dict(queries.by_code(session, kind, conditions)) == plain
        unknown = dict(queries.unknown_facts(session, conditions))
        assert unknown["minimum_order_quantity"] == sum(factory.minimum_order_quantity is None for factory in listed)
        assert unknown["rates"] == sum(not factory.rates for factory in listed)
        with_weeks = set(session.scalars(select(CapacityWeek.factory_id)))
        assert unknown["capacity"] == sum(factory.id not in with_weeks for factory in listed)


def test_other_trades_and_closed_ones_are_not_counted(app: Flask) -> None:
    period = Period.ending(today_in_seoul())
    with Session(engine_of(app)) as session:
        district = session.scalars(select(District)).one()
        before = register.factories_registered(session, district.id, period).value
        builders.make_factory(session, district, sector=Sector.OTHER)
        builders.make_factory(session, district, status=OperatingStatus.CLOSED)
        assert register.factories_registered(session, district.id, period).value == before
        builders.make_factory(session, district)
        assert register.factories_registered(session, district.id, period).value == (before or 0) + 1


def test_another_district_does_not_leak_in(app: Flask) -> None:
    period = Period.ending(today_in_seoul())
    with Session(engine_of(app)) as session:
        other = builders.make_district(session)
        asked = builders.make_factory(session, other)
        designer = builders.make_designer(session, other)
        brief = builders.make_brief(session, designer, published_at=utc_now())
        hours_ago = utc_now() - timedelta(hours=6)
        session.add(
            QuoteRequest(
                brief=brief,
                factory=asked,
                answer_by=builders.in_days(7),
                asked_at=hours_ago,
                answered_at=hours_ago + timedelta(hours=2),
                status=RequestStatus.DECLINED,
            )
        )
        session.flush()
        found = {
            function.__name__: function(session, other.id, period)
            for function in (*indicators.REGISTER, *indicators.ACTIVITY)
        }
        assert found["factories_registered"].value == 1
        assert found["briefs_published"].value == 1
        assert (found["requests_answered"].value, found["requests_answered"].out_of) == (1, 1)
        assert found["hours_to_answer"].value == 2.0
        assert found["lists_made"].value == 0


def test_nothing_to_count_says_so(app: Flask) -> None:
    with Session(engine_of(app)) as session:
        empty = builders.make_district(session)
        assert activity.hours_to_answer(session, empty.id, Period.ending(today_in_seoul())).value is None


@pytest.mark.parametrize("day", ["2027-01-01", "2026-12-31", "2027-03-28"])
def test_a_period_is_cut_at_korean_midnight(app: Flask, day: str) -> None:
    from datetime import date, datetime

    from models.capacity import SEOUL

    last = date.fromisoformat(day)
    period = Period(last, last)
    with Session(engine_of(app)) as session:
        district = builders.make_district(session)
        designer = builders.make_designer(session, district)
        for hour, minute, day_shift in ((0, 0, 0), (23, 59, 0), (23, 59, -1), (0, 0, 1)):
            at = datetime(last.year, last.month, last.day, hour, minute, tzinfo=SEOUL) + timedelta(days=day_shift)
            builders.make_brief(session, designer, published_at=at)
        assert activity.briefs_published(session, district.id, period).value == 2


def test_public_page_answers_without_and_with_borders(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/indicators?lang=ko")
    assert page.status_code == 200
    assert "동대문구" in page.text
    assert client.get("/indicators?district=nowhere").status_code == 404


def test_the_desk_is_for_staff(app: Flask) -> None:
    assert app.test_client().get("/district/").status_code == 303
