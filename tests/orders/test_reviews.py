"""Reviews: who may write when, who reads which when, and what both sides of an order may share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.self_dealing import Marks
from garment_hub.orders.reviews import Answers, visible_reviews, write_review
from models.errors import Conflict, Forbidden
from models.order import LineStatus, Order, OrderLine, OrderStatus, Party
from models.review import HIDDEN_FOR, Review, SelfDealing
from models.terms import Terms, terms_hash
from models.user import Role, User
from tests.builders import (
    in_days,
    make_brief,
    make_designer,
    make_district,
    make_factory,
    make_order,
    make_quote,
    make_user,
)

NOW = datetime(2027, 3, 12, 9, tzinfo=UTC)
GOOD = Answers(kept_the_date=True, was_good=True, would_again=True)


@dataclass(frozen=True, slots=True)
class Deal:
    """An order of one designer with one factory, and the two people."""

    order: Order
    designer: User
    owner: User

    @property
    def line(self) -> OrderLine:
        return self.order.lines[0]

    def author(self, party: Party) -> User:
        return self.designer if party is Party.DESIGNER else self.owner


def make_deal(session: Session, *, designer: dict[str, Any] | None = None, **factory: Any) -> Deal:
    """A delivered order; the values are of the designer and of the factory."""
    district = make_district(session)
    client = make_designer(session, district, **(designer or {}))
    owner = factory.pop("owner", None) or make_user(session, Role.FACTORY_OWNER, district)
    workshop = make_factory(session, district, owner=owner, **factory)
    quote = make_quote(session, make_brief(session, client), workshop)
    order = make_order(session, quote, status=OrderStatus.DELIVERED, delivered_at=NOW - timedelta(days=1))
    return Deal(order, client.user, owner)


BOTH = [Party.DESIGNER, Party.FACTORY]


@pytest.mark.parametrize("party", BOTH)
def test_each_side_writes_once(session: Session, party: Party) -> None:
    deal = make_deal(session)
    review = write_review(session, deal.line, party, deal.author(party), GOOD, NOW)
    assert (review.suspicion, review.weighs) == (None, True)
    with pytest.raises(Conflict, match="review_already_written"):
        write_review(session, deal.line, party, deal.author(party), GOOD, NOW)
    assert session.scalars(select(Review.party)).all() == [party]


@pytest.mark.parametrize("party", BOTH)
@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("is_delivered", [True, False])
def test_only_after_the_hand_over(session: Session, party: Party, status: OrderStatus, is_delivered: bool) -> None:
    deal = make_deal(session)
    deal.order.disputed_from = OrderStatus.CONFIRMED if status is OrderStatus.DISPUTED else None
    deal.order.status, deal.order.delivered_at = status, NOW if is_delivered else None
    session.flush()
    if is_delivered and status is not OrderStatus.CANCELLED:
        assert write_review(session, deal.line, party, deal.author(party), GOOD, NOW).id
    else:
        with pytest.raises(Conflict, match="review_too_early"):
            write_review(session, deal.line, party, deal.author(party), GOOD, NOW)


def test_nobody_writes_for_the_other_side(session: Session) -> None:
    deal = make_deal(session)
    stranger = make_user(session, Role.COORDINATOR, deal.designer.district)
    for party, person in (
        (Party.DESIGNER, deal.owner),
        (Party.FACTORY, deal.designer),
        (Party.FACTORY, stranger),
        (Party.DESIGNER, stranger),
    ):
        with pytest.raises(Forbidden):
            write_review(session, deal.line, party, person, GOOD, NOW)


def test_the_centre_writes_for_a_factory_without_an_owner(session: Session) -> None:
    deal = make_deal(session)
    deal.line.factory.owner = None
    coordinator = make_user(session, Role.COORDINATOR, deal.designer.district)
    assert write_review(
        session, deal.line, Party.FACTORY, coordinator, GOOD, NOW, device_people=[deal.designer.id]
    ).weighs


def test_a_factory_that_dropped_out_neither_writes_nor_is_written_about(session: Session) -> None:
    deal = make_deal(session)
    deal.line.status = LineStatus.DROPPED
    session.flush()
    for party in BOTH:
        with pytest.raises(Forbidden):
            write_review(session, deal.line, party, deal.author(party), GOOD, NOW)


hours = st.integers(0, 30 * 24)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=hours, second=st.none() | hours, looked=hours, starts=st.sampled_from(BOTH))
def test_the_other_side_reads_once_both_have_written_or_the_days_are_over(
    session: Session, first: int, second: int | None, looked: int, starts: Party
) -> None:
    """Seen from either side, at any hour: what is read is a function of the times of writing alone."""
    deal = make_deal(session)
    other = BOTH[1 - BOTH.index(starts)]
    written = {starts: first, other: second}
    for party, hour in written.items():
        if hour is not None and hour <= looked:
            write_review(session, deal.line, party, deal.author(party), GOOD, NOW + timedelta(hours=hour))

    told = {party for party, hour in written.items() if hour is not None and hour <= looked}
    open_to_all = {
        party for party in told if len(told) == 2 or looked - (written[party] or 0) >= HIDDEN_FOR.total_seconds() / 3600
    }
    officer = make_user(session, Role.DISTRICT_OFFICER, deal.designer.district)
    at = NOW + timedelta(hours=looked)
    for reader, own in ((deal.designer, Party.DESIGNER), (deal.owner, Party.FACTORY), (officer, None)):
        seen = {review.party for review in visible_reviews(session, deal.order, reader, at)}
        assert seen == open_to_all | (told & {own})


def test_factories_of_a_team_do_not_read_what_was_said_of_each_other(session: Session) -> None:
    deal = make_deal(session)
    district = deal.designer.district
    second = make_factory(session, district, owner=make_user(session, Role.FACTORY_OWNER, district))
    quote = make_quote(session, deal.order.brief, second)
    deal.order.lines.append(
        OrderLine(
            factory=second, quote=quote, position=1, is_lead=False, processes=["ironing_finishing"], quantity=120,
            unit_price_krw=2000, starts_on=in_days(1), due_on=in_days(20),
        )
    )  # fmt: skip
    session.flush()
    for line in deal.order.lines:
        write_review(session, line, Party.DESIGNER, deal.designer, GOOD, NOW)
    later = NOW + HIDDEN_FOR
    assert [one.line for one in visible_reviews(session, deal.order, deal.owner, later)] == [deal.line]
    assert len(visible_reviews(session, deal.order, deal.designer, NOW)) == 2


@pytest.mark.parametrize(
    ("designer", "factory", "device", "found"),
    [
        ({}, {}, [], None),
        ({"business_number": "123-45-67890"}, {"business_number": "1234567890"}, [], SelfDealing.BUSINESS_NUMBER),
        ({"business_number": "123-45-67890"}, {"business_number": "1234567891"}, [], None),
        ({"business_number": "없음"}, {"business_number": "없음"}, [], None),
        ({"phone": "01012345678"}, {"phone": "+82 10-1234-5678"}, [], SelfDealing.PHONE),
        ({"to": "서울 동대문구 왕산로 1, 2층"}, {"address": "서울 동대문구  왕산로1 2층"}, [], SelfDealing.ADDRESS),
        ({"to": "직접 받으러 감"}, {"address": "서울 동대문구 왕산로 1"}, [], None),
        ({}, {}, ["designer"], None),
        ({}, {}, ["designer", "owner"], SelfDealing.DEVICE),
    ],
)
@pytest.mark.parametrize("party", BOTH)
def test_what_both_sides_share_makes_a_review_weigh_nothing(
    session: Session, party: Party, designer: dict[str, Any], factory: dict[str, Any], device: list[str], found: object
) -> None:
    designer = dict(designer)
    phone, to = designer.pop("phone", None), designer.pop("to", None)
    deal = make_deal(session, designer=designer, **factory)
    deal.designer.phone = phone
    body = {"deliver_to": to}
    session.add(Terms(order=deal.order, version=1, body=body, body_hash=terms_hash(body)))
    session.flush()
    people = [getattr(deal, name).id for name in device]

    review = write_review(session, deal.line, party, deal.author(party), GOOD, NOW, device_people=people)

    expected = SelfDealing.DEVICE if device and party is Party.FACTORY else found
    assert (review.suspicion, review.weighs) == (expected, expected is None)
    review.cleared_at = NOW if expected else None
    assert review.weighs


numbers = st.text("0123456789- ", max_size=14)


@given(numbers, st.lists(numbers, max_size=3), numbers, st.lists(numbers, max_size=3))
def test_sharing_goes_both_ways_and_nothing_known_is_nothing_shared(
    one: str, ones: list[str], other: str, others: list[str]
) -> None:
    mine, theirs = Marks.of(one, tuple(ones)), Marks.of(other, tuple(others))
    assert mine.shared_with(theirs) == theirs.shared_with(mine)
    assert mine.shared_with(Marks()) is None


def test_two_taps_at_once_leave_one_review(make_app: Any, either_engine_url: str) -> None:
    from garment_hub.db import engine_of, unit_of_work

    app: Flask = make_app(DATABASE_URL=either_engine_url)
    with unit_of_work(engine_of(app)) as session:
        deal = make_deal(session)
        line_id, person_id = deal.line.id, deal.designer.id
    outcomes = _at_once(app, line_id, person_id, 8)
    assert sorted(outcomes) == ["review_already_written"] * 7 + ["written"]


def _at_once(app: Flask, line_id: int, person_id: int, taps: int) -> list[str]:
    from concurrent.futures import ThreadPoolExecutor

    from garment_hub.db import engine_of, unit_of_work

    def tap(_number: int) -> str:
        try:
            with unit_of_work(engine_of(app)) as session:
                line, person = session.get_one(OrderLine, line_id), session.get_one(User, person_id)
                write_review(session, line, Party.DESIGNER, person, GOOD, NOW)
        except Conflict as refusal:
            return refusal.code
        return "written"

    with ThreadPoolExecutor(taps) as pool:
        return list(pool.map(tap, range(taps)))
