"""What needs a hand in a district, one statement per kind, the longest waiting first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from garment_hub.cases import tight
from garment_hub.permissions import Access
from models.brief import Brief, BriefStatus
from models.capacity import SEOUL
from models.case import Case
from models.case_note import CaseKind
from models.designer import Designer
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.order import AT_WORK, BEFORE_WORK, EventKind, Order, OrderEvent, OrderLine, OrderStatus
from models.payment import AskingStop, PaymentPart
from models.quote import Quote, QuoteRequest, RequestStatus
from models.review import Review
from models.user import CENTRE, User

UNANSWERED_AFTER = timedelta(hours=24)
EXPIRING_WITHIN = timedelta(days=2)
MOST_SHOWN = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose queue it is and at which moment."""

    district_id: int
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(SEOUL).date()


def unclaimed(desk: Desk) -> Select[QuoteRequest]:
    """Questions to factories that nobody has claimed: the centre carries them over."""
    return _waiting_requests(desk).where(Factory.owner_id.is_(None))


def unanswered(desk: Desk) -> Select[QuoteRequest]:
    """Owners who have not answered for a day."""
    is_old = QuoteRequest.asked_at <= desk.now - UNANSWERED_AFTER
    return _waiting_requests(desk).where(Factory.owner_id.is_not(None), is_old)


def _waiting_requests(desk: Desk) -> Select[QuoteRequest]:
    waits = QuoteRequest.status == RequestStatus.OPEN, Brief.status == BriefStatus.OPEN
    query = select(QuoteRequest).join(QuoteRequest.factory).join(QuoteRequest.brief)
    query = query.where(Factory.district_id == desk.district_id, *waits)
    return query.order_by(QuoteRequest.asked_at, QuoteRequest.id).options(*_of_request())


def expiring(desk: Desk) -> Select[Quote]:
    """Offers that the designer can take until the day after tomorrow at most."""
    soon = Quote.valid_until.between(desk.today, desk.today + EXPIRING_WITHIN)
    waits = QuoteRequest.status == RequestStatus.ANSWERED, Brief.status == BriefStatus.OPEN
    query = select(Quote).join(Quote.request).join(QuoteRequest.brief).join(QuoteRequest.factory)
    query = query.where(Factory.district_id == desk.district_id, *waits, soon)
    return query.order_by(Quote.valid_until, Quote.id).options(joinedload(Quote.request).options(*_of_request()))


def tight_briefs(desk: Desk) -> Select[Brief]:
    """Open briefs whose day has not passed; the plan of each says which of them are tight."""
    waits = Brief.status == BriefStatus.OPEN, Brief.needed_by >= desk.today
    query = select(Brief).where(Brief.district_id == desk.district_id, *waits)
    return query.order_by(Brief.needed_by, Brief.id).options(joinedload(Brief.designer).joinedload(Designer.user))


def tight_orders(desk: Desk) -> Select[Order]:
    """Orders not handed over whose day has not passed; the plan of each says which of them are tight."""
    waits = Order.due_on >= desk.today, Order.delivered_at.is_(None), Order.status.in_(BEFORE_WORK | AT_WORK)
    query = select(Order).where(Order.district_id == desk.district_id, *waits)
    return query.order_by(Order.due_on, Order.id).options(*_of_order())


def late_deliveries(desk: Desk) -> Select[Order]:
    """Orders whose promised day is over before anything was handed over to the designer in full."""
    is_late = Order.due_on < desk.today, Order.delivered_at.is_(None), Order.status.in_(BEFORE_WORK | AT_WORK)
    query = select(Order).where(Order.district_id == desk.district_id, *is_late)
    return query.order_by(Order.due_on, Order.id).options(*_of_order())


def late_payments(desk: Desk) -> Select[PaymentPart]:
    """Sums that were due before today and did not come."""
    is_late = PaymentPart.due_on < desk.today, PaymentPart.received_at.is_(None)
    query = select(PaymentPart).join(PaymentPart.line).join(OrderLine.order)
    query = query.where(Order.district_id == desk.district_id, *is_late)
    return query.order_by(PaymentPart.due_on, PaymentPart.id).options(joinedload(PaymentPart.line).options(*_of_line()))


def disputes(desk: Desk) -> Select[Order]:
    """Orders over which the two sides disagree."""
    query = select(Order).where(Order.district_id == desk.district_id, Order.status == OrderStatus.DISPUTED)
    return query.order_by(Order.id).options(*_of_order())


def stopped(desk: Desk) -> Select[AskingStop]:
    """Clients who cannot ask new factories because a sum is a week late."""
    query = select(AskingStop).join(AskingStop.designer)
    query = query.where(Designer.district_id == desk.district_id, AskingStop.lifted_at.is_(None))
    part = joinedload(AskingStop.payment_part).joinedload(PaymentPart.line)
    client = joinedload(AskingStop.designer).joinedload(Designer.user)
    return query.order_by(AskingStop.since, AskingStop.id).options(client, part.options(*_of_line()))


