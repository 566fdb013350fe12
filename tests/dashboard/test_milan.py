"""Milan beside the district: side by side only what may be, each value with its source, and nothing made up."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub.dashboard import benchmark
from models import indicators
from models.base import utc_now
from models.district import District
from models.indicator_snapshot import IndicatorSnapshot
from models.statistic import Statistic
from models.user import Role
from models.vocabulary import said
from tests.browsing import Browser, signed_in
from tests.builders import make_district, make_user

NONE = {"ko": "출처 있는 값 없음", "en": "no value with a source", "it": "nessun valore con una fonte"}
ROW = re.compile(r'<tr id="(\w+)">(.*?)(?=<tr id=|</table>)', re.DOTALL)
SIDE_BY_SIDE = {"firms_manufacturing", "payment_term_legal_max"}


@pytest.fixture
def home(session: Session) -> District:
    return session.get_one(District, 1)


def staff_of(app: Flask, session: Session, district: District) -> Browser:
    return signed_in(app, session, make_user(session, Role.DISTRICT_OFFICER, district))


def uploaded(session: Session, district: District, code: str, value: float, **values: Any) -> None:
    session.add(
        Statistic(
            **{"district_id": district.id, "code": code, "value": value, "first_on": date(2024, 1, 1),
               "last_on": date(2024, 12, 31), "scope": "서울 전체", "source": "어느 조사 2024"} | values
        )
    )  # fmt: skip
    session.flush()


def shot(session: Session, district: District, code: str, value: float | None, month: date, revision: int = 0) -> None:
    session.add(
        IndicatorSnapshot(district_id=district.id, code=code, month=month, revision=revision, value=value,
                          out_of=None, made_at=utc_now())
    )  # fmt: skip
    session.flush()


@pytest.mark.parametrize("language", list(NONE))
def test_every_row_of_the_table_stands_on_the_page_with_its_sources(
    app: Flask, session: Session, home: District, language: str
) -> None:
    page = staff_of(app, session, home).get(f"/district/milan?lang={language}").text
    rows = {
        code: found.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
        for code, found in ROW.findall(page)
    }
    assert list(rows) and rows.keys() == indicators.definitions().keys()
    published = indicators.published_values(home.code)
    for code, one in indicators.definitions().items():
        assert one.names[language] in rows[code]
        assert one.definitions[language] in rows[code]
        for known in (one.milan, published.get(code)):
            if known:
                assert said(known.year, language) in rows[code]
                assert said(known.source, language) in rows[code]
        if code not in published:
            assert NONE[language] in rows[code]
        if one.milan is None and code not in published:
            assert not re.search(r"<b>", rows[code])


def test_values_stand_side_by_side_only_where_the_table_allows_it(session: Session, home: District) -> None:
    compared = benchmark.compare(session, home)
    assert {code for code, row in compared.items() if row.stand_side_by_side} == SIDE_BY_SIDE
    for code in indicators.definitions():
        uploaded(session, home, code, 1)
    filled = benchmark.compare(session, home)
    assert all(row.own is not None for row in filled.values())
    assert {code for code, row in filled.items() if row.stand_side_by_side} == SIDE_BY_SIDE


@pytest.mark.parametrize("language", list(NONE))
def test_why_values_differ_is_told_of_published_ones_only(
    app: Flask, session: Session, home: District, language: str
) -> None:
    client, notes = staff_of(app, session, home), indicators.definitions()["micro_firm_share"].comparable_notes
    address = f"/district/milan?lang={language}"
    assert notes[language] in html.unescape(client.get(address).text)
    shot(session, home, "micro_firm_share", 80.0, date(2026, 2, 1))
    session.commit()
    assert notes[language] not in html.unescape(client.get(address).text)


def test_the_register_is_no_census_and_never_stands_beside_milan(session: Session, home: District) -> None:
    shot(session, home, "firms_manufacturing", 12, date(2026, 2, 1))
    assert benchmark.compare(session, home)["firms_manufacturing"].own == benchmark.Own(
        "1627", benchmark.PUBLISHED, year="2022",
        source=indicators.published_values(home.code)["firms_manufacturing"].source,
    )  # fmt: skip
    other = make_district(session)
    shot(session, other, "firms_manufacturing", 12, date(2026, 2, 1))
    row = benchmark.compare(session, other)["firms_manufacturing"]
    assert row.own is not None
    assert not row.stand_side_by_side


def test_what_was_measured_goes_before_what_was_handed_in_and_that_before_what_was_published(
    session: Session, home: District
) -> None:
    assert benchmark.own_values(session, home)["employees"].origin == benchmark.PUBLISHED
    uploaded(session, home, "employees", 7_500)
    uploaded(session, home, "employees", 1, replaced_at=utc_now())
    own = benchmark.own_values(session, home)["employees"]
    assert (own.value, own.origin, own.source) == (7_500, benchmark.UPLOADED, "어느 조사 2024")
    for month, revision, value in ((1, 0, 10.0), (2, 0, 20.0), (2, 1, 21.0), (3, 0, None)):
        shot(session, home, "employees", value, date(2026, month, 1), revision)
    own = benchmark.own_values(session, home)["employees"]
    assert (own.value, own.origin, own.first) == (21, benchmark.MEASURED, date(2026, 2, 1))


def test_another_district_has_none_of_these_values(app: Flask, session: Session, home: District) -> None:
    uploaded(session, home, "satisfaction", 4.2)
    shot(session, home, "on_time_rate", 91.5, date(2026, 2, 1))
    other = make_district(session)
    assert benchmark.own_values(session, other) == {}
    page = staff_of(app, session, other).get("/district/milan").text
    assert page.count(NONE["ko"]) >= len(indicators.definitions())
    assert "ddmissue" not in page
    assert "91.5" not in page


@pytest.mark.parametrize("language", list(NONE))
def test_each_of_the_eight_rules_says_where_it_is_from_and_names_its_indicators(
    app: Flask, session: Session, home: District, language: str
) -> None:
    assert len(benchmark.RULES) == 8
    codes = [code for rule in benchmark.RULES for code in rule.codes]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= indicators.definitions().keys()
    page = staff_of(app, session, home).get(f"/district/milan?lang={language}").text
    rules = page[: page.index('<tr id="')]
    for code in codes:
        assert indicators.definitions()[code].names[language] in rules.replace("&#39;", "'")
    ours = {"ko": "자체 기준", "en": "our own", "it": "nostra"}[language]
    assert len(re.findall(ours, rules, re.IGNORECASE)) >= 4  # 10 km, 12 months, one half, spreading the work
