"""Who owes which sum by when: parts made from the terms, days that run from the hand-over, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.notifications import notify
from garment_hub.orders import terms
from models.capacity import SEOUL
from models.errors import Conflict
from models.order import EventKind, Order, OrderEvent, OrderLine, OrderStatus, Party
from models.payment import DAYS_TO_PAY, PaymentKind, PaymentPart
from models.quote import BalanceRule
from models.terms import Terms
from models.user import User

if TYPE_CHECKING:
    from garment_hub.orders.moves import Step


def parts_of(session: Session, order: Order) -> list[PaymentPart]:
    """All sums of the order, by line and in the order in which they fall due."""
    query = select(PaymentPart).join(PaymentPart.line).where(OrderLine.order_id == order.id)
    kinds = list(PaymentKind)
    found = session.scalars(query)
    return sorted(found, key=lambda part: (part.line.position, part.line_id, kinds.index(part.kind)))


def open_part(step: Step) -> PaymentPart | None:
    """The sum this step is about: the one named, else the first that the side can still say something about."""
    open_parts = [
        part
        for part in parts_of(step.session, step.order)
        if part.received_at is None
        and not (step.move.kind is EventKind.PAYMENT_REPORTED and part.reported_at)
        and (step.party is Party.DESIGNER or (step.line is not None and part.line_id == step.line.id))
    ]
    if step.part is not None:
        return step.part if step.part in open_parts else None
    return next(iter(open_parts), None)


def next_open(session: Session, line: OrderLine) -> PaymentPart | None:
    """What this factory still has to get, the first of it."""
    return next((part for part in parts_of(session, line.order) if part.line is line and not part.received_at), None)


def say_missing(session: Session, part: PaymentPart, actor: User, now: datetime) -> None:
    """The factory says that a sum is not there: that stays written, and the client is asked to look and to send it.

    What the client said before no longer stands, so that they can say it anew. Told once a day at most.
    """
    order = part.line.order
    session.refresh(order, with_for_update=True)
    session.refresh(part)
    if part.received_at is not None:
        raise Conflict("nothing_to_pay")
    part.reported_at = None
    event = OrderEvent(order=order, line=part.line, kind=EventKind.NOTED, status=order.status, party=Party.FACTORY)
    event.actor, event.at, event.values = actor, now, {"payment": part.kind.value, "amount_krw": part.amount_krw}
    session.add(event)
    session.flush()
    notify(
        session,
        order.designer.user,
        "payment_missing",
        link=f"/orders/{order.id}",
        dedupe_key=f"missing-{part.id}-{now.astimezone(SEOUL).date()}",
        factory=part.line.factory.name,
        item=order.item,
        amount_krw=part.amount_krw,
    )


def said_missing_at(part: PaymentPart) -> datetime | None:
    """When the factory said that it is not there, unless the client has said since that it was sent."""
    if part.reported_at is not None or part.received_at is not None:
        return None
    said = [event.at for event in part.line.order.events if _is_missing(event, part)]
    return max(said, default=None)


def _is_missing(event: OrderEvent, part: PaymentPart) -> bool:
    is_of_it = event.line_id == part.line_id and event.values.get("payment") == part.kind.value
    return event.kind is EventKind.NOTED and is_of_it


def make_sample_fee(session: Session, line: OrderLine) -> None:
    """The sample's own fee; its days run from when the sample is sent."""
    if line.quote.sample_fee_krw:
        _set(session, line, PaymentKind.SAMPLE_FEE, line.quote.sample_fee_krw)


