"""The officer's desk: what is counted beside the pages, papers for the council, and who may see them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.dashboard import council, state
from garment_hub.dashboard.charts import bars
from garment_hub.db import engine_of
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.capacity import SEOUL, today_in_seoul
from models.district import District
from models.district_state import DistrictState
from models.factory import Factory
from models.order import OrderStatus
from models.recommendation import Recommendation
from models.user import Role
from tests.browsing import signed_in
from tests.builders import make_brief, make_designer, make_district, make_factory, make_order, make_quote, make_user


@pytest.fixture
def home(session: Session) -> District:
    return session.get_one(District, 1)


def linked(session: Session, factory: Factory, confirmed: datetime | None, pieces: int = 10, **values: Any) -> None:
    brief = make_brief(session, make_designer(session, factory.district), quantity=pieces)
    quote = make_quote(session, brief, factory, unit_price_krw=5_000)
    make_order(session, quote, status=OrderStatus.CONFIRMED, confirmed_at=confirmed, **values)


def test_papers_equal_a_plain_count(session: Session, home: District) -> None:
    draw, today = Random(5), today_in_seoul()
    places = [place.id for place in home.neighbourhoods[:3]]
    factories = [make_factory(session, home, people=draw.choice([2, 6, 30, 80, None]),
                              neighbourhood_id=draw.choice(places)) for _number in range(6)]  # fmt: skip
    jobs: dict[tuple[int, Any], list[tuple[int, int]]] = defaultdict(list)
    for _number in range(40):
        factory, pieces = draw.choice(factories), draw.randint(1, 90)
        moment = datetime(draw.choice(council.years_back(today)), draw.randint(1, 12), 15, tzinfo=UTC)
        linked(session, factory, moment, pieces)
        jobs[moment.astimezone(SEOUL).year, factory.neighbourhood_id].append((factory.id, pieces))
    linked(session, factories[0], None)
    linked(session, make_factory(session, make_district(session, code="99999")), utc_now())
    session.flush()
    for year in council.years_back(today):
        found = council.linked_by(session, home.id, year, Factory.neighbourhood_id)
        plain = {
            place: council.Linked(len({one for one, _pieces in seen}), len(seen), sum(pieces for _one, pieces in seen),
                                  5_000 * sum(pieces for _one, pieces in seen))
            for (its_year, place), seen in jobs.items() if its_year == year
        }  # fmt: skip
        assert found == plain


def test_new_year_in_korea_is_the_border(session: Session, home: District) -> None:
    factory = make_factory(session, home)
    eve = datetime(2025, 12, 31, 14, 59, tzinfo=UTC)  # 23:59 in Seoul
    for moment in (eve, eve + timedelta(minutes=2)):
        linked(session, factory, moment)
    session.flush()
    assert [council.linked_by(session, home.id, year, Factory.id)[factory.id].jobs for year in (2025, 2026)] == [1, 1]
    first = council.first_time_firms(session, home.id, [2025, 2026])
    assert [sum(first[year].values()) for year in (2025, 2026)] == [1, 0]


def test_rows_that_were_merged_are_one_firm_with_one_first_time(session: Session, home: District) -> None:
    kept = make_factory(session, home)
    for year, factory in ((2025, make_factory(session, home, merged_into_id=kept.id)), (2026, kept)):
        linked(session, factory, datetime(year, 6, 15, tzinfo=UTC))
    session.flush()
    first = council.first_time_firms(session, home.id, [2025, 2026])
    assert [sum(first[year].values()) for year in (2025, 2026)] == [1, 0]


def test_files_hold_what_the_page_shows(app: Flask, session: Session, home: District) -> None:
    linked(session, make_factory(session, home, people=3), utc_now(), 77)
    officer = make_user(session, Role.DISTRICT_OFFICER, home)
    session.commit()
    desk = signed_in(app, session, officer)
    assert "385,000" in desk.get("/district/council").text
    rows = list(csv.reader(io.StringIO(desk.get("/district/council.csv").data.decode("utf-8-sig"))))
    assert any("385000" in row for row in rows)
    book = CalamineWorkbook.from_filelike(io.BytesIO(desk.get("/district/council.xlsx").data))
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert 385_000 in cells and len(book.sheet_names) == 5
    session.rollback()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.FIGURES_READ)).all()
    assert len(entries) == 1  # once a day


def test_figures_are_counted_beside_the_pages_once_an_hour(app: Flask, session: Session, home: District) -> None:
    make_factory(session, home)
    session.commit()
    now = utc_now()
    assert state.count_due(engine_of(app), now) == 1
    assert state.count_due(engine_of(app), now + timedelta(minutes=59)) == 0
    make_factory(session, home)
    session.commit()
    assert sum(number for _code, number in state.read(session, home.id, now).stages) == 1
    assert state.count_due(engine_of(app), now + timedelta(minutes=60)) == 1
    session.expire_all()
    session.rollback()
    assert sum(number for _code, number in state.read(session, home.id, now).stages) == 2


def test_without_a_count_the_desk_counts_by_itself_and_keeps_nothing(
    app: Flask, session: Session, home: District
) -> None:
    officer = make_user(session, Role.DISTRICT_OFFICER, home)
    session.commit()
    desk = signed_in(app, session, officer)
    for address in (
        "/district/",
        "/district/?days=90",
        "/district/?days=7",
        "/district/outlook",
        "/district/hand-over",
    ):
        assert desk.get(address).status_code == 200
    session.rollback()
    assert session.scalars(select(DistrictState)).all() == []


def test_empty_lists_are_told_by_the_reason_that_shut_out_most(session: Session, home: District) -> None:
    def made(why_not: dict[str, int], feasible: int = 0) -> Recommendation:
        return Recommendation(district_id=home.id, as_of=today_in_seoul(), ranker_version="3", feasible_count=feasible,
                              unknown_count=0, infeasible_count=9, why_not=why_not, stored={})  # fmt: skip

    session.add_all([made({"no_item": 5, "too_few": 2}), made({"no_item": 7}), made({"too_few": 3}), made({"x": 1}, 4)])
    session.flush()
    from garment_hub.dashboard.matching import unmet

    assert unmet(session, home.id, utc_now() - timedelta(days=90)) == [("no_item", 2), ("too_few", 1)]


def test_charts_are_pictures_without_script_or_foreign_words(app: Flask, session: Session, home: District) -> None:
    officer = make_user(session, Role.DISTRICT_OFFICER, home)
    session.commit()
    answer = signed_in(app, session, officer).get("/district/charts/months.svg")
    assert answer.mimetype == "image/svg+xml"
    for forbidden in ("<script", "aria-", "style="):
        assert forbidden not in answer.text
    assert bars(("a", "b"), (1.0, 2.0), "x") == bars(("a", "b"), (1.0, 2.0), "x")
