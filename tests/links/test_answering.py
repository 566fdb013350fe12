"""A request answered behind its link by somebody who is not signed in: the same page, the same rules."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import files
from garment_hub.accounts.links import Purpose
from garment_hub.briefs.services import withdraw_brief
from garment_hub.quotes.services import request_quotes
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.brief import BriefFile
from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.factory import FactoryRate
from models.quote import DeclineReason, QuoteRequest, RequestStatus
from models.user import Role, User
from tests.browsing import Browser, signed_in
from tests.builders import in_days, make_brief, make_designer, make_factory, make_user
from tests.filling import forms_on
from tests.links.addresses import link_to
from tests.quotes.sending import DETAILS
from tests.world import _picture

PHONE = "01012345678"


@pytest.fixture
def owner(session: Session) -> User:
    return make_user(session, Role.FACTORY_OWNER, session.get_one(District, 1), phone=PHONE, email=None)


@pytest.fixture
def asked(session: Session, owner: User) -> QuoteRequest:
    factory = make_factory(session, owner.district, owner=owner)
    brief = make_brief(session, make_designer(session, owner.district), budget_per_piece_krw=12_000)
    request = request_quotes(session, brief, [factory.id], today_in_seoul())[0]
    session.commit()
    return request


@pytest.fixture
def link(app: Flask, asked: QuoteRequest, owner: User) -> str:
    return link_to(app, Purpose.ANSWER, asked.id, owner)


@pytest.fixture
def phone(app: Flask) -> Browser:
    return Browser(app)


def tap(browser: Browser, link: str, do: str, **fields: str) -> int:
    """Send the form for ``do`` that stands on the page of the link."""
    form = next(form for form in forms_on(browser.get(link).text) if f"do={do}" in form.action)
    return browser.client.post(form.action, data=form.fields | fields).status_code


def now_of(session: Session, request: QuoteRequest) -> RequestStatus:
    session.expire_all()
    status = request.status
    session.commit()
    return status


def test_opening_changes_nothing_and_one_tap_says_yes(
    phone: Browser, link: str, asked: QuoteRequest, session: Session, owner: User
) -> None:
    for _look in range(3):  # previews of messengers look too
        assert "하실 수 있으세요?" in phone.get(link).text
    assert now_of(session, asked) is RequestStatus.OPEN
    assert tap(phone, link, "submit") == 303
    assert now_of(session, asked) is RequestStatus.ANSWERED
    assert asked.quote
    assert (asked.quote.unit_price_krw, asked.quote.answered_by_id) == (12_000, owner.id)
    page = phone.get(link).text
    assert "답을 보냈어요" in page
    assert "이 전화기 기억하기" in page


def test_without_a_price_of_the_brief_one_tap_says_price_later_and_the_page_then_asks_for_it(
    phone: Browser, link: str, asked: QuoteRequest, session: Session
) -> None:
    asked.brief.budget_per_piece_krw = None
    session.commit()
    assert "할 수 있어요 (값은 나중에)" in phone.get(link).text
    assert tap(phone, link, "submit") == 303
    assert tap(phone, link, "submit", unit_price_krw="9,500", ready_on=in_days(20).isoformat()) == 303
    now_of(session, asked)
    assert asked.quote
    assert asked.quote.unit_price_krw == 9_500


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_one_tap_says_no_with_its_reason(
    phone: Browser, link: str, asked: QuoteRequest, session: Session, reason: DeclineReason
) -> None:
    assert tap(phone, link, "decline", reason=reason.value) == 303
    assert (now_of(session, asked), asked.decline_reason) == (RequestStatus.DECLINED, reason)
    page = phone.get(link).text
    assert "답을 보냈어요" in page
    assert "이 전화기 기억하기" in page


def test_the_longer_form_stands_behind_the_same_link(
    phone: Browser, link: str, asked: QuoteRequest, session: Session
) -> None:
    written = phone.get(f"{link}?do=write&answer=conditional").text
    form = forms_on(written)[0]
    refused = phone.client.post(form.action, data=form.fields | DETAILS | {"condition": ""})
    assert refused.status_code == 422
    assert "나나인치도 해요" in refused.text
    assert phone.client.post(form.action, data=form.fields | DETAILS).status_code == 303
    assert now_of(session, asked) is RequestStatus.ANSWERED
    assert asked.quote
    assert asked.quote.condition == "한 주 늦게"


def test_days_are_held_and_let_go(phone: Browser, link: str, asked: QuoteRequest, session: Session) -> None:
    asked.factory.rates.append(FactoryRate(item=asked.brief.item, pieces_per_day=40))
    week = CapacityWeek(factory=asked.factory, starts_on=week_of(in_days(7)), open_hundredths=500)
    session.add(week)
    session.commit()
    tap(phone, link, "submit")
    assert tap(phone, link, "hold") == 303
    session.refresh(week)
    assert week.held_hundredths > 0
    session.commit()
    assert tap(phone, link, "release") == 303
    session.refresh(week)
    assert week.held_hundredths == 0


def test_the_same_form_twice_is_one_answer_and_another_answer_is_refused_with_the_next_step(
    phone: Browser, link: str, asked: QuoteRequest, session: Session
) -> None:
    stale = next(form for form in forms_on(phone.get(link).text) if "do=decline" in form.action)
    form = next(form for form in forms_on(phone.get(link).text) if "do=submit" in form.action)
    sent = [phone.client.post(form.action, data=form.fields) for _tap in range(2)]
    assert [each.status_code for each in sent] == [303, 303]
    assert {each.location for each in sent} == {link}
    late = phone.client.post(stale.action, data=stale.fields | {"reason": "full"})
    assert late.status_code == 409
    assert "이미" in late.text
    assert now_of(session, asked) is RequestStatus.ANSWERED


def test_after_the_day_to_answer_the_page_names_the_day_and_the_centre(
    app: Flask, phone: Browser, link: str, asked: QuoteRequest, session: Session
) -> None:
    app.config["CENTRE_PHONE"] = "02-0000-0000"
    asked.answer_by = in_days(-1)
    session.commit()
    page = phone.get(link).text
    assert "까지였어요" in page
    assert "02-0000-0000" in page
    assert "do=submit" not in page


def test_what_was_taken_back_is_said(phone: Browser, link: str, asked: QuoteRequest, session: Session) -> None:
    withdraw_brief(session, asked.brief)
    session.commit()
    page = phone.get(link)
    assert page.status_code == 200
    assert "do=" not in page.text


def test_nothing_on_the_page_leads_where_one_has_to_sign_in(phone: Browser, link: str) -> None:
    closed = {"/account", "/quote-requests", "/briefs/", "/orders", "/messages"}
    found = re.findall(r"<main.*?</main>", phone.get(link).text, re.DOTALL)[0]
    targets = set(re.findall(r'(?:href|src|action)="([^"]*)"', found))
    assert targets
    assert not [target for target in targets for door in closed if target.startswith(door)]


def test_pictures_are_shown_and_the_look_is_written_down_as_that_of_the_factory(
    app: Flask, phone: Browser, link: str, asked: QuoteRequest, session: Session, owner: User
) -> None:
    with app.app_context():
        asked.brief.files.append(BriefFile(key=files.store_picture(files.upload_root(), _picture()), title="도식화"))
    session.commit()
    address = re.findall(r'<img src="([^"]*/picture/\d+)"', phone.get(link).text)[0]
    shown = phone.get(address)
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    shown.close()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.DRAWING_SEEN)).one()
    assert (entry.actor_id, entry.values) == (owner.id, {"factory": asked.factory_id})
    session.commit()
    tap(phone, link, "decline", reason="full")
    assert phone.get(address).status_code == 404


def test_the_link_of_a_request_opens_no_other(
    app: Flask, phone: Browser, asked: QuoteRequest, session: Session, owner: User
) -> None:
    stranger = make_user(session, Role.FACTORY_OWNER, owner.district)
    session.commit()
    assert phone.get(link_to(app, Purpose.ANSWER, asked.id, stranger)).status_code == 404
    assert phone.get(link_to(app, Purpose.ANSWER, 10**6, owner)).status_code == 404
    for do in ("", "?do=write"):
        assert phone.send(link_to(app, Purpose.ANSWER, asked.id, owner) + do).status_code == 404


def test_somebody_else_who_is_signed_in_is_told_so_kindly(
    app: Flask, link: str, asked: QuoteRequest, session: Session, owner: User
) -> None:
    other = signed_in(app, session, make_user(session, Role.FACTORY_OWNER, owner.district))
    assert other.get(link).status_code == 403
    assert other.send(f"{link}?do=decline", {"reason": "full"}).status_code == 403
    assert now_of(session, asked) is RequestStatus.OPEN
    here = signed_in(app, session, owner)
    assert here.send(f"{link}?do=decline", {"reason": "full"}).status_code == 303
    page = here.get(link).text
    assert "답을 보냈어요" in page
    assert "이 전화기 기억하기" not in page  # it is known already


def test_a_lost_telephone_answers_nothing(
    phone: Browser, link: str, asked: QuoteRequest, session: Session, owner: User
) -> None:
    owner.links_valid_from = utc_now()
    session.commit()
    assert phone.send(f"{link}?do=decline", {"reason": "full"}).status_code == 410
    assert now_of(session, asked) is RequestStatus.OPEN
