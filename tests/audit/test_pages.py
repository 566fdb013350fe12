"""Pages of the record: searching it, taking a search along, and looking a month through."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.audit import reviewing
from garment_hub.audit.queries import start_of
from garment_hub.audit.wording import ACTIONS, SENTENCES, sentence
from models.audit import AuditAction, AuditEntry
from models.capacity import today_in_seoul
from models.district import District
from models.errors import Conflict
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_brief, make_case, make_designer, make_district, make_factory, make_quote, make_user

ClientAs = Callable[[Role | User], Browser]
PAGE, FILE, REVIEW = "/district/audit", "/district/audit.csv", "/district/audit/review"


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def officer(session: Session, district: District) -> User:
    return make_user(session, Role.DISTRICT_OFFICER, district, name="김담당")


def acts(session: Session, person: User, action: AuditAction, *moments: datetime, about: object = None) -> None:
    """Entries of earlier days, as the record would hold them."""
    for moment in moments:
        subject = about or person
        entry = AuditEntry(
            district_id=1, at=moment, actor_id=person.id, action=action,
            subject=subject.__tablename__, subject_id=subject.id, values={},  # type: ignore[attr-defined]
        )  # fmt: skip
        session.add(entry)
    session.flush()


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_every_act_has_words_and_a_sentence(app: Flask, session: Session, officer: User, language: str) -> None:
    assert set(ACTIONS) == set(SENTENCES) == set(AuditAction)
    with app.test_request_context(), force_locale(language):
        for action in AuditAction:
            for actor in (officer, None):
                entry = audit.record(session, actor, action, session.get_one(District, 1), count=3, unknown=1)
                words = sentence(entry)
                assert "%" not in words and "3" in words
                assert (officer.name in words) == (actor is not None)


def test_a_district_as_subject_is_where_it_happened(session: Session, district: District) -> None:
    elsewhere = make_district(session)
    administrator = make_user(session, Role.ADMINISTRATOR, elsewhere)
    assert audit.record(session, administrator, AuditAction.FIGURES_READ, district).district_id == district.id


def test_entries_are_found_by_person_factory_action_and_days(
    session: Session, district: District, officer: User, client_as: ClientAs
) -> None:
    factory, other = make_factory(session, district), make_factory(session, district)
    quote = make_quote(session, make_brief(session, make_designer(session, district)), factory)
    case = make_case(session, quote.request)
    colleague = make_user(session, Role.COORDINATOR, district, name="박동료")
    audit.record(session, officer, AuditAction.SIGN_IN_SHOWN, factory, reason="전화 왔어요")
    audit.record(session, officer, AuditAction.SIGN_IN_SHOWN, other)
    audit.record(session, colleague, AuditAction.CASE_READ, case)
    browser = client_as(officer)

    def found(**search: object) -> int:
        page = browser.get(PAGE, query_string=search)
        assert page.status_code == 200
        return page.text.count("<tr><td")

    today = today_in_seoul()
    assert found(person=officer.id, action="sign_in_shown") == 2
    assert found(factory=factory.id) == 2
    assert found(factory=other.id) == 1
    assert found(action="case_read") == 1
    assert found(person=colleague.id) == 1
    assert found(action="case_read", first=today, last=today) == 1
    assert found(action="case_read", last=today - timedelta(days=1)) == 0
    assert f"김담당 님이 사장님 로그인 코드를 보여 줬어요. 공장 {factory.id}번" in browser.get(PAGE).text
    for wrong in ({"person": "x"}, {"factory": "-1"}, {"first": "0001-01-01"}, {"last": "9999-12-31"}, {"action": "x"}):
        assert browser.get(PAGE, query_string=wrong).status_code == 422
    searched = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.ENTRIES_SEARCHED)).all()
    assert [entry.actor_id for entry in searched] == [officer.id]


def test_nobody_searches_another_districts_record(session: Session, officer: User, client_as: ClientAs) -> None:
    elsewhere = make_district(session, country="IT")
    theirs = make_user(session, Role.DISTRICT_OFFICER, elsewhere, name="Rossi")
    audit.record(session, theirs, AuditAction.FIGURES_READ, elsewhere)
    browser = client_as(officer)
    assert "Rossi" not in browser.get(PAGE).text
    for address in (PAGE, REVIEW):
        assert browser.get(f"{address}?district={elsewhere.code}").status_code == 404
        assert client_as(Role.ADMINISTRATOR).get(f"{address}?district={elsewhere.code}").status_code == 200
    assert "Rossi" in client_as(theirs).get(PAGE).text


def test_a_search_is_taken_along_with_a_reason(session: Session, officer: User, client_as: ClientAs) -> None:
    audit.record(session, officer, AuditAction.SAMPLE_WAIVED, officer, reason="=1+1")
    browser = client_as(officer)
    assert browser.send(FILE, {"action": "sample_waived", "reason": " "}).status_code == 422
    answer = browser.send(FILE, {"action": "sample_waived", "reason": "감사 자료"})
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert list(row.values())[2:] == [
        "김담당", "샘플 없이 주문함", f"김담당 님이 샘플 없이 주문했어요. 사용자 {officer.id}번", "'=1+1"
    ]  # fmt: skip
    session.rollback()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.ENTRIES_SEARCHED)).one()
    assert (entry.reason, entry.values) == ("감사 자료", {"count": 1})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of last month in Korean time."""
    last_month = reviewing.month_of(reviewing.month_of(today_in_seoul()) - timedelta(days=1))
    return start_of(last_month) + timedelta(days=day - 1, hours=hour, minutes=minute)


