"""Releases: closed months only, written once, the same on page, file and interface, and blind to a single firm."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.dashboard import releases
from garment_hub.dashboard.releases import AMOUNT, FIRMS, ITEM, JOBS, NEIGHBOURHOOD, release_due
from garment_hub.db import engine_of
from models.capacity import SEOUL
from models.district import District
from models.factory import Factory
from models.indicator_snapshot import IndicatorSnapshot
from models.order import OrderStatus
from tests.builders import make_brief, make_designer, make_district, make_factory, make_order, make_quote

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
NOW = datetime(2026, 3, 10, 12, tzinfo=SEOUL)


@pytest.fixture
def home(session: Session) -> District:
    return session.get_one(District, 1)


def firms(session: Session, district: District, number: int, place: int = 0) -> list[Factory]:
    neighbourhood = sorted(district.neighbourhoods, key=lambda one: one.code)[place]
    return [make_factory(session, district, neighbourhood=neighbourhood) for _number in range(number)]


def linked(session: Session, factory: Factory, month: date, pieces: int = 100, **values: Any) -> None:
    brief = make_brief(session, make_designer(session, factory.district), quantity=pieces)
    quote = make_quote(session, brief, factory, unit_price_krw=1_000)
    confirmed = datetime(month.year, month.month, 15, tzinfo=SEOUL)
    make_order(session, quote, **{"status": OrderStatus.CONFIRMED, "confirmed_at": confirmed} | values)


def closed(session: Session, district: District, *months: date, **measured: float) -> None:
    """Snapshots as they are when months are over."""
    for month in months:
        for code, value in ({"jobs_linked_count": 0.0} | measured).items():
            session.add(IndicatorSnapshot(district_id=district.id, code=code, month=month, value=value, out_of=None))
    session.commit()


def released(app: Flask, session: Session, district: District) -> list[releases.Release]:
    release_due(engine_of(app), NOW)
    session.rollback()
    return releases.releases(session, district.id)


def test_only_closed_months_are_released_and_each_once(app: Flask, session: Session, home: District) -> None:
    for factory in firms(session, home, 6):
        linked(session, factory, JANUARY)
        linked(session, factory, date(2026, 3, 1))
    closed(session, home, JANUARY)
    (first,) = released(app, session, home)
    assert (first.month, first.figures[JOBS], first.figures[AMOUNT], first.figures[FIRMS]) == (JANUARY, 6, 600_000, 6)
    linked(session, firms(session, home, 1)[0], JANUARY)
    session.commit()
    assert released(app, session, home) == [first]
    rows = session.scalars(select(IndicatorSnapshot).where(IndicatorSnapshot.code == releases.RELEASE)).all()
    assert len(rows) == 1


def test_four_firms_are_hidden_and_five_are_shown(app: Flask, session: Session, home: District) -> None:
    for factory in [
        *firms(session, home, 5, place=0),
        *firms(session, home, 5, place=1),
        *firms(session, home, 4, place=2),
    ]:
        linked(session, factory, JANUARY)
    closed(session, home, JANUARY)
    (one,) = released(app, session, home)
    shown = {code: pair for code, pair in one.groups[NEIGHBOURHOOD].items() if pair != (None, None)}
    assert len(one.groups[NEIGHBOURHOOD]) == 3
    assert len(shown) == 1, "with one more shown the four would be the rest of the total"
    assert set(shown.values()) == {(5, 500_000)}
    assert one.figures[JOBS] == 14


def test_one_firm_with_nearly_everything_hides_the_total(app: Flask, session: Session, home: District) -> None:
    big, *small = firms(session, home, 7)
    linked(session, big, JANUARY, pieces=9_000)
    for factory in small:
        linked(session, factory, JANUARY, pieces=100)
    closed(session, home, JANUARY)
    (one,) = released(app, session, home)
    assert (one.figures[JOBS], one.figures[AMOUNT], one.figures[FIRMS]) == (None, None, None)
    assert set(one.groups[ITEM].values()) == {(None, None)}


def test_one_firm_more_than_in_the_month_before_hides_the_later_month(
    app: Flask, session: Session, home: District
) -> None:
    known = firms(session, home, 8)
    for factory in known:
        linked(session, factory, JANUARY)
        linked(session, factory, FEBRUARY)
    linked(session, firms(session, home, 1)[0], FEBRUARY)
    closed(session, home, JANUARY, FEBRUARY)
    february, january = released(app, session, home)
    assert january.figures[AMOUNT] == 800_000
    assert february.figures[AMOUNT] is None


def test_what_was_cancelled_or_is_of_another_district_is_not_in_it(
    app: Flask, session: Session, home: District
) -> None:
    other = make_district(session)
    for factory in firms(session, home, 6):
        linked(session, factory, JANUARY)
        linked(session, factory, JANUARY, status=OrderStatus.CANCELLED)
    for factory in firms(session, other, 6):
        linked(session, factory, JANUARY, pieces=7)
    closed(session, home, JANUARY)
    closed(session, other, JANUARY)
    assert released(app, session, home)[0].figures[AMOUNT] == 600_000
    assert releases.releases(session, other.id)[0].figures[AMOUNT] == 42_000


def test_a_rate_is_shown_only_with_five_firms_behind_it(app: Flask, session: Session, home: District) -> None:
    designer, known = make_designer(session, home), firms(session, home, 5)
    for month, answering in ((1, known[:4]), (2, known)):
        moment = datetime(2026, month, 12, tzinfo=SEOUL)
        for factory in answering:
            asked = {"asked_at": moment, "answered_at": moment}
            make_quote(session, make_brief(session, designer, published_at=moment), factory, asked=asked)
    closed(session, home, JANUARY, FEBRUARY, quote_response_hours=5.06)
    february, january = released(app, session, home)
    assert january.figures["quote_response_hours"] is None
    assert february.figures["quote_response_hours"] == 5.1


def test_others_who_did_something_else_do_not_cover_for_one_firm(app: Flask, session: Session, home: District) -> None:
    """The five refuse, or answer what was published in another month: the figure is about the one that quoted."""
    designer, moment = make_designer(session, home), datetime(2026, 1, 12, tzinfo=SEOUL)
    (alone,), others = firms(session, home, 1), firms(session, home, 5)
    asked = {"asked_at": moment, "answered_at": moment}
    make_quote(session, make_brief(session, designer, published_at=moment), alone, asked=asked)
    for factory in others:
        make_quote(session, make_brief(session, designer, published_at=NOW), factory, asked=asked)
        linked(session, factory, JANUARY)
        linked(session, alone, JANUARY, delivered_at=moment)
    closed(session, home, JANUARY, quote_response_hours=5.06, on_time_rate=100.0, first_pass_rate=100.0)
    (one,) = released(app, session, home)
    assert {one.figures[code] for code in ("quote_response_hours", "on_time_rate", "first_pass_rate")} == {None}


def test_two_rows_of_one_firm_are_one_firm(app: Flask, session: Session, home: District) -> None:
    *others, kept, gone = firms(session, home, 5)
    gone.merged_into_id = kept.id
    for factory in (*others, kept, gone):
        linked(session, factory, JANUARY)
    closed(session, home, JANUARY)
    assert released(app, session, home)[0].figures[AMOUNT] is None


def test_page_file_and_interface_say_the_same(app: Flask, session: Session, home: District) -> None:
    for factory in [*firms(session, home, 6, place=0), *firms(session, home, 2, place=1)]:
        linked(session, factory, JANUARY)
    closed(session, home, JANUARY)
    (one,) = released(app, session, home)
    client = app.test_client()
    (told,) = client.get("/api/v1/indicators").get_json()["releases"]
    assert told["figures"] == one.figures
    assert told["groups"][NEIGHBOURHOOD] == {
        code: {JOBS: pair[0], AMOUNT: pair[1]} for code, pair in one.groups[NEIGHBOURHOOD].items()
    }
    answer = client.get("/open-data/indicators.csv?lang=ko")
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {line["code"]: line["value"] for line in lines if not line["group"]} == {
        code: "" if value is None else str(value) for code, value in one.figures.items()
    }
    assert all((line["value"] == "") == (line["hidden"] == "hidden") for line in lines)
    page = client.get("/indicators?lang=ko").text
    assert "2026년 1월" in page
    assert "800,000" in page
    assert "공개하지 않음: 업체가 적음" in page
    assert "CC BY 4.0" in client.get("/open-data?lang=ko").text
    assert "운영 기관이 정해야" in client.get("/open-data?lang=ko").text


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_pages_stand_before_anything_was_released(app: Flask, session: Session, language: str) -> None:
    client = app.test_client()
    for address in ("/indicators", "/open-data", "/open-data/indicators.csv", "/api/v1/indicators"):
        assert client.get(f"{address}?lang={language}").status_code == 200
        assert client.get(f"{address}?district=nowhere").status_code == 404
