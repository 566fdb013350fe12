"""Choosing a factory through the pages: one order however often it is tapped, and a way on when it is too late."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from garment_hub.briefs.services import withdraw_brief
from models.brief import Brief
from models.capacity import CapacityBooking, CapacityWeek, today_in_seoul
from models.district import District
from models.order import EventKind, Order, OrderStatus, Party
from models.quote import NotChosenReason, Quote, RequestStatus
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_quote
from tests.orders.stages import answered, make_shop, make_team_trade, team_quotes

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def quote(session: Session, district: District) -> Quote:
    return answered(session, district)


@pytest.fixture
def designer(client_as: ClientAs, quote: Quote) -> Browser:
    browser = client_as(quote.request.brief.designer.user)
    browser.get("/?lang=ko")
    return browser


def choose(browser: Browser, *quotes: Quote, **given: Any) -> TestResponse:
    return browser.send("/orders", {"quote_id": [str(quote.id) for quote in quotes], "form_token": "one"} | given)


def orders(session: Session) -> list[Order]:
    found = list(session.scalars(select(Order).order_by(Order.id).execution_options(populate_existing=True)))
    session.commit()
    return found


def days_taken(session: Session) -> int:
    total = session.scalar(select(func.coalesce(func.sum(CapacityBooking.hundredths), 0)))
    session.commit()
    return int(total or 0)


def test_a_choice_becomes_an_order_and_the_others_hear_why(
    designer: Browser, quote: Quote, session: Session, district: District
) -> None:
    other = make_quote(session, quote.request.brief, make_shop(session, district))
    session.commit()
    answer = choose(designer, quote, sample="first", reason="date")
    (order,) = orders(session)
    assert (answer.status_code, answer.location) == (303, f"/orders/{order.id}")
    assert (order.status, order.is_sample_waived) == (OrderStatus.SAMPLING, False)
    session.refresh(other.request)
    assert (other.request.status, other.request.not_chosen_reason) == (
        RequestStatus.NOT_CHOSEN,
        NotChosenReason.DATE,
    )
    assert designer.get(answer.location).status_code == 200


def test_an_offer_alone_is_enough(designer: Browser, quote: Quote, session: Session) -> None:
    assert choose(designer, quote).status_code == 303
    assert orders(session)[0].status is OrderStatus.SAMPLING


@pytest.mark.parametrize("token", ["one", "another", ""])
def test_a_second_tap_and_a_resend_after_a_crash_lead_to_the_same_order(
    designer: Browser, quote: Quote, session: Session, token: str
) -> None:
    first = choose(designer, quote)
    taken = days_taken(session)
    again = choose(designer, quote, form_token=token)
    assert (again.status_code, again.location) == (303, first.location)
    assert len(orders(session)) == 1
    assert days_taken(session) == taken == 550


def test_the_same_form_with_another_choice_is_refused(
    designer: Browser, quote: Quote, session: Session, district: District
) -> None:
    other = answered(session, district, quote.request.brief.designer)
    session.commit()
    assert choose(designer, quote).status_code == 303
    assert choose(designer, other).status_code == 409
    assert len(orders(session)) == 1


def test_without_a_sample_needs_its_reason_and_keeps_what_was_said(
    designer: Browser, quote: Quote, session: Session
) -> None:
    page = choose(designer, quote, sample="waived", reason="nearer")
    assert page.status_code == 422
    assert "<title>오류:" in page.text
    assert re.search(r'name="sample" value="waived" checked', page.text)
    assert re.search(r'name="reason" value="nearer" checked', page.text)
    assert f'name="quote_id" value="{quote.id}"' in page.text
    assert orders(session) == []
    assert choose(designer, quote, sample="waived", waiver="같은 패턴이에요").status_code == 303
    (order,) = orders(session)
    assert (order.status, order.sample_waived_reason) == (OrderStatus.CONFIRMED, "같은 패턴이에요")


@pytest.mark.parametrize(
    "wrong", [{"sample": "maybe"}, {"reason": "magic"}, {"sample": "waived", "waiver": "x" * 1001}]
)
def test_nonsense_is_asked_again(designer: Browser, quote: Quote, session: Session, wrong: dict[str, str]) -> None:
    assert choose(designer, quote, **wrong).status_code == 422
    assert orders(session) == []


def _run_out(session: Session, quote: Quote) -> None:
    quote.valid_until = today_in_seoul() - timedelta(days=1)


def _withdraw(session: Session, quote: Quote) -> None:
    withdraw_brief(session, quote.request.brief)


def _take_price_back(session: Session, quote: Quote) -> None:
    quote.unit_price_krw = None


def _lower_days(session: Session, quote: Quote) -> None:
    weeks = session.scalars(select(CapacityWeek).where(CapacityWeek.factory_id == quote.request.factory_id))
    for week in weeks:
        week.open_hundredths = 0


def _give_it_to_another(session: Session, quote: Quote) -> None:
    quote.request.status = RequestStatus.NOT_CHOSEN


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        (_run_out, "이 견적은 날짜가 지났어요"),
        (_withdraw, "닫힌 의뢰예요"),
        (_take_price_back, "아직 값이 없는 답이에요"),
        (_lower_days, "그사이 이 공장의 날이 찼어요"),
        (_give_it_to_another, "이 견적은 이제 없어요"),
    ],
)
def test_what_is_gone_is_told_in_words_with_a_way_on(
    designer: Browser, quote: Quote, session: Session, meanwhile: Callable[[Session, Quote], None], words: str
) -> None:
    meanwhile(session, quote)
    session.commit()
    page = choose(designer, quote)
    assert page.status_code == 409
    assert words in page.text
    assert f'href="/briefs/{quote.request.brief_id}/quotes"' in page.text
    assert "방금 주문된 것은 없어요" in page.text
    assert orders(session) == []
    assert days_taken(session) == 0


def test_who_comes_second_with_another_offer_of_the_same_brief_is_shown_the_order(
    designer: Browser, quote: Quote, session: Session, district: District
) -> None:
    other = make_quote(session, quote.request.brief, make_shop(session, district))
    session.commit()
    first = choose(designer, quote)
    page = choose(designer, other, form_token="two")
    assert page.status_code == 409
    assert f'href="{first.location}"' in page.text


def test_a_team_is_taken_whole_or_not_at_all(client_as: ClientAs, session: Session, district: District) -> None:
    designer = make_designer(session, district)
    brief = make_brief(
        session, designer, quantity=120, needed_by=in_days(30),
        processes=["cutting", "sewing_assembly", "ironing_finishing"],
    )  # fmt: skip
    quotes = team_quotes(session, brief)
    browser = client_as(designer.user)
    browser.get("/?lang=ko")
    page = choose(browser, *quotes[:2])
    assert page.status_code == 409
    assert "협업팀이 아직 다 모이지 않았어요" in page.text
    assert days_taken(session) == 0
    answer = choose(browser, *quotes, form_token="two")
    assert answer.status_code == 303
    (order,) = orders(session)
    assert [line.quote_id for line in order.lines] == [quote.id for quote in quotes]
    assert days_taken(session) == 800
    assert choose(browser, *quotes, form_token="three").location == answer.location


def test_the_place_of_a_dropout_is_offered_asked_and_filled_again(
    client_as: ClientAs, session: Session, district: District
) -> None:
    trade = make_team_trade(session, district)
    dropped = trade.order.lines[-1]
    trade.move(EventKind.LINE_DROPPED, Party.FACTORY, dropped, note="사람이 모자라요")
    session.commit()
    browser, address = client_as(trade.designer), f"/orders/{trade.order.id}"
    reopen = f"{address}/lines/{dropped.id}/reopen"
    assert reopen in browser.get(address).text
    first, again = browser.send(reopen, {}), browser.send(reopen, {})
    assert first.status_code == 303 and first.location == again.location
    assert browser.get(first.location).status_code == 200
    brief = session.get_one(Brief, int(first.location.split("/")[-2]))
    assert (brief.processes, brief.quantity) == (dropped.processes, dropped.quantity)
    instead = make_quote(session, brief, make_shop(session, district))
    session.commit()
    answer = choose(browser, instead)
    assert (answer.status_code, answer.location) == (303, address)
    page = browser.get(address).text
    assert instead.request.factory.name in page and reopen not in page


@pytest.mark.parametrize("named", [[], ["999999"], ["magic"], ["-1"], ["²"]])
def test_an_offer_that_is_none_makes_no_order(designer: Browser, session: Session, named: list[str]) -> None:
    answer = designer.send("/orders", {"quote_id": named})
    assert answer.status_code == (404 if named else 422)
    assert orders(session) == []


def test_nobody_orders_with_the_brief_of_another(client_as: ClientAs, quote: Quote, session: Session) -> None:
    stranger = make_designer(session, quote.request.factory.district)
    assert choose(client_as(stranger.user), quote).status_code == 404
    assert orders(session) == []


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_the_pages_of_refusal_stand_in_every_language(
    designer: Browser, quote: Quote, session: Session, language: str
) -> None:
    pages = [designer.send(f"/orders?lang={language}", {"quote_id": str(quote.id), "sample": "waived"})]
    _run_out(session, quote)
    session.commit()
    pages.append(designer.send(f"/orders?lang={language}", {"quote_id": str(quote.id)}))
    assert [page.status_code for page in pages] == [422, 409]
    assert all("%(" not in page.text and "%%" not in page.text for page in pages)
