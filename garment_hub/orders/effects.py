"""What a move does beside changing the status: days, hand-overs, sums, clocks, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from garment_hub import audit
from garment_hub.factories import bookings
from garment_hub.factories.queries import speakers_of
from garment_hub.notifications import notify
from garment_hub.orders import deliveries, payments, terms
from garment_hub.orders.moves import Step
from garment_hub.orders.queries import people_on
from models.audit import AuditAction
from models.capacity import week_of
from models.errors import Conflict, Invalid
from models.order import INSPECTION_DAYS, EventKind, LineStatus, OrderLine, OrderStatus
from models.user import User


def apply(step: Step) -> None:
    """The effect of this kind of move, if it has one."""
    if effect := EFFECTS.get(step.move.kind):
        effect(step)
        step.session.flush()


def _sample_sent(step: Step) -> None:
    payments.sample_was_sent(step.session, step.order.lead, step.today)


def _confirmed(step: Step) -> None:
    step.order.confirmed_at = step.now
    for line in step.order.active_lines:
        bookings.book_held_days(step.session, line)
    if agreed := terms.in_force(step.session, step.order):
        payments.make_parts(step.session, step.order, agreed, step.today)


def _started(step: Step) -> None:
    step.order.started_at = step.order.started_at or step.now
    _line(step).status = LineStatus.WORKING


def _line(step: Step) -> OrderLine:
    if step.line is None:
        raise Invalid("line_needed", field="line_id")
    return step.line


def _part_delivered(step: Step) -> None:
    line = _line(step)
    deliveries.hand_over(step, line)
    left = max(0, line.quantity - line.handed_over_pieces)
    days = -(-(line.work_hundredths or 0) * left // line.quantity)
    bookings.keep_days(step.session, line, days, week_of(step.today))


def _delivered(step: Step) -> None:
    """The last pieces of a line; of lots side by side the order is delivered with the last lot."""
    line = _line(step)
    deliveries.hand_over(step, line)
    _line_is_done(step, line)
    if any(each.status is not LineStatus.HANDED_OVER for each in step.order.last_lines):
        step.order.status = step.before or OrderStatus.IN_PRODUCTION
        return
    step.order.delivered_at = step.now
    step.order.inspect_by = step.today + timedelta(days=INSPECTION_DAYS)
    payments.handed_over(step.session, step.order, terms.in_force(step.session, step.order), step.today)


def _line_is_done(step: Step, line: OrderLine) -> None:
    """Days after this week are free again; those of this week were worked."""
    line.status = LineStatus.HANDED_OVER
    bookings.release_days(step.session, line, week_of(step.today) + bookings.WEEK)


def _stage_handed_over(step: Step) -> None:
    line = _line(step)
    deliveries.hand_over(step, line)
    if line.handed_over_pieces >= line.quantity:
        _line_is_done(step, line)


def _delay_reported(step: Step) -> None:
    """The promise stays; the work moves to the days that are left until the new day."""
    line = _line(step)
    if step.day is None or step.day <= step.today:
        raise Invalid("day_needed", field="day")
    line.due_on, step.order.expected_on = step.day, max(step.day, step.order.expected_on or step.day)
    bookings.reschedule(step.session, line, step.today, step.now, step.days_left)


def _rework_asked(step: Step) -> None:
    for line in step.order.last_lines:
        line.status = LineStatus.WORKING
    step.order.inspect_by = None
    payments.handed_back(step.session, step.order)


def _accepted(step: Step) -> None:
    order = step.order
    order.accepted_at = step.now
    order.accepted_quantity = sum(line.counted_pieces for line in order.last_lines)
    payments.pieces_accepted(step.session, order, terms.in_force(step.session, order))


def _payment_reported(step: Step) -> None:
    if part := payments.open_part(step):
        part.reported_at = step.now
        step.part = part


def _payment_received(step: Step) -> None:
    if part := payments.open_part(step):
        part.received_at = step.now
        step.part = part


def _line_dropped(step: Step) -> None:
    line = _line(step)
    _give_up(step, [line])
    line.status = LineStatus.DROPPED


def _give_up(step: Step, lines: list[OrderLine]) -> None:
    """Work that has begun keeps the weeks that are over; all other days are free again."""
    for line in lines:
        has_begun = line.status in (LineStatus.WORKING, LineStatus.HANDED_OVER)
        args = [week_of(step.today)] if has_begun else []
        bookings.release_days(step.session, line, *args)
    payments.drop_unowed(step.session, lines, step.today)


def _cancelled(step: Step) -> None:
    _give_up(step, step.order.active_lines)
    step.order.ended_at = step.now


def _disputed(step: Step) -> None:
    step.order.disputed_from = step.before


def _dispute_ended(step: Step) -> None:
    if step.to not in step.order.dispute_ends:
        raise Conflict("dispute_end_not_allowed")
    step.order.status, step.order.disputed_from = step.to, None
    audit.record(step.session, step.actor, AuditAction.DISPUTE_ENDED, step.order, reason=step.note, to=step.to)
    if step.to is OrderStatus.CANCELLED:
        _cancelled(step)
    elif step.to is OrderStatus.ACCEPTED:
        _accepted(step)
    elif step.to is OrderStatus.REWORK:
        _rework_asked(step)
    elif step.order.inspect_by:  # the days of inspection did not run during the dispute
        step.order.inspect_by = step.today + timedelta(days=INSPECTION_DAYS)


def _settled(step: Step) -> None:
    step.order.ended_at = step.now


EFFECTS: dict[EventKind, Callable[[Step], None]] = {
    EventKind.SAMPLE_SENT: _sample_sent,
    EventKind.SAMPLE_APPROVED: _sample_sent,  # its fee may have been named since it was sent
    EventKind.CONFIRMED: _confirmed,
    EventKind.STARTED: _started,
    EventKind.STAGE_HANDED_OVER: _stage_handed_over,
    EventKind.PIECES_COUNTED: deliveries.count,
    EventKind.DELAY_REPORTED: _delay_reported,
    EventKind.PART_DELIVERED: _part_delivered,
    EventKind.DELIVERED: _delivered,
    EventKind.REWORK_ASKED: _rework_asked,
    EventKind.ACCEPTED: _accepted,
    EventKind.PAYMENT_REPORTED: _payment_reported,
    EventKind.PAYMENT_RECEIVED: _payment_received,
    EventKind.SETTLED: _settled,
    EventKind.LINE_DROPPED: _line_dropped,
    EventKind.CANCELLED: _cancelled,
    EventKind.DISPUTED: _disputed,
    EventKind.DISPUTE_ENDED: _dispute_ended,
}


def values_of(step: Step) -> dict[str, Any]:
    """The numbers and days that belong to the event, as JSON."""
    part = step.part
    found = {
        "pieces": step.pieces,
        "day": step.day.isoformat() if step.day else None,
        "days_left": step.days_left,
        "payment": part.kind.value if part else None,
        "amount_krw": part.amount_krw if part else None,
    }
    return {name: value for name, value in found.items() if value is not None}


# Who hears of a move by which message; all other moves say the new status.
MESSAGES: dict[EventKind, str] = {
    EventKind.SAMPLE_SENT: "sample_sent",
    EventKind.SAMPLE_APPROVED: "sample_approved",
    EventKind.SAMPLE_REJECTED: "sample_rejected",
    EventKind.PART_DELIVERED: "delivery_sent",
    EventKind.DELIVERED: "delivery_sent",
    EventKind.STAGE_HANDED_OVER: "delivery_sent",
    EventKind.ACCEPTED: "order_accepted",
    EventKind.PAYMENT_REPORTED: "payment_reported",
    EventKind.PAYMENT_RECEIVED: "payment_received",
    EventKind.CANCELLED: "order_cancelled",
    EventKind.DISPUTED: "dispute_opened",
}
SILENT = frozenset({EventKind.NOTED, EventKind.PIECES_COUNTED, EventKind.INSPECTION_STARTED, EventKind.SETTLED})


def _hearers(step: Step) -> list[User]:
    """Everybody on the order; of a sum, only who pays and who gets it."""
    if step.part is None:
        return people_on(step.session, step.order)
    return [step.order.designer.user, *speakers_of(step.session, [step.part.line.factory])]


def _page_of(step: Step, person: User) -> str:
    """Where the reader goes on: the factory with the sum that was sent, else with the order."""
    order, part = step.order, step.part
    is_asked = step.move.kind is EventKind.PAYMENT_REPORTED and part and person.id != order.designer.user_id
    return f"/orders/{order.id}/payments/{part.id}" if part and is_asked else f"/orders/{order.id}"


def tell(step: Step) -> None:
    """Tell everybody on the order but whoever made the move; after acceptance both sides may write their review."""
    kind, order = step.move.kind, step.order
    if kind in SILENT:
        return
    values: dict[str, Any] = {
        "item": order.item,
        "status": order.status.value,
        "factory": (step.line or order.lead).factory.name,
        "designer": order.designer.brand,
        "quantity": step.pieces or order.quantity,
        "amount_krw": step.part.amount_krw if step.part else None,
        "reason": step.note,
    }
    for person in _hearers(step):
        if step.actor is None or person.id != step.actor.id:
            notify(step.session, person, MESSAGES.get(kind, "order_moved"), link=_page_of(step, person), **values)
        if kind is EventKind.ACCEPTED:
            notify(step.session, person, "review_waiting", link=f"/orders/{order.id}/reviews", item=order.item)
