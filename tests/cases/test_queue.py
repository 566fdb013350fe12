"""The coordinator's queue: each kind against a plain look at all rows, and how many statements it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from garment_hub.cases import queries
from garment_hub.cases.queries import Desk, Kind
from garment_hub.cases.wording import rows_of
from garment_hub.db import engine_of
from models.base import utc_now
from models.brief import BriefStatus
from models.district import District
from models.order import Order, OrderStatus, Party
from models.payment import AskingStop, PaymentKind, PaymentPart
from models.quote import Quote, QuoteRequest, RequestStatus
from models.review import Review, SelfDealing
from models.user import Role
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

pytestmark = pytest.mark.slow

NOT_YET_DELIVERED = {"sampling", "sample_approved", "confirmed", "in_production", "rework"}


def fill(session: Session, district: District, seed: int, cases: int = 60) -> None:
    """Requests, offers, orders, sums, stops and reviews in every state and on both sides of every limit."""
    chance = Random(seed)
    for _case in range(cases):
        owner = make_user(session, Role.FACTORY_OWNER, district) if chance.random() < 0.6 else None
        factory = make_factory(session, district, owner=owner)
        status = chance.choice([*BriefStatus, *[BriefStatus.OPEN] * 4])
        designer = make_designer(session, district)
        brief = make_brief(session, designer, status=status)
        asked = {
            "status": chance.choice([*RequestStatus, *[RequestStatus.OPEN] * 4]),
            "asked_at": utc_now() - timedelta(hours=chance.choice([0, 23, 25, 100])),
        }
        quote = make_quote(session, brief, factory, valid_until=in_days(chance.choice([-1, 0, 1, 2, 3])), asked=asked)
        if chance.random() < 0.7:
            fill_order(session, quote, chance)
    session.commit()


def fill_order(session: Session, quote: Quote, chance: Random) -> None:
    status = chance.choice(list(OrderStatus))
    order = make_order(
        session,
        quote,
        status=status,
        disputed_from=OrderStatus.IN_PRODUCTION if status is OrderStatus.DISPUTED else None,
        due_on=in_days(chance.choice([-3, -1, 0, 1])),
        delivered_at=utc_now() if chance.random() < 0.3 else None,
    )
    line = order.lines[0]
    part = PaymentPart(
        line=line,
        kind=PaymentKind.BALANCE,
        amount_krw=1000,
        due_on=chance.choice([None, in_days(-8), in_days(-1), in_days(0), in_days(1)]),
        received_at=chance.choice([None, utc_now()]),
    )
    session.add(part)
    lifted = chance.random() < 0.5
    if chance.random() < 0.5:
        words = {"lifted_at": utc_now(), "lifted_reason": "x"} if lifted else {}
        session.add(AskingStop(designer=order.designer, payment_part=part, **words))
    if chance.random() < 0.5:
        suspicion = chance.choice([None, *SelfDealing])
        cleared = utc_now() if suspicion and chance.random() < 0.4 else None
        answers = {"kept_the_date": True, "was_good": True, "would_again": True}
        session.add(
            Review(
                line=line,
                party=Party.DESIGNER,
                author=order.designer.user,
                suspicion=suspicion,
                cleared_at=cleared,
                **answers,
            )
        )
    session.flush()


def plainly(session: Session, desk: Desk) -> dict[Kind, set[int]]:
    """What the queue should hold, by looking at every row."""
    here, today = desk.district_id, desk.today

    def every(kind: Any, is_it: Callable[[Any], bool]) -> set[int]:
        return {row.id for row in session.scalars(select(kind)) if is_it(row)}

    def waits(asked: QuoteRequest) -> bool:
        return (
            asked.factory.district_id == here
            and asked.status is RequestStatus.OPEN
            and asked.brief.status is BriefStatus.OPEN
        )

    return {
        Kind.UNCLAIMED: every(QuoteRequest, lambda row: waits(row) and row.factory.owner is None),
        Kind.UNANSWERED: every(
            QuoteRequest,
            lambda row: waits(row) and row.factory.owner is not None and desk.now - row.asked_at >= timedelta(days=1),
        ),
        Kind.EXPIRING: every(
            Quote,
            lambda row: (
                row.request.factory.district_id == here
                and row.request.status is RequestStatus.ANSWERED
                and row.request.brief.status is BriefStatus.OPEN
                and 0 <= (row.valid_until - today).days <= 2
            ),
        ),
        Kind.LATE_DELIVERY: every(
            Order,
            lambda row: (
                row.district_id == here
                and row.due_on < today
                and row.delivered_at is None
                and row.status in NOT_YET_DELIVERED
            ),
        ),
        Kind.LATE_PAYMENT: every(
            PaymentPart, lambda row: row.line.order.district_id == here and row.days_late(today) > 0
        ),
        Kind.DISPUTE: every(Order, lambda row: row.district_id == here and row.status is OrderStatus.DISPUTED),
        Kind.STOPPED: every(AskingStop, lambda row: row.designer.district_id == here and row.lifted_at is None),
        Kind.SUSPICIOUS: every(Review, lambda row: row.line.order.district_id == here and not row.weighs),
    }


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_queue_is_what_a_look_at_every_row_finds(
    make_app: Callable[..., Flask], either_engine_url: str, seed: int
) -> None:
    engine = engine_of(make_app(DATABASE_URL=either_engine_url))
    with Session(engine, expire_on_commit=False) as session:
        district = session.scalars(select(District)).one()
        fill(session, district, seed)
        fill(session, make_district(session), seed, cases=10)
        desk = Desk(district.id, utc_now())
        wanted = plainly(session, desk)
        found = {kind: queries.longest_waiting(session, desk, kind) for kind in Kind}
        assert {kind: {row.id for row in rows} for kind, rows in found.items()} == wanted
        assert queries.counts(session, desk) == {kind: len(ids) for kind, ids in wanted.items()}
        assert all(wanted.values()), "every kind is tried"


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_takes_as_many_statements_for_thirty_as_for_two(app: Flask, session: Session, kind: Kind) -> None:
    district = session.get_one(District, 1)
    fill(session, district, 3, cases=120)
    desk = Desk(district.id, utc_now())
    numbers = []
    for most in (2, 30):
        with app.test_request_context(), Session(engine_of(app)) as fresh:
            with pytest.MonkeyPatch.context() as patch, counted(engine_of(app)) as sent:
                patch.setattr(queries, "MOST_SHOWN", most)
                things = queries.longest_waiting(fresh, desk, kind)
                assert rows_of(kind, things, desk, {})
            assert len(things) >= min(most, 3), "enough to tell"
            numbers.append(len(sent))
    assert numbers[0] == numbers[1]


def test_the_longest_waiting_come_first(session: Session) -> None:
    district = session.get_one(District, 1)
    fill(session, district, 4)
    desk = Desk(district.id, utc_now())
    orders = queries.longest_waiting(session, desk, Kind.LATE_DELIVERY)
    assert [order.due_on for order in orders] == sorted(order.due_on for order in orders)
    requests = queries.longest_waiting(session, desk, Kind.UNANSWERED)
    assert [asked.asked_at for asked in requests] == sorted(asked.asked_at for asked in requests)
