"""The conditions of the table of moves: each says what is missing, by code, or None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from garment_hub.orders import payments, terms
from models.order import (
    Delivery,
    LineStatus,
    Move,
    Order,
    OrderLine,
    OrderStatus,
    Party,
)
from models.payment import PaymentPart
from models.user import User


@dataclass(slots=True)
class Step:
    """One move about to be made: who makes it, when, and what was given with it."""

    session: Session
    order: Order
    move: Move
    actor: User | None
    party: Party
    now: datetime
    today: date
    before: OrderStatus | None = None
    line: OrderLine | None = None
    part: PaymentPart | None = None
    note: str | None = None
    picture_key: str | None = None
    pieces: int | None = None
    day: date | None = None
    days_left: int | None = None
    to: OrderStatus | None = None


def unmet(step: Step) -> str | None:
    """The code of the refusal, or None when the move may be made."""
    return CONDITIONS[step.move.condition](step) if step.move.condition else None


def _sample_waits(step: Step) -> str | None:
    return None if step.order.has_sample_waiting else "no_sample_yet"


def _terms_agreed(step: Step) -> str | None:
    return None if terms.agreed(step.session, step.order) else "terms_not_agreed"


def _may_start(step: Step) -> str | None:
    if step.line is None or step.line.status is not LineStatus.PLANNED:
        return "line_already_started"
    return _terms_agreed(step)


def _line_at_work(step: Step) -> str | None:
    return None if step.line and step.line.status is LineStatus.WORKING else "line_not_at_work"


def _stage_at_work(step: Step) -> str | None:
    return _line_at_work(step) or ("line_is_last" if step.line in step.order.last_lines else None)


def _last_at_work(step: Step) -> str | None:
    return _line_at_work(step) or (None if step.line in step.order.last_lines else "line_not_last")


def waiting_delivery(order: Order, party: Party, line: OrderLine | None) -> Delivery | None:
    """The oldest hand-over that this side still has to count."""
    for sent in (delivery for each in order.lines for delivery in each.deliveries):
        is_mine = sent.to_line_id is None if party is Party.DESIGNER else line and sent.to_line_id == line.id
        if is_mine and sent.counted_at is None:
            return sent
    return None


def _delivery_waits(step: Step) -> str | None:
    return None if waiting_delivery(step.order, step.party, step.line) else "nothing_to_count"


def _inspection_runs(step: Step) -> str | None:
    until = step.order.inspect_by
    return None if until and step.today <= until else "inspection_over"


def _payment_waits(step: Step) -> str | None:
    return None if payments.open_part(step) else "nothing_to_pay"


def _all_paid(step: Step) -> str | None:
    return None if payments.all_received(step.session, step.order) else "not_all_paid"


def _is_team(step: Step) -> str | None:
    return None if len(step.order.active_lines) > 1 and step.line else "not_a_team"


CONDITIONS: dict[str, Callable[[Step], str | None]] = {
    "sample_waits": _sample_waits,
    "terms_agreed": _terms_agreed,
    "may_start": _may_start,
    "stage_at_work": _stage_at_work,
    "last_at_work": _last_at_work,
    "delivery_waits": _delivery_waits,
    "inspection_runs": _inspection_runs,
    "payment_waits": _payment_waits,
    "all_paid": _all_paid,
    "is_team": _is_team,
}