def test_a_month_shows_what_is_unusual(session: Session, district: District, officer: User) -> None:
    month = at(1, 12).astimezone(UTC).date().replace(day=1)
    factory = make_factory(session, district)
    others = [make_user(session, Role.COORDINATOR, district) for _each in range(3)]
    acts(session, officer, AuditAction.IMPORT_STARTED, at(2, 6), at(2, 21, 59))
    acts(session, others[0], AuditAction.FIGURES_READ, at(3, 22), at(4, 5, 59))
    acts(session, others[1], AuditAction.CASE_READ, *(at(5, 14, 2 * number) for number in range(21)))
    acts(session, others[2], AuditAction.CASE_READ, *(at(5, 14, 3 * number) for number in range(20)))
    for person in others:
        acts(session, person, AuditAction.SIGN_IN_SHOWN, at(6, 12), about=factory)
    found = reviewing.acts_in(session, district.id, month)
    assert [(one.person, one.count) for one in found.nights] == [(others[0], 2)]
    assert [(one.person, one.since, one.count) for one in found.bursts] == [(others[1], at(5, 14), 21)]
    assert [(one.factory_id, one.people) for one in found.crowds] == [(factory.id, 3)]
    assert (officer, AuditAction.IMPORT_STARTED, 2) in found.counts
    earlier = reviewing.month_of(month - timedelta(days=1))
    assert reviewing.acts_in(session, district.id, earlier).counts == []


def test_a_month_that_is_over_is_looked_through_and_shown_by_whom(
    session: Session, officer: User, client_as: ClientAs
) -> None:
    acts(session, officer, AuditAction.FIGURES_READ, at(3, 12))
    browser, month = client_as(officer), f"{at(3, 12):%Y-%m}"
    page = browser.get(REVIEW).text
    assert "아직 점검 안 함" in page and "공개하지 않는 통계를 봄" in page
    assert browser.send(REVIEW, {"month": month, "note": ""}).status_code == 422
    assert browser.send(REVIEW, {"month": month, "note": "밤에 본 것은 없었어요"}).status_code == 303
    assert browser.send(REVIEW, {"month": month, "note": "또"}).status_code == 409
    page = browser.get(f"{REVIEW}?month={month}").text
    assert "밤에 본 것은 없었어요" in page and "아직 점검 안 함" not in page
    running = f"{today_in_seoul():%Y-%m}"
    assert browser.send(REVIEW, {"month": running, "note": "일찍"}).status_code == 409
    for wrong in ("2999-01", "0001-01", "x", "2026-13", "2026-1-1"):
        assert browser.get(REVIEW, query_string={"month": wrong}).status_code == 404


def test_a_running_month_is_not_over_in_korean_time(session: Session, district: District, officer: User) -> None:
    today = today_in_seoul()
    with pytest.raises(Conflict, match="month_not_over"):
        reviewing.look_through(session, officer, district, reviewing.month_of(today), "일찍", today)


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_pages_stand_in_every_language(session: Session, officer: User, client_as: ClientAs, language: str) -> None:
    audit.record(session, officer, AuditAction.FIGURES_READ, officer)
    browser = client_as(officer)
    for address in (PAGE, REVIEW, "/district/approvals"):
        page = browser.get(f"{address}?lang={language}")
        assert page.status_code == 200 and f'<html lang="{language}"' in page.text
