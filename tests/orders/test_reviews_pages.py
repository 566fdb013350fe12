"""The page of reviews: one question after the other, nothing typed lost, nothing of the other side too early."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.order import OrderStatus
from models.review import HIDDEN_FOR, Review, SelfDealing
from tests.browsing import Browser, signed_in
from tests.orders.test_reviews import Deal, make_deal

ANSWERS = {"kept_the_date": "yes", "was_good": "no", "would_again": "yes"}


@pytest.fixture
def deal(session: Session) -> Deal:
    found = make_deal(session)
    session.commit()
    return found


def test_both_write_and_only_then_read_each_other(app: Flask, session: Session, deal: Deal) -> None:
    designer, owner = signed_in(app, session, deal.designer), signed_in(app, session, deal.owner)
    address = f"/orders/{deal.order.id}/reviews"

    sent = designer.send(address, ANSWERS | {"word": "주머니가 비뚤어요 <b>"})
    assert (sent.status_code, sent.location) == (303, f"{address}?written={deal.line.id}")
    assert "주머니가 비뚤어요 &lt;b&gt;" in designer.get(sent.location).text
    assert "주머니가" not in owner.get(address).text

    assert owner.send(address, ANSWERS | {"word": "좋은 분이에요"}).status_code == 303
    assert "주머니가" in owner.get(address).text
    assert "좋은 분이에요" in designer.get(address).text


def test_after_the_days_of_waiting_a_single_review_is_read(app: Flask, session: Session, deal: Deal) -> None:
    designer, owner = signed_in(app, session, deal.designer), signed_in(app, session, deal.owner)
    address = f"/orders/{deal.order.id}/reviews"
    designer.send(address, ANSWERS | {"word": "주머니가 비뚤어요"})
    review = session.scalars(select(Review)).one()
    review.written_at -= HIDDEN_FOR
    session.commit()
    assert "주머니가" in owner.get(address).text


def test_a_missing_answer_keeps_what_was_typed(app: Flask, session: Session, deal: Deal) -> None:
    browser = signed_in(app, session, deal.owner)
    answer = browser.send(f"/orders/{deal.order.id}/reviews", {"was_good": "yes", "word": "고맙습니다"})
    assert answer.status_code == 422
    assert "고맙습니다" in answer.text and answer.text.count('class="field has-error"') == 2
    assert session.scalars(select(Review)).all() == []


def test_a_second_answer_is_refused_and_a_resend_is_not(app: Flask, session: Session, deal: Deal) -> None:
    browser, address = signed_in(app, session, deal.designer), f"/orders/{deal.order.id}/reviews"
    first = browser.send(address, ANSWERS | {"form_token": "t" * 20})
    again = browser.send(address, ANSWERS | {"form_token": "t" * 20})
    other = browser.send(address, ANSWERS | {"form_token": "u" * 20})
    assert (first.status_code, again.status_code, other.status_code) == (303, 303, 409)
    assert first.location == again.location
    assert len(session.scalars(select(Review)).all()) == 1


def test_before_the_hand_over_nothing_is_asked(app: Flask, session: Session, deal: Deal) -> None:
    deal.order.status, deal.order.delivered_at = OrderStatus.IN_PRODUCTION, None
    browser, address = signed_in(app, session, deal.designer), f"/orders/{deal.order.id}/reviews"
    page = browser.get(address)
    assert page.status_code == 200 and "kept_the_date" not in page.text
    assert browser.send(address, ANSWERS).status_code == 409


def fields(browser: Browser, address: str, values: dict[str, Any]) -> int:
    return browser.send(address, values).status_code


@pytest.mark.parametrize(
    ("named", "status"), [({"line": "999999"}, 404), ({"side": "factory"}, 404), ({"line": "x"}, 303)]
)
def test_a_side_that_is_not_theirs_is_not_found(
    app: Flask, session: Session, deal: Deal, named: dict[str, str], status: int
) -> None:
    browser = signed_in(app, session, deal.designer)
    assert fields(browser, f"/orders/{deal.order.id}/reviews", ANSWERS | named) == status


def test_a_browser_on_which_both_signed_in_is_noticed(app: Flask, session: Session, deal: Deal) -> None:
    from garment_hub.accounts.services import hash_password

    password = "three words together"
    for person in (deal.owner, deal.designer):
        person.password_hash = hash_password(password)
    session.commit()
    browser = Browser(app)
    browser.sign_in(deal.owner.email or "", password)
    browser.send("/sign-out")
    browser._token = None
    browser.sign_in(deal.designer.email or "", password)
    browser._token = None
    assert browser.send(f"/orders/{deal.order.id}/reviews", ANSWERS).status_code == 303
    assert session.scalars(select(Review.suspicion)).one() is SelfDealing.DEVICE
