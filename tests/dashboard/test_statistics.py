"""Figures from outside: every row or none, each with its source, and a correction that keeps what it corrects."""

from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from garment_hub.dashboard import statistics
from garment_hub.dashboard.statistics import WrongRows, read_figure, read_file
from garment_hub.registry.reading import Unreadable
from models import indicators
from models.audit import AuditAction, AuditEntry
from models.district import District
from models.errors import Invalid
from models.statistic import Statistic
from models.user import Role
from tests.browsing import Browser, signed_in
from tests.builders import make_district, make_user

TODAY = date(2027, 3, 10)
HEADINGS = "지표,값,연도,범위,출처\n"
GOOD = {"code": "봉제업체 수", "value": "1,627", "year": "2022", "scope": "우리 구", "source": "사업체조사"}


@pytest.fixture
def officer(app: Flask, session: Session) -> Browser:
    return signed_in(app, session, make_user(session, Role.DISTRICT_OFFICER, session.get_one(District, 1)))


def upload(browser: Browser, data: bytes) -> TestResponse:
    return browser.send("/district/statistics/file", {"file": (io.BytesIO(data), "a.csv")},
                        content_type="multipart/form-data")  # fmt: skip


def rows_of(session: Session) -> list[Statistic]:
    session.rollback()
    return list(session.scalars(select(Statistic).order_by(Statistic.id)))


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_every_indicator_is_known_by_code_and_by_its_name_in_each_language(language: str) -> None:
    for code, one in indicators.definitions().items():
        assert read_figure(GOOD | {"code": one.names[language]}, TODAY).code == code
        assert read_figure(GOOD | {"code": f" {code.upper()} "}, TODAY).code == code


@pytest.mark.parametrize(
    ("cells", "first", "last"),
    [
        ({"year": "2022"}, date(2022, 1, 1), date(2022, 12, 31)),
        ({"year": "2022년"}, date(2022, 1, 1), date(2022, 12, 31)),
        ({"year": "2022.0"}, date(2022, 1, 1), date(2022, 12, 31)),
        ({"year": "2024", "month": "2"}, date(2024, 2, 1), date(2024, 2, 29)),
        ({"month": "2024-02"}, date(2024, 2, 1), date(2024, 2, 29)),
        ({"month": "2024년 2월"}, date(2024, 2, 1), date(2024, 2, 29)),
        ({"first": "2024.1.5", "last": "2024-03-01"}, date(2024, 1, 5), date(2024, 3, 1)),
        ({"first": "2024-01-05 00:00:00", "last": ""}, date(2024, 1, 5), date(2024, 1, 5)),
    ],
)
def test_times_as_people_write_them(cells: dict[str, str], first: date, last: date) -> None:
    figure = read_figure(GOOD | {"year": ""} | cells, TODAY)
    assert (figure.first_on, figure.last_on) == (first, last)


