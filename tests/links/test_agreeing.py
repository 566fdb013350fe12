"""The terms of an order agreed to behind a link: one tap, the owner's own blanks, and nobody else's sheet."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Purpose
from garment_hub.orders import terms
from models.base import Base, utc_now
from models.district import District
from models.form_token import FormToken
from models.order import OrderStatus
from models.terms import Terms
from tests.browsing import Browser, signed_in
from tests.filling import SeenForm, forms_on
from tests.links.addresses import link_to
from tests.orders.filled import filled
from tests.orders.stages import Trade, heading_of, make_team_trade, make_trade


@pytest.fixture
def trade(session: Session) -> Trade:
    return make_trade(session, session.get_one(District, 1)).bring_to("sample_approved")


@pytest.fixture
def link(app: Flask, trade: Trade) -> str:
    return link_to(app, Purpose.TERMS, trade.order.id, trade.owner)


@pytest.fixture
def phone(app: Flask) -> Browser:
    return Browser(app)


def propose(trade: Trade, *, account: str | None = "농협 301") -> Terms:
    """The designer's paper, complete but for the owner's account when there is none."""
    body = filled(terms.latest(trade.session, trade.order).body)
    for number, line in enumerate(body["lines"]):
        line["account"] = account and f"{account}-{number}"
    proposed = terms.propose(trade.session, trade.order, body, trade.designer, utc_now())
    trade.session.commit()
    return proposed


def form_for(phone: Browser, link: str, do: str) -> SeenForm:
    return next(form for form in forms_on(phone.get(link).text) if f"do={do}" in form.action)


def now_of(trade: Trade) -> OrderStatus:
    trade.session.expire_all()
    status = trade.order.status
    trade.session.commit()
    return status


def test_one_tap_agrees_and_the_order_goes_on(phone: Browser, trade: Trade, link: str) -> None:
    propose(trade)
    for _look in range(2):
        assert "이 약속대로 할게요" in phone.get(link).text
    assert now_of(trade) is OrderStatus.SAMPLE_APPROVED
    form = form_for(phone, link, "confirm_terms")
    assert phone.client.post(form.action, data=form.fields).location == link
    assert now_of(trade) is OrderStatus.CONFIRMED
    page = phone.get(link).text
    assert heading_of(page) == "모두 약속했어요"
    assert "이 전화기 기억하기" in page
    assert phone.client.post(form.action, data=form.fields).status_code == 303  # again is no harm
    assert len(terms.latest(trade.session, trade.order).confirmations) == 2


def test_the_owners_own_blank_is_asked_for_first(phone: Browser, trade: Trade, link: str) -> None:
    propose(trade, account=None)
    assert "do=confirm_terms" not in phone.get(link).text
    form = form_for(phone, link, "propose_terms")
    wrong = phone.client.post(form.action, data=form.filled(**{"lines-0-balance_days": "61"}))
    assert wrong.status_code == 422
    written = form.filled(**{"lines-0-account": "농협 302"})
    assert phone.client.post(form.action, data=written).location == link
    newest = terms.latest(trade.session, trade.order)
    assert newest.body["lines"][0]["account"] == "농협 302"
    assert [said.user_id for said in newest.confirmations] == [trade.owner.id]
    assert heading_of(phone.get(link).text) == "상대가 확인하길 기다려요"


def test_no_row_keeps_the_address_of_the_link(phone: Browser, trade: Trade, link: str, session: Session) -> None:
    propose(trade, account=None)
    form = form_for(phone, link, "propose_terms")
    written = form.filled(**{"lines-0-account": "농협 302"})
    for _time in range(2):
        assert phone.client.post(form.action, data=written).location == link
    session.rollback()
    token = link.removeprefix("/link/")
    rows = ((table.name, row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))
    assert [name for name, row in rows if token in str(row)] == []
    assert session.scalars(select(FormToken.location)).all()


def test_an_older_sheet_is_not_agreed_to(phone: Browser, trade: Trade, link: str) -> None:
    propose(trade)
    form = form_for(phone, link, "confirm_terms")
    body = filled(terms.latest(trade.session, trade.order).body)
    body["lines"][0]["unit_price_krw"] = 11_000
    terms.propose(trade.session, trade.order, body, trade.designer, utc_now())
    trade.session.commit()
    answer = phone.client.post(form.action, data=form.fields)
    assert answer.status_code == 409
    assert "11,000원" in answer.text
    assert now_of(trade) is OrderStatus.SAMPLE_APPROVED


def test_of_a_team_each_link_agrees_for_its_own_part_and_shows_no_other_account(
    app: Flask, phone: Browser, session: Session
) -> None:
    trade = make_team_trade(session, session.get_one(District, 1))
    propose(trade, account="계좌")
    first = link_to(app, Purpose.TERMS, trade.order.id, trade.owners[0])
    page = phone.get(first).text
    assert [f"계좌-{number}" in page for number in range(4)] == [True, False, False, False]
    form = form_for(phone, first, "confirm_terms")
    assert phone.client.post(form.action, data=form.fields).status_code == 303
    session.expire_all()
    said = {one.line_id for one in terms.latest(session, trade.order).confirmations}
    assert said == {None, trade.order.lines[0].id}
    assert heading_of(phone.get(first).text) == "상대가 확인하길 기다려요"


def test_nobody_else_agrees(app: Flask, phone: Browser, trade: Trade, link: str, session: Session) -> None:
    propose(trade)
    other = make_trade(session, session.get_one(District, 1))
    session.commit()
    assert phone.get(link_to(app, Purpose.TERMS, trade.order.id, other.owner)).status_code == 404
    assert phone.send(f"{link}&do=" if "?" in link else f"{link}?do=", {}).status_code == 404
    assert signed_in(app, session, trade.designer).send(f"{link}?do=confirm_terms", {"version": "2"}).status_code == 403
    assert now_of(trade) is OrderStatus.SAMPLE_APPROVED