def suspicious(desk: Desk) -> Select[Review]:
    """Reviews that may come from the reviewed and weigh nothing until somebody lets them."""
    waits = Review.suspicion.is_not(None), Review.cleared_at.is_(None), Review.dismissed_at.is_(None)
    is_ours = Review.line.has(OrderLine.order.has(Order.district_id == desk.district_id))  # from the few to the many
    query = select(Review).where(*waits, is_ours)
    line = joinedload(Review.line).options(*_of_line())
    return query.order_by(Review.written_at, Review.id).options(line, joinedload(Review.author))


def _of_request() -> list[_AbstractLoad]:
    designer = joinedload(QuoteRequest.brief).joinedload(Brief.designer).joinedload(Designer.user)
    return [joinedload(QuoteRequest.factory).joinedload(Factory.owner), designer]


def _of_order() -> list[_AbstractLoad]:
    lines = selectinload(Order.lines)
    return [
        joinedload(Order.brief),
        joinedload(Order.designer).joinedload(Designer.user),
        lines.joinedload(OrderLine.factory).joinedload(Factory.owner),
        lines.joinedload(OrderLine.quote),
    ]


def _of_line() -> list[_AbstractLoad]:
    return [joinedload(OrderLine.factory).joinedload(Factory.owner), joinedload(OrderLine.order).options(*_of_order())]


QUEUE: dict[CaseKind, Callable[[Desk], Select[Any]]] = {
    CaseKind.UNCLAIMED: unclaimed,
    CaseKind.UNANSWERED: unanswered,
    CaseKind.EXPIRING: expiring,
    CaseKind.TIGHT_BRIEF: tight_briefs,
    CaseKind.TIGHT_ORDER: tight_orders,
    CaseKind.LATE_DELIVERY: late_deliveries,
    CaseKind.LATE_PAYMENT: late_payments,
    CaseKind.DISPUTE: disputes,
    CaseKind.STOPPED: stopped,
    CaseKind.SUSPICIOUS: suspicious,
}


# Kinds where a plan decides: the ids of those that wait, the first to be done first.
PLANNED: dict[CaseKind, tuple[Any, Callable[[Session, Select[Any], date], list[int]]]] = {
    CaseKind.TIGHT_BRIEF: (Brief, tight.briefs),
    CaseKind.TIGHT_ORDER: (Order, tight.orders),
}


def counts(session: Session, desk: Desk) -> dict[CaseKind, int]:
    """How many of each kind there are."""
    return {kind: _count(session, desk, kind) for kind in QUEUE}


def _count(session: Session, desk: Desk, kind: CaseKind) -> int:
    query = QUEUE[kind](desk)
    if kind in PLANNED:
        return len(PLANNED[kind][1](session, query, desk.today))
    rows = query.options().order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def longest_waiting(session: Session, desk: Desk, kind: CaseKind) -> list[Any]:
    """The first of one kind, with all that is said of them."""
    query = QUEUE[kind](desk)
    if kind in PLANNED:
        model, find = PLANNED[kind]
        query = query.where(model.id.in_(find(session, query, desk.today)[:MOST_SHOWN]))
    return list(session.scalars(query.limit(MOST_SHOWN)))


def get_stop(session: Session, stop_id: int, user: User, access: Access) -> AskingStop:
    """The stop, if its client is of this person's district; for WRITE, if this person is of the centre."""
    stop = session.get(AskingStop, stop_id)
    return _in_hand(stop, stop.designer.district_id if stop else None, user, access)


def get_review(session: Session, review_id: int, user: User, access: Access) -> Review:
    """The review, if its order is of this person's district; for WRITE, if this person is of the centre."""
    review = session.get(Review, review_id)
    return _in_hand(review, review.line.order.district_id if review else None, user, access)


def _in_hand(thing: T | None, district_id: int | None, user: User, access: Access) -> T:
    if thing is None or not user.is_staff or user.district_id != district_id:
        raise NotFound
    if access is Access.WRITE and user.role not in CENTRE:
        raise Forbidden
    return thing


def dispute_events(session: Session, orders: list[Order]) -> dict[int, OrderEvent]:
    """By order, the event that opened its last dispute."""
    which = OrderEvent.kind == EventKind.DISPUTED, OrderEvent.order_id.in_([order.id for order in orders])
    query = select(OrderEvent).where(*which).order_by(OrderEvent.id)
    return {event.order_id: event for event in session.scalars(query)}


def conversations(session: Session, requests: set[int]) -> dict[int, int]:
    """By request, the id of the case where it is talked about."""
    query = select(Case.request_id, Case.id).where(Case.request_id.in_(requests))
    return {row.request_id: row.id for row in session.execute(query)}