@pytest.mark.parametrize(
    ("cells", "code", "field"),
    [
        ({"code": ""}, "statistic_indicator_missing", "code"),
        ({"code": "행복 지수"}, "statistic_indicator_unknown", "code"),
        ({"value": ""}, "statistic_value_missing", "value"),
        ({"value": "많음"}, "statistic_value_wrong", "value"),
        ({"value": "nan"}, "statistic_value_wrong", "value"),
        ({"value": "1e999"}, "statistic_value_wrong", "value"),
        ({"value": "9" * 18}, "statistic_value_wrong", "value"),
        ({"year": ""}, "statistic_period_missing", "first"),
        ({"year": "22"}, "statistic_period_wrong", "first"),
        ({"month": "2024-13"}, "statistic_period_wrong", "first"),
        ({"first": "2024-02-30"}, "statistic_period_wrong", "first"),
        ({"first": "2024-02-02", "last": "2024-02-01"}, "statistic_period_turned", "last"),
        ({"year": "2028"}, "statistic_in_future", "first"),
        ({"scope": " "}, "statistic_scope_missing", "scope"),
        ({"source": "-"}, "statistic_source_missing", "source"),
        ({"source": "가" * 401}, "statistic_words_too_long", "source"),
    ],
)
def test_what_is_wrong_is_named(cells: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_figure(GOOD | cells, TODAY)
    assert (refused.value.code, refused.value.field) == (code, field)


@given(st.dictionaries(st.sampled_from(list(statistics.COLUMNS)), st.text(max_size=30)))
def test_no_text_breaks_the_reader(cells: dict[str, str]) -> None:
    try:
        figure = read_figure(GOOD | cells, TODAY)
    except Invalid:
        return
    assert figure.first_on <= figure.last_on
    assert figure.source and figure.scope


def test_all_wrong_rows_are_named_by_their_number_in_the_file() -> None:
    good, unknown = "가동률,70,2022,서울,어떤 조사\n", "행복,1,2022,서울,조사\n"
    wrong, twice = "가동률,x,2021,서울,조사\n", "가동률,71,2022,서울,조사\n"
    data = f"우리 구 통계,,,,\n\n{HEADINGS}{good}{unknown}\n{wrong}{twice}"
    with pytest.raises(WrongRows) as refused:
        read_file(data.encode("cp949"), TODAY)
    assert [(number, error.code) for number, error in refused.value.rows] == [
        (5, "statistic_indicator_unknown"), (7, "statistic_value_wrong"), (8, "statistic_twice"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("지표,값,연도,범위\n가동률,70,2022,서울\n", "statistics_columns_missing"),
        ("지표,값,범위,출처\n가동률,70,서울,조사\n", "statistics_columns_missing"),
        (HEADINGS, "statistics_none"),
        (HEADINGS + "가동률,1,2022,서울,조사\n" * 2_001, "statistics_too_many"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_as_a_whole(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(text.encode(), TODAY)
    assert refused.value.code == code


def test_a_workbook_reads_like_a_text() -> None:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["indicator", "value", "first", "last", "scope", "source"])
        sheet.write_row(1, 0, ["Capacity utilisation", 71.5])
        for column, day in enumerate((date(2024, 1, 1), date(2024, 1, 31)), 2):
            sheet.write_datetime(1, column, day, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(1, 4, ["Seoul", "survey"])
    (figure,) = read_file(out.getvalue(), TODAY)
    assert (figure.code, figure.value, figure.first_on, figure.last_on) == (
        "capacity_utilisation", 71.5, date(2024, 1, 1), date(2024, 1, 31),
    )  # fmt: skip


def test_nothing_of_a_file_with_one_wrong_row_is_stored(officer: Browser, session: Session) -> None:
    answer = upload(officer, f"{HEADINGS}가동률,70,2022,서울,조사\n가동률,,2021,서울,조사\n".encode())
    assert answer.status_code == 422
    assert "3행" in answer.text
    assert rows_of(session) == []
    assert not session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.STATISTICS_ADDED)).all()


def test_a_correction_keeps_the_old_row_and_a_repeat_adds_nothing(officer: Browser, session: Session) -> None:
    first = f"{HEADINGS}가동률,70,2022,서울,조사\n만족도,4.2,2022,서울,조사\n".encode()
    assert upload(officer, first).status_code == 303
    assert upload(officer, first).status_code == 303
    assert len(rows_of(session)) == 2
    assert upload(officer, f"{HEADINGS}가동률,72,2022,서울,다시 한 조사\n".encode()).status_code == 303
    assert [(row.value, row.replaced_at is None) for row in rows_of(session)] == [(70, False), (4.2, True), (72, True)]
    assert statistics.newest(session, 1)["capacity_utilisation"].value == 72
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.STATISTICS_ADDED)).all()
    assert [entry.values for entry in entries] == [{"count": 2, "replaced": 0}, {"count": 1, "replaced": 1}]
    page = officer.get("/district/statistics?lang=ko").text
    assert "바로잡음" in page
    assert "다시 한 조사" in page


def test_one_figure_by_hand_needs_its_source(officer: Browser, session: Session) -> None:
    fields = {"code": "employees", "value": "8,000", "first": "2017-01-01", "last": "2017-12-31", "scope": "우리 구"}
    assert officer.send("/district/statistics", fields).status_code == 422
    assert officer.send("/district/statistics", fields | {"source": "  "}).status_code == 422
    assert rows_of(session) == []
    assert officer.send("/district/statistics", fields | {"source": "구청 보도자료"}).status_code == 303
    (row,) = rows_of(session)
    assert (row.code, row.value, row.source, row.district_id) == ("employees", 8000, "구청 보도자료", 1)


def test_another_district_is_neither_seen_nor_corrected(app: Flask, session: Session, officer: Browser) -> None:
    elsewhere = make_user(session, Role.DISTRICT_OFFICER, make_district(session))
    other = signed_in(app, session, elsewhere)
    line = f"{HEADINGS}가동률,70,2022,서울,그 구의 조사\n".encode()
    assert upload(other, line).status_code == 303
    assert upload(officer, line).status_code == 303
    assert [(row.district_id, row.replaced_at) for row in rows_of(session)] == [
        (elsewhere.district_id, None),
        (1, None),
    ]
    assert officer.get(f"/district/statistics?district={elsewhere.district.code}").status_code == 404
