"""Where an order stands on the day somebody looks at it: its stitched steps, its clocks, its days and its makers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from garment_hub.orders import terms
from models.capacity import CapacityBooking, CapacityWeek
from models.order import (
    AT_WORK,
    BEFORE_WORK,
    ENDED,
    HANDED_OVER,
    Delivery,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Party,
)
from models.payment import PaymentPart


class Standing(StrEnum):
    """A status as people tell it: some statuses hold two stories."""

    SAMPLE_AWAITED = "sample_awaited"
    SAMPLE_HERE = "sample_here"
    TERMS_OPEN = "terms_open"
    READY = "ready"
    MAKING = "making"
    HANDING_OVER = "handing_over"
    INSPECTING = "inspecting"
    REWORKING = "reworking"
    PAYING = "paying"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"


class Step(StrEnum):
    """The stitches of the line above every order."""

    SAMPLE = "sample"
    CHECK = "check"
    TERMS = "terms"
    MAKING = "making"
    HANDOVER = "handover"
    INSPECTION = "inspection"
    PAYMENT = "payment"


AT_STEP = {
    Standing.SAMPLE_AWAITED: Step.SAMPLE,
    Standing.SAMPLE_HERE: Step.CHECK,
    Standing.TERMS_OPEN: Step.TERMS,
    Standing.READY: Step.MAKING,
    Standing.MAKING: Step.MAKING,
    Standing.REWORKING: Step.MAKING,
    Standing.HANDING_OVER: Step.HANDOVER,
    Standing.INSPECTING: Step.INSPECTION,
    Standing.PAYING: Step.PAYMENT,
}
OF_STATUS = {
    OrderStatus.SAMPLE_APPROVED: Standing.TERMS_OPEN,
    OrderStatus.REWORK: Standing.REWORKING,
    OrderStatus.DELIVERED: Standing.INSPECTING,
    OrderStatus.INSPECTING: Standing.INSPECTING,
    OrderStatus.ACCEPTED: Standing.PAYING,
    OrderStatus.SETTLED: Standing.SETTLED,
}


def standing_of(session: Session, order: Order) -> Standing:
    if order.status in (OrderStatus.CANCELLED, OrderStatus.DISPUTED):
        return Standing(order.status.value)
    return _running(session, order, order.status)


def _running(session: Session, order: Order, status: OrderStatus) -> Standing:
    if status is OrderStatus.SAMPLING:
        return Standing.SAMPLE_HERE if order.has_sample_waiting else Standing.SAMPLE_AWAITED
    if status is OrderStatus.CONFIRMED:
        return Standing.READY if terms.agreed(session, order) else Standing.TERMS_OPEN
    if status is OrderStatus.IN_PRODUCTION:
        return Standing.HANDING_OVER if any(line.deliveries for line in order.last_lines) else Standing.MAKING
    return OF_STATUS[status]


@dataclass(frozen=True, slots=True)
class Stitch:
    """``state``: done, now or later; of an order that stopped, ``now`` is where it stopped."""

    step: Step
    state: str


def stitches(session: Session, order: Order) -> list[Stitch]:
    """Solid up to where the order is, dashed from there; without a sample the first two steps are not there."""
    at = AT_STEP.get(_running(session, order, _last_running_status(order)))
    steps = [step for step in Step if not (order.is_sample_waived and step in (Step.SAMPLE, Step.CHECK))]
    now = steps.index(at) if at in steps else len(steps)
    return [Stitch(step, "done" if number < now else "now" if number == now else "later")
            for number, step in enumerate(steps)]  # fmt: skip


def _last_running_status(order: Order) -> OrderStatus:
    """Where a cancelled or disputed order was before."""
    stopped = OrderStatus.CANCELLED, OrderStatus.DISPUTED
    seen = [order.status, *(event.status for event in reversed(order.events)), OrderStatus.SAMPLING]
    return next(status for status in seen if status not in stopped)


def days_to_inspect(order: Order, today: date) -> int | None:
    """How many days are left until silence counts as accepted."""
    if order.status not in HANDED_OVER or order.inspect_by is None:
        return None
    return max(0, (order.inspect_by - today).days)


def days_behind(order: Order, today: date) -> int:
    """How many days past the promised one the goods are still being made."""
    return max(0, (today - order.due_on).days) if order.status in BEFORE_WORK | AT_WORK else 0


def late_parts(parts: Sequence[PaymentPart], today: date) -> list[PaymentPart]:
    return [part for part in parts if part.days_late(today)]


def named_processes(order: Order) -> tuple[int, int]:
    """Of how many processes of the brief the maker is known, and how many there are."""
    wanted = set(order.brief.processes)
    known = {process for line in order.active_lines for process in line.processes}
    return len(wanted & known), len(wanted)


def bookings_of(session: Session, order: Order) -> dict[int, list[CapacityBooking]]:
    """The days taken for each line, week by week."""
    query = (
        select(CapacityBooking)
        .join(CapacityBooking.week)
        .where(CapacityBooking.order_line_id.in_([line.id for line in order.lines]))
        .options(contains_eager(CapacityBooking.week))
        .order_by(CapacityWeek.starts_on)
    )
    found: dict[int, list[CapacityBooking]] = {line.id: [] for line in order.lines}
    for booking in session.scalars(query):
        found[booking.order_line_id or 0].append(booking)
    return found


def hand_overs(order: Order) -> list[Delivery]:
    """All pieces that changed hands, the oldest first."""
    return sorted((sent for line in order.lines for sent in line.deliveries), key=lambda sent: sent.id)


@dataclass(frozen=True, slots=True)
class TermsState:
    """The newest version of the terms, and who has not said yes to it."""

    blanks: int
    designer_waits: bool
    lines_waiting: list[OrderLine]

    def waits_for(self, party: Party, lines: Sequence[OrderLine]) -> bool:
        if party is Party.DESIGNER:
            return self.designer_waits
        return party is Party.FACTORY and any(line in self.lines_waiting for line in lines)


def terms_state(session: Session, order: Order) -> TermsState:
    newest = terms.latest(session, order)
    said = {confirmation.line_id for confirmation in newest.confirmations}
    waiting = [line for line in order.active_lines if line.id not in said]
    return TermsState(len(terms.missing(newest.body)), None not in said, waiting)


def is_over(order: Order) -> bool:
    return order.status in ENDED


def event_of(order: Order, event_id: int) -> OrderEvent | None:
    return next((event for event in order.events if event.id == event_id), None)
