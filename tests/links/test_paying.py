"""Whether a sum has come in, said behind a link: once, by whom it belongs to; and not yet, which the client hears."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Purpose
from garment_hub.orders import payments
from garment_hub.orders.sweeps import remind_of_payments
from models.base import utc_now
from models.district import District
from models.notification import Notification
from models.order import EventKind, Party
from models.payment import PaymentPart
from models.user import User
from tests.browsing import Browser, signed_in
from tests.filling import forms_on
from tests.links.addresses import link_to
from tests.orders.stages import Trade, heading_of, make_late, make_team_trade, make_trade

pytestmark = pytest.mark.slow


@pytest.fixture
def trade(session: Session) -> Trade:
    return make_trade(session, session.get_one(District, 1)).bring_to("accepted")


@pytest.fixture
def part(trade: Trade) -> PaymentPart:
    """The first sum, of which the designer says that it was sent."""
    part = payments.parts_of(trade.session, trade.order)[0]
    trade.move(EventKind.PAYMENT_REPORTED, Party.DESIGNER, part=part)
    trade.session.commit()
    return part


@pytest.fixture
def link(app: Flask, part: PaymentPart, trade: Trade) -> str:
    return link_to(app, Purpose.PAYMENT, part.id, trade.owner)


@pytest.fixture
def phone(app: Flask) -> Browser:
    return Browser(app)


def tap(browser: Browser, address: str, answer: str) -> int:
    form = next(form for form in forms_on(browser.get(address).text) if "form_token" in form.fields)
    return browser.client.post(form.action, data=form.filled(answer=answer)).status_code


def told(session: Session, person: User) -> list[tuple[str, str | None]]:
    session.expire_all()
    rows = session.scalars(select(Notification).where(Notification.user_id == person.id).order_by(Notification.id))
    found = [(row.template, row.link) for row in rows]
    session.commit()
    return found


def test_who_should_have_the_money_is_asked_where_one_tap_answers(trade: Trade, part: PaymentPart) -> None:
    assert told(trade.session, trade.owner)[-1] == (
        "payment_reported", f"/orders/{trade.order.id}/payments/{part.id}",
    )  # fmt: skip


def test_of_a_team_only_the_factory_that_is_paid_hears_of_its_sum(session: Session) -> None:
    team = make_team_trade(session, session.get_one(District, 1)).bring_to("confirmed")
    part = payments.parts_of(session, team.order)[0]
    team.move(EventKind.PAYMENT_REPORTED, Party.DESIGNER, part=part)
    team.move(EventKind.PAYMENT_RECEIVED, Party.FACTORY, part.line, part=part)
    session.commit()
    about_money = ("payment_reported", "payment_received")
    heard = [owner for owner in team.owners if {code for code, _link in told(session, owner)} & set(about_money)]
    assert heard == [part.line.factory.owner]
    assert "payment_received" in dict(told(session, team.designer))


def test_one_tap_says_that_it_came(phone: Browser, link: str, part: PaymentPart, trade: Trade) -> None:
    page = phone.get(link).text
    assert heading_of(page) == "돈 들어왔어요?"
    assert f"{part.amount_krw:,}원" in page
    trade.session.refresh(part)
    assert part.received_at is None
    trade.session.commit()
    assert tap(phone, link, "received") == 303
    trade.session.refresh(part)
    assert part.received_at
    trade.session.commit()
    page = phone.get(link).text
    assert "적어 두었어요" in heading_of(page)
    assert "form_token" not in page
    assert "이 전화기 기억하기" in page
    assert told(trade.session, trade.designer)[-1][0] == "payment_received"


def test_not_yet_is_written_down_and_the_client_can_say_anew_that_it_was_sent(
    phone: Browser, link: str, part: PaymentPart, trade: Trade
) -> None:
    assert tap(phone, link, "missing") == 303
    page = phone.get(link).text
    assert heading_of(page) == "아직 안 들어왔다고 알렸어요"
    assert 'value="missing"' not in page
    assert 'value="received"' in page
    trade.session.expire_all()
    assert (part.reported_at, part.received_at) == (None, None)
    event = trade.order.events[-1]
    assert (event.kind, event.actor_id, event.values["amount_krw"]) == (
        EventKind.NOTED, trade.owner.id, part.amount_krw,
    )  # fmt: skip
    assert told(trade.session, trade.designer)[-1] == ("payment_missing", f"/orders/{trade.order.id}")
    trade.move(EventKind.PAYMENT_REPORTED, Party.DESIGNER, part=part)
    trade.session.commit()
    assert heading_of(phone.get(link).text) == "돈 들어왔어요?"
    assert tap(phone, link, "missing") == 303
    assert [code for code, _link in told(trade.session, trade.designer)].count("payment_missing") == 1
    assert tap(phone, link, "received") == 303


def test_what_one_factory_of_a_team_waits_for_the_others_do_not_read(app: Flask, session: Session) -> None:
    team = make_team_trade(session, session.get_one(District, 1)).bring_to("confirmed")
    part = payments.parts_of(session, team.order)[0]
    owner = part.line.factory.owner
    assert owner
    payments.say_missing(session, part, owner, utc_now())
    session.commit()
    other = next(each for each in team.owners if each is not owner)
    for person, reads in ((owner, True), (team.designer, True), (other, False)):
        page = signed_in(app, session, person).get(f"/orders/{team.order.id}").text
        assert (f"{part.amount_krw:,}원" in page.split("있었던 일")[-1]) is reads, person.role


def test_a_late_sum_is_asked_after_where_one_tap_answers(phone: Browser, app: Flask, trade: Trade) -> None:
    make_late(trade)
    remind_of_payments(trade.session, utc_now())
    trade.session.commit()
    late = [link for code, link in told(trade.session, trade.owner) if code == "payment_late"]
    assert late
    assert all("/payments/" in str(link) for link in late)
    assert {link for code, link in told(trade.session, trade.designer) if code == "payment_late"} == {
        f"/orders/{trade.order.id}"
    }
    part = payments.parts_of(trade.session, trade.order)[0]
    link = link_to(app, Purpose.PAYMENT, part.id, trade.owner)
    assert "8일 지났어요" in phone.get(link).text
    assert tap(phone, link, "missing") == 303
    assert "아직 안 들어왔다고" in phone.get(link).text


@pytest.mark.parametrize("answer", ["", "perhaps", "x" * 10_000])
def test_another_answer_is_refused(phone: Browser, link: str, part: PaymentPart, trade: Trade, answer: str) -> None:
    assert tap(phone, link, answer) == 422
    trade.session.refresh(part)
    assert part.reported_at
    assert part.received_at is None


def test_the_second_of_two_answers_is_told_where_it_stands(
    phone: Browser, link: str, part: PaymentPart, trade: Trade
) -> None:
    stale = next(form for form in forms_on(phone.get(link).text) if "form_token" in form.fields)
    assert tap(phone, link, "received") == 303
    for answer in ("missing", "received"):
        again = phone.client.post(stale.action, data=stale.filled(answer=answer, form_token=answer))
        assert again.status_code == 409
        assert "적어 두었어요" in again.text
    trade.session.refresh(part)
    assert part.received_at


def test_the_same_page_for_the_signed_in_owner_and_for_nobody_else(
    app: Flask, part: PaymentPart, trade: Trade, session: Session
) -> None:
    address = f"/orders/{trade.order.id}/payments/{part.id}"
    owner = signed_in(app, session, trade.owner)
    other = make_trade(session, session.get_one(District, 1))
    stranger = signed_in(app, session, other.owner)
    assert (stranger.get(address).status_code, stranger.send(address).status_code) == (404, 404)
    assert owner.get(f"/orders/{other.order.id}/payments/{part.id}").status_code == 404
    assert "이 전화기" not in owner.get(address).text
    assert tap(owner, address, "received") == 303
    session.refresh(part)
    assert part.received_at
    session.commit()
    assert Browser(app).get(link_to(app, Purpose.PAYMENT, part.id, other.owner)).status_code == 404
