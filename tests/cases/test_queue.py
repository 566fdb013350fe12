"""The coordinator's queue: each kind against a plain look at all rows, and how many statements it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from holidays import country_holidays
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from garment_hub.briefs.plan import sewing_days, steps_for
from garment_hub.cases import queries
from garment_hub.cases.queries import Desk
from garment_hub.cases.wording import rows_of
from garment_hub.db import engine_of
from models.base import utc_now
from models.brief import Brief, BriefStatus
from models.case_note import CaseKind
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

HOLIDAYS = country_holidays("KR")
NOT_YET_DELIVERED = {"sampling", "sample_approved", "confirmed", "in_production", "rework"}


def fill(session: Session, district: District, seed: int, cases: int = 60) -> None:
    """Requests, offers, orders, sums, stops and reviews in every state and on both sides of every limit."""
    chance = Random(seed)
    for _case in range(cases):
        owner = make_user(session, Role.FACTORY_OWNER, district) if chance.random() < 0.6 else None
        factory = make_factory(session, district, owner=owner)
        status = chance.choice([*BriefStatus, *[BriefStatus.OPEN] * 4])
        designer = make_designer(session, district)
        wish = {
            "needed_by": in_days(chance.randint(-2, 60)),
            "quantity": chance.choice([40, 120, 900]),
            "difficulty": chance.choice([None, "demanding"]),
            "is_sample_ready": chance.choice([None, True]),
        }
        brief = make_brief(session, designer, status=status, **wish)
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
    late = chance.random() < 0.5
    order = make_order(
        session,
        quote,
        status=status,
        line={"starts_on": in_days(chance.choice([-20, -6, -1, 0, 3]))},
        disputed_from=OrderStatus.IN_PRODUCTION if status is OrderStatus.DISPUTED else None,
        due_on=in_days(chance.choice([-3, -1, 0, 1] if late else range(2, 40))),
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
        dismissed = utc_now() if suspicion and not cleared and chance.random() < 0.3 else None
        answers = {"kept_the_date": True, "was_good": True, "would_again": True}
        session.add(
            Review(
                line=line,
                party=Party.DESIGNER,
                author=order.designer.user,
                suspicion=suspicion,
                cleared_at=cleared,
                dismissed_at=dismissed,
                **answers,
            )
        )
    session.flush()


def plainly(session: Session, desk: Desk) -> dict[CaseKind, set[int]]:
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
        CaseKind.UNCLAIMED: every(QuoteRequest, lambda row: waits(row) and row.factory.owner is None),
        CaseKind.UNANSWERED: every(
            QuoteRequest,
            lambda row: waits(row) and row.factory.owner is not None and desk.now - row.asked_at >= timedelta(days=1),
        ),
        CaseKind.EXPIRING: every(
            Quote,
            lambda row: (
                row.request.factory.district_id == here
                and row.request.status is RequestStatus.ANSWERED
                and row.request.brief.status is BriefStatus.OPEN
                and 0 <= (row.valid_until - today).days <= 2
            ),
        ),
        CaseKind.TIGHT_BRIEF: every(
            Brief,
            lambda row: (
                row.district_id == here
                and row.status is BriefStatus.OPEN
                and row.needed_by >= today
                and brief_room(row, today) <= 2
            ),
        ),
        CaseKind.TIGHT_ORDER: every(
            Order,
            lambda row: (
                row.district_id == here
                and row.due_on >= today
                and row.delivered_at is None
                and row.status in NOT_YET_DELIVERED
                and order_room(row, today) <= 2
            ),
        ),
        CaseKind.LATE_DELIVERY: every(
            Order,
            lambda row: (
                row.district_id == here
                and row.due_on < today
                and row.delivered_at is None
                and row.status in NOT_YET_DELIVERED
            ),
        ),
        CaseKind.LATE_PAYMENT: every(
            PaymentPart, lambda row: row.line.order.district_id == here and row.days_late(today) > 0
        ),
        CaseKind.DISPUTE: every(Order, lambda row: row.district_id == here and row.status is OrderStatus.DISPUTED),
        CaseKind.STOPPED: every(AskingStop, lambda row: row.designer.district_id == here and row.lifted_at is None),
        CaseKind.SUSPICIOUS: every(
            Review, lambda row: row.line.order.district_id == here and not row.weighs and not row.dismissed_at
        ),
    }


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def forwards(today: date, steps: int) -> date:
    """The first day after so many working days of work that begin today: what a plan backwards has to agree with."""
    day = today
    while steps:
        steps -= is_working(day)
        day += timedelta(days=1)
    return day


def has_room(today: date, steps: int, until: date) -> int:
    """The most days by which the work can start later and still be over on the day before ``until``."""
    room = -1
    while forwards(today, steps + room + 1) <= until:
        room += 1
    return room


def brief_room(brief: Brief, today: date) -> int:
    days = sum(days for _step, days in steps_for(brief, today))
    return has_room(today, days, brief.needed_by or today)


def order_room(order: Order, today: date) -> int:
    sewing = sewing_days(order.quantity, order.brief.difficulty)
    if order.status is OrderStatus.IN_PRODUCTION:
        began = min(line.starts_on for line in order.lines)
        sewing -= sum(is_working(began + timedelta(days=each)) for each in range((today - began).days))
    of_sampling = {"sampling": 4 + 1}.get(order.status, 0)
    ahead = 1 if order.status is OrderStatus.REWORK else of_sampling + max(0, sewing) + 1
    return has_room(today, ahead, order.due_on)


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
        found = {kind: queries.longest_waiting(session, desk, kind) for kind in CaseKind}
        assert {kind: {row.id for row in rows} for kind, rows in found.items()} == wanted
        assert queries.counts(session, desk) == {kind: len(ids) for kind, ids in wanted.items()}
        assert all(wanted.values()), "every kind is tried"


@pytest.mark.parametrize("kind", list(CaseKind))
def test_a_kind_takes_as_many_statements_for_thirty_as_for_two(app: Flask, session: Session, kind: CaseKind) -> None:
    district = session.get_one(District, 1)
    fill(session, district, 3, cases=200)
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
    orders = queries.longest_waiting(session, desk, CaseKind.LATE_DELIVERY)
    assert [order.due_on for order in orders] == sorted(order.due_on for order in orders)
    requests = queries.longest_waiting(session, desk, CaseKind.UNANSWERED)
    assert [asked.asked_at for asked in requests] == sorted(asked.asked_at for asked in requests)
