"""How somebody who asks has ordered and paid before: counts of this site's orders, never a score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.capacity import SEOUL
from models.designer import Designer
from models.order import EventKind, Order, OrderEvent, OrderLine, OrderStatus, Party
from models.payment import PaymentPart

FEW = 3  # finished orders below which counts say too little


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """``late`` counts what came after its day and what is overdue now."""

    finished: int
    cancelled: int
    on_time: int
    late: int

    @property
    def is_thin(self) -> bool:
        return self.finished < FEW


def client_record(session: Session, designer: Designer, today: date) -> ClientRecord:
    """Orders that ended, those this client called off, and payments by whether they came by their day."""
    own = select(func.count()).select_from(Order).where(Order.designer_id == designer.id)
    called_off = select(OrderEvent.order_id).where(
        OrderEvent.kind == EventKind.CANCELLED, OrderEvent.party == Party.DESIGNER
    )
    parts = select(PaymentPart.due_on, PaymentPart.received_at).join(PaymentPart.line).join(OrderLine.order)
    paid = [is_on_time(*row, today) for row in session.execute(parts.where(Order.designer_id == designer.id))]
    return ClientRecord(
        finished=session.scalar(own.where(Order.status == OrderStatus.SETTLED)) or 0,
        cancelled=session.scalar(own.where(Order.status == OrderStatus.CANCELLED, Order.id.in_(called_off))) or 0,
        on_time=paid.count(True),
        late=paid.count(False),
    )


def is_on_time(due_on: date | None, received_at: datetime | None, today: date) -> bool | None:
    """None while nothing can be said: no day yet, or the day is not over."""
    if due_on is None:
        return None
    if received_at is not None:
        return received_at.astimezone(SEOUL).date() <= due_on
    return False if due_on < today else None
