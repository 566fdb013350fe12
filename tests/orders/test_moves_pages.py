"""Tapping a move: what is asked, what is kept when it is wrong, second taps, old forms, and pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.capacity import CapacityBooking
from models.district import District
from models.factory import Factory
from models.order import EventKind, Order, OrderEvent, OrderStatus, Party
from models.payment import PaymentPart
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_user
from tests.orders.stages import Trade, fields_of, heading_of, make_team_trade, make_trade, moves_on

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]
K = EventKind


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def trade(session: Session, district: District) -> Trade:
    return make_trade(session, district)


def page_of(browser: Browser, trade: Trade) -> str:
    return browser.get(f"/orders/{trade.order.id}?lang=ko").text


def tap(browser: Browser, trade: Trade, kind: EventKind, **given: Any) -> TestResponse:
    """What the button of this move on the page sends, with what was filled in."""
    fields = fields_of(page_of(browser, trade), kind) | given
    return browser.send(f"/orders/{trade.order.id}/events", fields)


def status_of(trade: Trade) -> OrderStatus:
    trade.session.refresh(trade.order)
    trade.session.commit()
    return trade.order.status


def events(trade: Trade, kind: EventKind) -> list[OrderEvent]:
    query = select(OrderEvent).where(OrderEvent.order_id == trade.order.id, OrderEvent.kind == kind)
    found = list(trade.session.scalars(query.execution_options(populate_existing=True)))
    trade.session.commit()
    return found


def test_one_tap_makes_the_move_and_the_next_page_says_so(client_as: ClientAs, trade: Trade) -> None:
    browser = client_as(trade.owner)
    answer = tap(browser, trade, K.SAMPLE_SENT)
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert "샘플이 간다고 의뢰인에게 알렸어요" in page.text
    (event,) = events(trade, K.SAMPLE_SENT)
    assert (event.party, event.actor_id, event.line_id) == (Party.FACTORY, trade.owner.id, trade.order.lead.id)


def test_a_second_tap_leads_to_the_same_place_and_nothing_happens_twice(client_as: ClientAs, trade: Trade) -> None:
    browser = client_as(trade.owner)
    sent = fields_of(page_of(browser, trade), K.SAMPLE_SENT)
    first, again = (browser.send(f"/orders/{trade.order.id}/events", sent) for _tap in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert len(events(trade, K.SAMPLE_SENT)) == 1


def test_the_same_form_with_other_words_is_refused_and_keeps_them(client_as: ClientAs, trade: Trade) -> None:
    browser = client_as(trade.designer)
    sent = fields_of(page_of(browser, trade), K.NOTED)
    assert browser.send(f"/orders/{trade.order.id}/events", sent | {"note": "하나"}).status_code == 303
    answer = browser.send(f"/orders/{trade.order.id}/events", sent | {"note": "둘"})
    assert answer.status_code == 409
    assert "둘" in answer.text
    assert [event.note for event in events(trade, K.NOTED)] == ["하나"]


@pytest.mark.parametrize(
    ("state", "side", "kind", "given"),
    [
        ("sample_sent", "designer", K.SAMPLE_REJECTED, {}),
        ("sample_sent", "designer", K.SAMPLE_REJECTED, {"reason": "other"}),
        ("sample_sent", "designer", K.SAMPLE_REJECTED, {"reason": "magic", "note": "x"}),
        ("in_production", "owner", K.DELIVERED, {"pieces": ""}),
        ("in_production", "owner", K.DELIVERED, {"pieces": "많이"}),
        ("in_production", "owner", K.PART_DELIVERED, {"pieces": "0"}),
        ("in_production", "owner", K.DELAY_REPORTED, {"day": "", "reason": "fabric"}),
        ("in_production", "owner", K.DELAY_REPORTED, {"day": in_days(0).isoformat(), "reason": "fabric"}),
        ("in_production", "owner", K.DELAY_REPORTED, {"day": "2999-01-01", "reason": "fabric"}),
        ("in_production", "owner", K.DELAY_REPORTED, {"day": in_days(40).isoformat()}),
        ("in_production", "owner", K.DELAY_REPORTED, {"day": in_days(40).isoformat(), "days_left": "-1", "note": "x"}),
        ("delivered", "designer", K.REWORK_ASKED, {}),
        ("delivered", "designer", K.PIECES_COUNTED, {"pieces": "-1"}),
        ("sampling", "designer", K.CANCELLED, {}),
        ("sampling", "designer", K.NOTED, {"note": "   "}),
        ("sampling", "designer", K.NOTED, {"note": "가" * 1001}),
        ("sampling", "owner", K.DISPUTED, {}),
        ("disputed", "centre", K.DISPUTE_ENDED, {"note": "통화했어요"}),
        ("disputed", "centre", K.DISPUTE_ENDED, {"to": "settled", "note": "통화했어요"}),
        ("disputed", "centre", K.DISPUTE_ENDED, {"to": "accepted"}),
    ],
)
def test_what_is_wrong_is_named_in_its_open_place_and_nothing_happens(
    client_as: ClientAs, trade: Trade, district: District, state: str, side: str, kind: EventKind, given: dict[str, str]
) -> None:
    trade.bring_to(state)
    before = trade.order.status
    centre = make_user(trade.session, Role.COORDINATOR, district)
    browser = client_as({"designer": trade.designer, "owner": trade.owner, "centre": centre}[side])
    answer = tap(browser, trade, kind, **given)
    assert answer.status_code == 422
    assert "<title>오류:" in answer.text
    assert re.search(rf'href="#{kind.value}[^"]*"', answer.text)
    form = next(part for part in answer.text.split("<form") if f'value="{kind.value}"' in part)
    assert 'aria-invalid="true"' in form or "has-error" in form
    assert status_of(trade) is before
    assert len(events(trade, kind)) == int(kind is K.DELIVERED and state == "delivered")


def test_everything_typed_stays_when_something_is_wrong(client_as: ClientAs, trade: Trade) -> None:
    trade.bring_to("in_production")
    given = {"day": "2020-01-01", "days_left": "3", "reason": ["fabric", "machine"], "note": "원단이 내일 와요"}
    page = tap(client_as(trade.owner), trade, K.DELAY_REPORTED, **given).text
    assert "원단이 내일 와요" in page
    assert re.search(r'name="days_left"[^>]*value="3"', page)
    assert len(re.findall(r'value="(?:fabric|machine)" checked', page)) == 2
    opened = [part for part in re.findall(r"<details[^>]* open>.*?</details>", page, re.DOTALL) if "2020-01-01" in part]
    assert len(opened) == 1


def test_one_tap_phrases_reach_the_other_side_in_the_language_of_the_site(client_as: ClientAs, trade: Trade) -> None:
    trade.bring_to("sample_sent")
    browser = client_as(trade.designer)
    browser.get("/?lang=en")
    assert tap(browser, trade, K.SAMPLE_REJECTED, reason=["size", "colour"], note="2 cm too long").status_code == 303
    (event,) = events(trade, K.SAMPLE_REJECTED)
    assert event.note == "치수, 색: 2 cm too long"
    assert "치수, 색" in page_of(client_as(trade.owner), trade)


def test_a_delay_moves_the_day_and_the_days_that_are_left(client_as: ClientAs, trade: Trade, session: Session) -> None:
    trade.bring_to("in_production")
    later = in_days(28)
    answer = tap(client_as(trade.owner), trade, K.DELAY_REPORTED, day=later.isoformat(), days_left="2", reason="fabric")
    assert answer.status_code == 303
    session.expire_all()
    assert trade.order.expected_on == later
    assert session.scalar(select(func.sum(CapacityBooking.hundredths))) == 200


def test_an_old_page_is_told_where_the_order_stands_now_and_loses_no_word(client_as: ClientAs, trade: Trade) -> None:
    trade.bring_to("sample_sent")
    browser = client_as(trade.designer)
    old = fields_of(page_of(browser, trade), K.CANCELLED)
    trade.move(K.SAMPLE_APPROVED, Party.DESIGNER)
    trade.agree()
    trade.move(K.STARTED, Party.FACTORY)
    trade.session.commit()
    answer = browser.send(f"/orders/{trade.order.id}/events", old | {"note": "계획이 바뀌었어요. 미안해요."})
    assert answer.status_code == 409
    assert "이건 하지 못했어요" in answer.text
    assert "계획이 바뀌었어요. 미안해요." in answer.text
    assert heading_of(answer.text) == "보낼 돈이 있어요"
    assert K.CANCELLED not in moves_on(answer.text)
    assert status_of(trade) is OrderStatus.IN_PRODUCTION


@pytest.mark.parametrize(
    ("state", "side", "kind", "wanted"),
    [
        ("sampling", "designer", K.SAMPLE_APPROVED, 409),
        ("sampling", "designer", K.SAMPLE_SENT, 403),
        ("sampling", "owner", K.SAMPLE_APPROVED, 403),
        ("sampling", "owner", K.STARTED, 409),
        ("confirmed", "owner", K.ACCEPTED, 409),
        ("sampling", "designer", K.PLACED, 422),
        ("settled", "owner", K.DISPUTED, 409),
    ],
)
def test_a_move_that_is_not_offered_changes_nothing(
    client_as: ClientAs, trade: Trade, state: str, side: str, kind: EventKind, wanted: int
) -> None:
    trade.bring_to(state)
    before, happened = trade.order.status, len(trade.order.events)
    browser = client_as(trade.designer if side == "designer" else trade.owner)
    answer = browser.send(f"/orders/{trade.order.id}/events", {"move": kind.value, "note": "그래도"})
    assert answer.status_code == wanted
    assert status_of(trade) is before
    trade.session.expire_all()
    assert len(trade.order.events) == happened


@pytest.mark.parametrize("fields", [{}, {"move": ""}, {"move": "magic"}, {"move": "delivered\x00"}])
def test_nonsense_is_no_move(client_as: ClientAs, trade: Trade, fields: dict[str, str]) -> None:
    assert client_as(trade.owner).send(f"/orders/{trade.order.id}/events", fields).status_code == 422


def test_each_sum_has_its_own_button_and_the_last_one_finishes_the_order(
    client_as: ClientAs, trade: Trade, session: Session
) -> None:
    trade.bring_to("accepted")
    designer, owner = client_as(trade.designer), client_as(trade.owner)
    session.commit()
    for _sum in range(3):
        assert tap(designer, trade, K.PAYMENT_REPORTED).status_code == 303
    assert K.PAYMENT_REPORTED not in moves_on(page_of(designer, trade))
    assert heading_of(page_of(owner, trade)) == "돈 들어왔어요?"
    for _sum in range(3):
        assert tap(owner, trade, K.PAYMENT_RECEIVED).status_code == 303
    assert status_of(trade) is OrderStatus.SETTLED
    assert all(part.reported_at and part.received_at for part in session.scalars(select(PaymentPart)))


def test_a_named_sum_is_the_one_that_is_marked(client_as: ClientAs, trade: Trade, session: Session) -> None:
    trade.bring_to("accepted")
    last = session.scalars(select(PaymentPart).order_by(PaymentPart.id.desc())).first()
    assert last
    sent = {"move": "payment_reported", "part_id": str(last.id)}
    assert client_as(trade.designer).send(f"/orders/{trade.order.id}/events", sent).status_code == 303
    session.expire_all()
    assert [bool(part.reported_at) for part in session.scalars(select(PaymentPart).order_by(PaymentPart.id))] == [
        False,
        False,
        True,
    ]


def test_the_centre_moves_what_belongs_to_a_factory_without_an_owner(
    client_as: ClientAs, trade: Trade, district: District, session: Session
) -> None:
    coordinator = make_user(session, Role.COORDINATOR, district)
    browser = client_as(coordinator)
    assert K.SAMPLE_SENT not in moves_on(page_of(browser, trade))
    session.get_one(Factory, trade.order.lead.factory_id).owner_id = None
    session.commit()
    assert tap(browser, trade, K.SAMPLE_SENT).status_code == 303
    (event,) = events(trade, K.SAMPLE_SENT)
    assert (event.party, event.actor_id) == (Party.FACTORY, coordinator.id)


def test_the_centre_takes_one_place_of_a_team_out(client_as: ClientAs, session: Session, district: District) -> None:
    team = make_team_trade(session, district)
    browser = client_as(make_user(session, Role.COORDINATOR, district))
    fields = fields_of(page_of(browser, team), K.LINE_DROPPED, at=1)
    answer = browser.send(f"/orders/{team.order.id}/events", fields | {"reason": "people"})
    assert answer.status_code == 303
    session.expire_all()
    assert [line.status.value for line in team.order.lines] == ["planned", "dropped", "planned", "planned"]


def photo() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(data, "JPEG")
    data.seek(0)
    return data, "sample.jpg"


def uploads(app: Flask) -> int:
    folder = Path(app.config["DATA_DIR"]) / "uploads"
    return len(list(folder.glob("*"))) if folder.exists() else 0


def test_a_photo_goes_along_and_is_seen_by_the_parties_only(client_as: ClientAs, trade: Trade, app: Flask) -> None:
    browser = client_as(trade.owner)
    assert tap(browser, trade, K.SAMPLE_SENT, picture=photo()).status_code == 303
    (event,) = events(trade, K.SAMPLE_SENT)
    address = f"/orders/{trade.order.id}/pictures/{event.id}"
    designer = client_as(trade.designer)
    assert f'src="{address}"' in page_of(designer, trade)
    assert designer.get(address).mimetype == "image/webp"
    assert client_as(Role.COORDINATOR).get(address).status_code == 200
    assert client_as(Role.FACTORY_OWNER).get(address).status_code == 404
    (placed,) = events(trade, K.PLACED)
    assert designer.get(f"/orders/{trade.order.id}/pictures/{placed.id}").status_code == 404
    assert uploads(app) == 1


@pytest.mark.parametrize("wrong", ["no picture", "refused"])
def test_a_photo_of_a_move_that_is_not_made_is_not_kept(
    client_as: ClientAs, trade: Trade, app: Flask, wrong: str
) -> None:
    browser = client_as(trade.owner)
    sent = fields_of(page_of(browser, trade), K.SAMPLE_SENT) | {"note": "퀵으로 보내요"}
    picture = photo() if wrong == "refused" else (io.BytesIO(b"no picture"), "sample.jpg")
    if wrong == "refused":
        trade.move(K.CANCELLED, Party.DESIGNER, note="그만둬요")
        trade.session.commit()
    answer = browser.send(f"/orders/{trade.order.id}/events", sent | {"picture": picture})
    assert answer.status_code == (409 if wrong == "refused" else 422)
    assert "퀵으로 보내요" in answer.text
    assert uploads(app) == 0
    assert events(trade, K.SAMPLE_SENT) == []


def test_a_move_of_somebody_elses_order_is_not_found(client_as: ClientAs, trade: Trade, session: Session) -> None:
    stranger = client_as(Role.DESIGNER)
    answer = stranger.send(f"/orders/{trade.order.id}/events", {"move": "cancelled", "note": "x"})
    assert answer.status_code == 404
    assert session.scalars(select(Order.status)).all() == [OrderStatus.SAMPLING]
