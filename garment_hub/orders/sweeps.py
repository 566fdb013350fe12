"""What happens because time passes: holds end, silence accepts, and late sums are reminded of, then have a consequence.

Each sweep may run twice at once or late; what it finds is decided by rows, and messages carry a key of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.factories.bookings import sweep_holds
from garment_hub.factories.queries import coordinators_of, speakers_of
from garment_hub.notifications import notify
from garment_hub.orders.services import advance
from models.capacity import SEOUL, CapacityBooking
from models.order import HANDED_OVER, EventKind, Order, OrderLine, Party
from models.payment import FIRST_REMINDER_DAYS, LAST_REMINDER_DAYS, AskingStop, PaymentPart
from models.quote import Quote, QuoteRequest, RequestStatus

WARN_BEFORE = timedelta(days=2)
HOLD_WARNING = timedelta(hours=6)


def accept_silently(session: Session, now: datetime) -> int:
    """Ten days without a word after the hand-over count as accepted."""
    over = select(Order).where(Order.status.in_(HANDED_OVER), Order.inspect_by < _today(now))
    orders = session.scalars(over.order_by(Order.id).with_for_update(skip_locked=True)).all()
    for order in orders:
        advance(session, order, EventKind.ACCEPTED, None, Party.SYSTEM, now)
    return len(orders)


def remind_of_inspection(session: Session, now: datetime) -> int:
    """Tell the designer two days before silence counts as accepted."""
    soon = Order.inspect_by.between(_today(now), _today(now) + WARN_BEFORE)
    found = session.scalars(select(Order).where(Order.status.in_(HANDED_OVER), soon)).all()
    sent = [
        notify(
            session,
            order.designer.user,
            "inspection_ending",
            link=f"/orders/{order.id}",
            dedupe_key=f"inspection-{order.id}-{order.inspect_by}",
            item=order.item,
            day=str(order.inspect_by),
        )
        for order in found
    ]
    return _count(sent)


def announce_payments(session: Session, now: datetime) -> int:
    """Tell the client on the day that a sum is due."""
    due = select(PaymentPart).where(PaymentPart.received_at.is_(None), PaymentPart.due_on == _today(now))
    sent = [
        notify(
            session,
            part.line.order.designer.user,
            "payment_due",
            link=f"/orders/{part.line.order_id}",
            dedupe_key=f"due-{part.id}",
            item=part.line.order.item,
            amount_krw=part.amount_krw,
            day=str(part.due_on),
        )
        for part in session.scalars(due.where(PaymentPart.reported_at.is_(None)))
    ]
    return _count(sent)


def warn_of_holds(session: Session, now: datetime) -> int:
    """Tell the designer some hours before the days held for an offer are free again."""
    ending = select(CapacityBooking.quote_id).where(CapacityBooking.expires_at.between(now, now + HOLD_WARNING))
    sent = [
        notify(
            session,
            quote.request.brief.designer.user,
            "hold_ending",
            link=f"/briefs/{quote.request.brief_id}/quotes",
            dedupe_key=f"hold-{quote.id}",
            factory=quote.request.factory.name,
            item=quote.request.brief.item,
        )
        for quote in session.scalars(select(Quote).where(Quote.id.in_(ending)))
    ]
    return _count(sent)


def remind_of_payments(session: Session, now: datetime) -> int:
    """On the first and the seventh day after a sum was due, once each; then the client is stopped."""
    today = _today(now)
    sent = 0
    for part in _late(session, today):
        days = part.days_late(today)
        step = LAST_REMINDER_DAYS if days >= LAST_REMINDER_DAYS else FIRST_REMINDER_DAYS
        order = part.line.order
        people = [order.designer.user, *speakers_of(session, [part.line.factory])]
        sent += _count(
            notify(
                session,
                person,
                "payment_late",
                link=f"/orders/{order.id}" + ("" if person is order.designer.user else f"/payments/{part.id}"),
                dedupe_key=f"late-{part.id}-{step}-{person.id}",
                item=order.item,
                amount_krw=part.amount_krw,
                days=days,
            )
            for person in people
        )
        if step == LAST_REMINDER_DAYS:
            _stop_asking(session, part, now)
    return sent


def _late(session: Session, today: date) -> list[PaymentPart]:
    late = PaymentPart.received_at.is_(None), PaymentPart.due_on < today
    query = select(PaymentPart).join(PaymentPart.line).join(OrderLine.order).where(*late)
    return list(session.scalars(query.order_by(PaymentPart.id)))


def _stop_asking(session: Session, part: PaymentPart, now: datetime) -> None:
    """One stop per late sum: lifted by staff, it does not come back for the same sum."""
    designer = part.line.order.designer
    known = AskingStop.payment_part_id == part.id
    running = (AskingStop.designer_id == designer.id) & AskingStop.lifted_at.is_(None)
    if session.scalar(select(AskingStop.id).where(known | running).limit(1)) is not None:
        return
    session.add(AskingStop(designer=designer, payment_part=part, since=now))
    session.flush()
    for person in (designer.user, *coordinators_of(session, designer.district_id)):
        notify(session, person, "asking_stopped", link=f"/orders/{part.line.order_id}", item=part.line.order.item)


def remind_of_answers(session: Session, now: datetime) -> int:
    """A question that closes tomorrow and was not answered."""
    waiting = QuoteRequest.status == RequestStatus.OPEN, QuoteRequest.answer_by == _today(now) + timedelta(days=1)
    sent: list[object] = []
    for asked in session.scalars(select(QuoteRequest).where(*waiting)):
        sent += [
            notify(
                session,
                person,
                "quote_expiring",
                link=f"/quote-requests/{asked.id}",
                dedupe_key=f"answer-{asked.id}-{person.id}",
                item=asked.brief.item,
                answer_by=str(asked.answer_by),
            )
            for person in speakers_of(session, [asked.factory])
        ]
    return _count(sent)


def _today(now: datetime) -> date:
    return now.astimezone(SEOUL).date()


def _count(sent: Iterable[object]) -> int:
    return sum(row is not None for row in sent)


SWEEPS: dict[str, Callable[[Session, datetime], int]] = {
    "holds": sweep_holds,
    "silence": accept_silently,
    "inspection": remind_of_inspection,
    "hold warnings": warn_of_holds,
    "payments due": announce_payments,
    "payments": remind_of_payments,
    "answers": remind_of_answers,
}
