"""What an owner reads about whoever asks is what a plain count over the orders finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from garment_hub.quotes import wording
from garment_hub.quotes.client_record import FEW, ClientRecord, client_record
from models.base import utc_now
from models.district import District
from models.order import EventKind, OrderEvent, OrderStatus, Party
from models.payment import PaymentKind, PaymentPart
from tests.builders import in_days, make_brief, make_designer, make_factory, make_order, make_quote

TODAY = in_days(0)
days = st.integers(-5, 5)


@dataclass(frozen=True, slots=True)
class Told:
    """One order: how it stands, who called it off, and its payments as (due, received) in days from today."""

    status: OrderStatus
    called_off_by: Party
    payments: list[tuple[int | None, int | None]]


orders = st.lists(
    st.builds(
        Told,
        st.sampled_from([OrderStatus.SETTLED, OrderStatus.CANCELLED, OrderStatus.IN_PRODUCTION]),
        st.sampled_from([Party.DESIGNER, Party.FACTORY]),
        st.lists(st.tuples(st.none() | days, st.none() | days.filter(lambda day: day <= 0)), max_size=3),
    ),
    max_size=5,
)


def plainly(told: list[Told]) -> ClientRecord:
    finished = cancelled = on_time = late = 0
    for order in told:
        finished += order.status is OrderStatus.SETTLED
        cancelled += order.status is OrderStatus.CANCELLED and order.called_off_by is Party.DESIGNER
        for due, received in order.payments:
            if due is None:
                continue
            if received is None:
                late += due < 0
            elif received <= due:
                on_time += 1
            else:
                late += 1
    return ClientRecord(finished, cancelled, on_time, late)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(orders)
def test_the_record_is_a_plain_count_of_the_clients_own_orders(session: Session, told: list[Told]) -> None:
    district = session.get_one(District, 1)
    designer, other = make_designer(session, district), make_designer(session, district)
    for asker in (designer, other):
        for order in told if asker is designer else [Told(OrderStatus.SETTLED, Party.DESIGNER, [(0, 0)])]:
            _write(session, asker, order)
    session.flush()
    assert client_record(session, designer, TODAY) == plainly(told)
    session.rollback()


def _write(session: Session, asker: Any, told: Told) -> None:
    quote = make_quote(session, make_brief(session, asker), make_factory(session, asker.district))
    order = make_order(session, quote, status=told.status)
    if told.status is OrderStatus.CANCELLED:
        session.add(OrderEvent(order=order, kind=EventKind.CANCELLED, status=told.status, party=told.called_off_by))
    for kind, (due, received) in zip(PaymentKind, told.payments, strict=False):
        session.add(
            PaymentPart(
                line=order.lines[0],
                kind=kind,
                amount_krw=1000,
                due_on=None if due is None else in_days(due),
                received_at=None if received is None else utc_now() + timedelta(days=received),
            )
        )


@pytest.mark.parametrize("finished", range(FEW + 1))
def test_few_orders_are_said_to_be_few(app: Flask, finished: int) -> None:
    with app.test_request_context("/?lang=ko"):
        lines = [sentence for _kind, sentence in wording.record_lines(ClientRecord(finished, 0, 0, 0))]
    assert any("아직" in line for line in lines) == (finished < FEW)


def test_the_record_is_counts_and_never_a_score(app: Flask) -> None:
    with app.test_request_context("/?lang=ko"):
        lines = wording.record_lines(ClientRecord(7, 2, 5, 1))
    words = " ".join(sentence for _kind, sentence in lines)
    assert all(number in words for number in ("7", "2", "5", "1"))
    assert "점" not in words