def make_parts(session: Session, order: Order, agreed: Terms, today: date) -> None:
    """All sums as the agreed terms say; what was received already stays and is taken off the balance."""
    if fee := (agreed.body.get("sample") or {}).get("fee_krw"):
        is_made = order.status is not OrderStatus.SAMPLING
        _set(session, order.lead, PaymentKind.SAMPLE_FEE, fee, today + timedelta(days=DAYS_TO_PAY) if is_made else None)
    if order.confirmed_at is None:  # nothing is owed for work that may never be ordered
        return
    for line in order.active_lines:
        promised = _promised(agreed, line)
        if promised is None:
            continue
        amounts = terms.amounts(promised)
        if amounts.deposit:
            due_on = max(today + timedelta(days=DAYS_TO_PAY), line.starts_on)  # not asked for before the work begins
            _set(session, line, PaymentKind.DEPOSIT, amounts.deposit, due_on)
        _set(session, line, PaymentKind.BALANCE, _rest(session, agreed, line, amounts.total))


def _promised(agreed: Terms, line: OrderLine) -> dict[str, Any] | None:
    return next((each for each in agreed.body["lines"] if each["line"] == line.id), None)


def _rest(session: Session, agreed: Terms, line: OrderLine, total: int) -> int:
    """What is left of a total after the deposit and, where so agreed, the sample's fee."""
    parts = _parts(session, line)
    taken_off = [parts.get(PaymentKind.DEPOSIT)]
    sample = agreed.body.get("sample")
    if sample and sample.get("deducted"):
        taken_off.append(parts.get(PaymentKind.SAMPLE_FEE))
    return max(0, total - sum(part.amount_krw for part in taken_off if part))


def _parts(session: Session, line: OrderLine) -> dict[PaymentKind, PaymentPart]:
    return {part.kind: part for part in session.scalars(select(PaymentPart).where(PaymentPart.line_id == line.id))}


def _set(session: Session, line: OrderLine, kind: PaymentKind, amount: int, due_on: date | None = None) -> None:
    """Make the part, or change it while it was not received."""
    part = _parts(session, line).get(kind)
    if part is None:
        session.add(PaymentPart(line=line, kind=kind, amount_krw=amount, due_on=due_on))
    elif part.received_at is None:
        part.amount_krw, part.due_on = amount, part.due_on or due_on
    session.flush()


def sample_was_sent(session: Session, line: OrderLine, today: date) -> None:
    fee = _parts(session, line).get(PaymentKind.SAMPLE_FEE)
    if fee and fee.due_on is None:
        fee.due_on = today + timedelta(days=DAYS_TO_PAY)


def handed_over(session: Session, order: Order, agreed: Terms | None, today: date) -> None:
    """The clock of the balance starts: on the day itself, or so many days after it."""
    for line in order.active_lines:
        promised = _promised(agreed, line) if agreed else None
        balance = _parts(session, line).get(PaymentKind.BALANCE)
        if promised and balance and balance.due_on is None:
            is_before = promised["balance"] == BalanceRule.BEFORE_SHIPPING
            balance.due_on = today + timedelta(days=0 if is_before else int(promised["balance_days"] or 0))


def handed_back(session: Session, order: Order) -> None:
    """Goods that are made again are handed over again, and the clock starts then."""
    for line in order.last_lines:
        balance = _parts(session, line).get(PaymentKind.BALANCE)
        if balance and balance.received_at is None:
            balance.due_on = None


def pieces_accepted(session: Session, order: Order, agreed: Terms | None) -> None:
    """The balance follows the pieces counted, up to the tolerance above what was ordered."""
    for line in order.active_lines:
        promised = _promised(agreed, line) if agreed else None
        if agreed is None or promised is None:
            continue
        pieces = min(line.counted_pieces, line.quantity + int(promised["tolerance_pieces"] or 0))
        total = terms.amounts({**promised, "quantity": pieces}).total
        _set(session, line, PaymentKind.BALANCE, _rest(session, agreed, line, total))


def all_received(session: Session, order: Order) -> bool:
    return all(part.received_at for part in parts_of(session, order))


def drop_unowed(session: Session, lines: Sequence[OrderLine], today: date) -> None:
    """Nothing more is owed for work that will not be done; what was due already stays owed."""
    for line in lines:
        for part in _parts(session, line).values():
            if part.received_at is None and (part.due_on is None or part.due_on > today):
                session.delete(part)
    session.flush()
