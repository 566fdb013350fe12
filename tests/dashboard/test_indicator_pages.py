"""All indicators of a district as pages and files: what they say, whose they are, and that they can be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from markupsafe import escape
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from garment_hub.dashboard import indicator_routes
from garment_hub.dashboard.indicators import MEASURES, THEMES
from garment_hub.dashboard.snapshots import close_months, count_month, last_closed
from garment_hub.db import engine_of
from garment_hub.orders.documents import NoPdf
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.capacity import SEOUL, today_in_seoul
from models.district import District
from models.indicators import definitions, published_values
from models.order import Order, OrderStatus
from models.statistic import Statistic
from models.user import Role, User
from models.vocabulary import said
from tests import accessible
from tests.browsing import Browser
from tests.builders import make_brief, make_designer, make_district, make_factory, make_order, make_quote, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page

ClientAs = Callable[[Role | User], Browser]
PAGE = "/district/indicators"


@pytest.fixture
def home(app: Flask, session: Session) -> District:
    """With one job of 1,200,000 won in the last closed month, which was closed."""
    district = session.get_one(District, 1)
    month = last_closed(utc_now())
    moment = datetime(month.year, month.month, 15, tzinfo=SEOUL).astimezone(UTC)
    district.created_at = moment
    place = district.neighbourhoods[0]
    factory = make_factory(session, district, people=3, neighbourhood_id=place.id)
    quote = make_quote(session, make_brief(session, make_designer(session, district), quantity=100), factory)
    make_order(session, quote, status=OrderStatus.CONFIRMED, confirmed_at=moment)
    session.commit()
    close_months(engine_of(app), utc_now())
    return district


def month_text() -> str:
    return f"{last_closed(utc_now()):%Y-%m}"


def test_every_indicator_stands_on_the_page(client_as: ClientAs, home: District) -> None:
    page = client_as(Role.COORDINATOR).get(f"{PAGE}?lang=ko&month={month_text()}").text
    for definition in definitions().values():
        assert definition.names["ko"] in page
    assert "1,200,000" in page and "처음 낸 값" not in page


def test_a_corrected_figure_shows_both(app: Flask, client_as: ClientAs, session: Session, home: District) -> None:
    session.execute(update(Order).values(status=OrderStatus.CANCELLED))
    session.commit()
    assert count_month(engine_of(app), last_closed(utc_now()), utc_now()) > 0
    browser = client_as(Role.DISTRICT_OFFICER)
    for address in (f"{PAGE}?lang=ko&month={month_text()}", f"{PAGE}/jobs_linked_amount?lang=ko"):
        page = browser.get(address).text
        assert "정정" in page and "1,200,000" in page
    rows = list(
        csv.reader(io.StringIO(browser.get(f"/district/export.csv?month={month_text()}").data.decode("utf-8-sig")))
    )
    amount = next(row for row in rows if "jobs_linked_amount" in row)
    assert amount[2] == "0" and amount[5] == "1200000"


def test_drill_down_names_months_and_neighbourhoods(client_as: ClientAs, home: District) -> None:
    browser = client_as(Role.COORDINATOR)
    page = browser.get(f"{PAGE}/jobs_linked_count?lang=ko&month={month_text()}").text
    assert home.neighbourhoods[0].name_ko in page and month_text() in page
    chart = browser.get(f"{PAGE}/jobs_linked_count.svg")
    assert chart.mimetype == "image/svg+xml" and "<script" not in chart.text
    assert (
        browser.get(f"{PAGE}/no_such_thing").status_code == browser.get(f"{PAGE}/no_such_thing.svg").status_code == 404
    )


def test_reading_and_taking_is_written_down_once_a_day(client_as: ClientAs, session: Session, home: District) -> None:
    def noted() -> int:
        session.rollback()
        query = select(func.count()).where(AuditEntry.action == AuditAction.FIGURES_READ)
        return session.scalar(query) or 0

    for number, address in enumerate((PAGE, f"{PAGE}/employees", "/district/export.xlsx"), 1):
        browser = client_as(make_user(session, Role.DISTRICT_OFFICER, home))
        for _time in range(2):
            assert browser.get(address).status_code == 200
        assert noted() == number


def test_a_published_figure_stands_with_its_year_and_source(client_as: ClientAs, home: District) -> None:
    browser = client_as(Role.COORDINATOR)
    page = browser.get(f"{PAGE}?lang=ko").text
    source = published_values(home.code)["workers_50_plus_share"]
    assert source.value in page and str(escape(said(source.source, "ko"))) in page
    span = browser.get(f"{PAGE}/capacity_utilisation?lang=ko").text
    assert "70-89" not in span  # measured here, so that no figure of others stands in for it


@pytest.mark.parametrize("code", ["employees", "youth_hires", "lead_time_average"])
def test_an_indicator_without_any_figure_still_stands(client_as: ClientAs, session: Session, code: str) -> None:
    browser = client_as(make_user(session, Role.DISTRICT_OFFICER, make_district(session)))
    assert browser.get(f"{PAGE}/{code}").status_code == browser.get(f"{PAGE}/{code}.svg").status_code == 200


def test_of_another_district_nothing_is_seen(client_as: ClientAs, session: Session, home: District) -> None:
    officer = make_user(session, Role.DISTRICT_OFFICER, make_district(session))
    browser = client_as(officer)
    for address in (PAGE, f"{PAGE}/jobs_linked_amount", "/district/export.csv"):
        answer = browser.get(f"{address}?month={month_text()}&district={home.code}")
        assert answer.status_code == 200 and "1,200,000" not in answer.text and "1200000" not in answer.text


def test_files_hold_every_indicator_with_its_definition(client_as: ClientAs, session: Session, home: District) -> None:
    about = {"first_on": today_in_seoul().replace(month=1, day=1), "last_on": today_in_seoul(), "value": 7.0}
    session.add(Statistic(district_id=1, code="youth_hires", scope="=1+1", source="=HYPERLINK(1)", **about))
    session.commit()
    browser = client_as(Role.ADMINISTRATOR)
    text = browser.get("/district/export.csv?lang=ko").data.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) > 3]
    codes = [row[1] for row in rows]
    assert set(definitions()) <= set(codes)
    assert all(row[-3] and row[-2] for row in rows if row[1] in MEASURES)
    assert not any(cell.startswith("=") for row in rows for cell in row)
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get("/district/export.xlsx?lang=ko").data))
    assert len(book.sheet_names) == 1 + len(THEMES)
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert set(definitions()) <= set(map(str, cells))


@pytest.mark.slow
def test_report_says_what_the_year_brought(
    client_as: ClientAs, home: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []

    def printed(page: str) -> bytes:
        pages.append(page)
        return b"%PDF"

    monkeypatch.setattr(indicator_routes, "make_pdf", printed)
    browser = client_as(Role.DISTRICT_OFFICER)
    year = last_closed(utc_now()).year
    answer = browser.get(f"/district/report.pdf?lang=ko&year={year}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "1,200,000" in pages[0] and "1627" in pages[0] and home.neighbourhoods[0].name_ko in pages[0]
    for wrong in (today_in_seoul().year + 1, 1900):
        assert browser.get(f"/district/report.pdf?year={wrong}").status_code == 404


def test_without_the_library_the_report_says_so(
    client_as: ClientAs, home: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(page: str) -> bytes:
        raise NoPdf

    monkeypatch.setattr(indicator_routes, "make_pdf", cannot)
    assert client_as(Role.DISTRICT_OFFICER).get("/district/report.pdf").status_code == 503


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_every_language_full_and_empty(client_as: ClientAs, session: Session, home: District, language: str) -> None:
    for person in (Role.DISTRICT_OFFICER, make_user(session, Role.DISTRICT_OFFICER, make_district(session))):
        browser = client_as(person)
        for address in (PAGE, f"{PAGE}/jobs_linked_amount", f"{PAGE}/employees", f"{PAGE}/youth_hires"):
            for month in ("", month_text(), f"{today_in_seoul():%Y-%m}", "2026-13", "x"):
                page = browser.get(f"{address}?lang={language}&month={month}")
                assert page.status_code == 200 and "%(" not in page.text


def test_axe_finds_nothing(client_as: ClientAs, new_page: Callable[..., Page], home: District) -> None:
    browser = client_as(Role.DISTRICT_OFFICER)
    for width in (390, 1280):
        for address in (PAGE, f"{PAGE}/jobs_linked_amount"):
            page = new_page(viewport={"width": width, "height": 800})
            browser.show_in(page, f"{address}?lang=ko&month={month_text()}")
            page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
            assert accessible.problems(page) == []
