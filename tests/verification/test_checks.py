"""Checks on the pages: asked for by the owner, written down by staff, run out after a year, hiding nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.verification import queries, services
from garment_hub.verification.queries import Due
from garment_hub.verification.rule import Risk
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import District
from models.errors import Conflict, Invalid
from models.factory import VERIFIED_FOR, Factory, FactSource, LegalForm
from models.notification import Notification
from models.pulse import Pulse, PulseAnswer
from models.user import Role, User
from models.verification import CheckStep, FactoryCheck, TaxState
from tests.browsing import Browser, signed_in
from tests.builders import make_designer, make_district, make_factory, make_user


class StubOffice:
    """An adapter as somebody else would write it."""

    def state_of(self, business_number: str) -> TaxState | None:
        return TaxState.CLOSED if business_number.endswith("9") else TaxState.ACTIVE


@pytest.fixture
def home(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def officer(session: Session, home: District) -> User:
    return make_user(session, Role.DISTRICT_OFFICER, home)


@pytest.fixture
def workshop(session: Session, home: District) -> Factory:
    """Three people, an owner who was heard of today."""
    owner = make_user(session, Role.FACTORY_OWNER, home, phone="01055556666")
    return make_factory(
        session, home, name="든솔봉제", owner=owner, people=3, legal_form=LegalForm.SOLE_TRADER,
        confirmed_on=today_in_seoul(), business_number="1234567891",
    )  # fmt: skip


def look(
    session: Session, factory: Factory, officer: User, step: CheckStep, days_ago: int = 0, **values: object
) -> None:
    today = today_in_seoul()
    said = {"has_passed": True} | values
    services.record_check(session, factory, officer, step, today - timedelta(days=days_ago), today, **said)  # type: ignore[arg-type]


def test_papers_are_enough_for_a_small_workshop_and_a_visit_for_a_company(
    session: Session, home: District, officer: User, workshop: Factory
) -> None:
    company = make_factory(session, home, people=3, legal_form=LegalForm.COMPANY)
    for factory in (workshop, company):
        look(session, factory, officer, CheckStep.DOCUMENT, tax_state=TaxState.ACTIVE)
    assert (workshop.verified_on, company.verified_on) == (today_in_seoul(), None)
    look(session, company, officer, CheckStep.VISIT, 3)
    assert company.verified_on == today_in_seoul() - timedelta(days=3)


def test_a_failed_check_or_a_closed_business_takes_the_mark_away(
    session: Session, officer: User, workshop: Factory
) -> None:
    look(session, workshop, officer, CheckStep.DOCUMENT, 2, tax_state=TaxState.ACTIVE)
    look(session, workshop, officer, CheckStep.DOCUMENT, has_passed=False, tax_state=TaxState.CLOSED, note="폐업")
    assert workshop.verified_on is None
    firm = queries.firm_of(session, workshop, queries.checks_of(session, workshop), today_in_seoul())
    assert firm.risks == {Risk.TAX_NOT_ACTIVE, Risk.CHECK_FAILED}


def test_what_cannot_be_written_down_says_why(session: Session, officer: User, workshop: Factory) -> None:
    wrong: list[tuple[CheckStep, int, dict[str, object], str]] = [
        (CheckStep.APPLIED, 0, {}, "check_is_the_owners"),
        (CheckStep.VISIT, -1, {}, "check_day_wrong"),
        (CheckStep.VISIT, 100, {}, "check_day_wrong"),
        (CheckStep.VISIT, 0, {"has_passed": False}, "check_needs_note"),
    ]
    for step, days_ago, values, code in wrong:
        with pytest.raises(Invalid) as refused:
            look(session, workshop, officer, step, days_ago, **values)
        assert refused.value.code == code
    assert session.scalars(select(FactoryCheck)).all() == []


def test_after_a_year_it_shows_as_not_checked_and_stays_on_the_list(
    app: Flask, session: Session, workshop: Factory
) -> None:
    stranger = Browser(app)
    for age, is_shown in ((VERIFIED_FOR, True), (VERIFIED_FOR + timedelta(days=1), False)):
        workshop.verified_on = today_in_seoul() - age
        session.commit()
        page = stranger.get(f"/factories/{workshop.id}").text
        assert ("아직 확인 전" in page or "확인 전" in page) is not is_shown
        assert "든솔봉제" in stranger.get("/factories").text


def test_a_weekly_answer_renews_by_the_sweep(session: Session, officer: User, workshop: Factory) -> None:
    look(session, workshop, officer, CheckStep.DOCUMENT, 50, tax_state=TaxState.ACTIVE)
    now = utc_now()
    pulse = Pulse(factory=workshop, answer=PulseAnswer.OPEN, week_on=date(2026, 11, 2), answered_at=now,
                  source=FactSource.OWNER, weeks={})  # fmt: skip
    session.add(pulse)
    session.flush()
    assert services.renew_by_pulses(session, now) == 1
    assert workshop.verified_on == today_in_seoul()
    assert services.renew_by_pulses(session, now) == 0


def test_the_owner_asks_with_one_tap_and_stands_first(
    app: Flask, session: Session, officer: User, workshop: Factory
) -> None:
    assert workshop.owner is not None
    session.commit()
    owner = signed_in(app, session, workshop.owner)
    for _tap in range(2):
        assert owner.send(f"/factories/{workshop.id}/verification", {}).status_code == 303
    session.rollback()
    assert len(session.scalars(select(FactoryCheck)).all()) == 1
    assert queries.counts(session, workshop.district_id, today_in_seoul())[Due.APPLIED] == 1
    assert "든솔봉제" in signed_in(app, session, officer).get("/district/verification").text


def test_counts_are_the_lists_they_name(session: Session, home: District, officer: User) -> None:
    today = today_in_seoul()
    for number, age in enumerate([None, 10, 300, 320, 366, 800, None]):
        make_factory(
            session, home, people=3, legal_form=LegalForm.SOLE_TRADER, has_no_business_number=number == 6,
            verified_on=age and today - timedelta(days=age),
        )  # fmt: skip
    for due, count in queries.counts(session, home.id, today).items():
        total, found = queries.due_of(session, home.id, due, today, 1)
        assert (total, len(found)) == (count, count), due
    assert queries.counts(session, home.id, today)[Due.EXPIRED] == 2


def test_a_check_is_written_once_and_recorded(app: Flask, session: Session, officer: User, workshop: Factory) -> None:
    session.commit()
    desk = signed_in(app, session, officer)
    fields = {"step": "document", "has_passed": "yes", "tax_state": "active", "form_token": "once",
              "checked_on": today_in_seoul().isoformat(), "note": ""}  # fmt: skip
    for _time in range(2):
        assert desk.send(f"/district/verification/{workshop.id}", fields).status_code == 303
    session.rollback()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.FACTORY_VERIFIED)).all()
    assert [entry.values for entry in entries] == [{"step": "document", "has_passed": 1}]
    wrong = desk.send(
        f"/district/verification/{workshop.id}", fields | {"checked_on": "", "note": "간판 없음", "form_token": "2"}
    )
    assert wrong.status_code == 422 and "간판 없음" in wrong.text


def test_an_adapter_answers_where_one_is_set(app: Flask, session: Session, officer: User, workshop: Factory) -> None:
    session.commit()
    desk = signed_in(app, session, officer)
    assert "ask=1" not in desk.get(f"/district/verification/{workshop.id}").text
    app.config["TAX_OFFICE"] = "tests.verification.test_checks:StubOffice"
    page = desk.get(f"/district/verification/{workshop.id}?ask=1").text
    assert 'value="active" checked' in page or 'checked value="active"' in page or "영업 중" in page


def test_hidden_pages_are_seen_by_nobody_outside_and_come_back(
    app: Flask, session: Session, officer: User, workshop: Factory
) -> None:
    designer = make_designer(session, workshop.district, brand="담아", is_public=True)
    session.commit()
    desk, stranger = signed_in(app, session, officer), Browser(app)
    things = {f"/factories/{workshop.id}": f"/district/verification/{workshop.id}",
              f"/designers/{designer.id}": f"/district/designers/{designer.id}"}  # fmt: skip
    for page, act in things.items():
        assert stranger.get(page).status_code == 200
        assert desk.send(f"{act}/hide", {"reason": ""}).status_code == 422
        assert desk.send(f"{act}/hide", {"reason": "사진이 남의 것"}).status_code == 303
        assert desk.send(f"{act}/hide", {"reason": "다시"}).status_code == 409
        assert stranger.get(page).status_code == 404
        assert desk.send(f"{act}/show", {}).status_code == 303
        assert stranger.get(page).status_code == 200
    session.rollback()
    told = session.scalars(select(Notification).where(Notification.template == "page_hidden")).all()
    assert {one.values["reason"] for one in told} == {"사진이 남의 것"} and len(told) == 2


def test_of_two_who_hide_at_once_one_does(session: Session, officer: User, workshop: Factory) -> None:
    services.hide(session, workshop, officer, "첫째")
    with pytest.raises(Conflict):
        services.hide(session, workshop, officer, "둘째")


def test_another_district_is_not_there(app: Flask, session: Session, workshop: Factory) -> None:
    stranger = make_user(session, Role.DISTRICT_OFFICER, make_district(session, code="99999"))
    session.commit()
    desk = signed_in(app, session, stranger)
    assert desk.get(f"/district/verification/{workshop.id}").status_code == 404
    assert "든솔봉제" not in desk.get("/district/verification").text
