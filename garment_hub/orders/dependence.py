"""How much of a factory's work hangs on one client: advice for its owner, who alone is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.capacity import SEOUL
from models.designer import Designer
from models.factory import Factory
from models.order import LineStatus, Order, OrderLine, OrderStatus

PERIOD = timedelta(days=365)
FEWEST_ORDERS = 5  # ours, as is the half
# Before it is confirmed no sum is fixed.
COUNTED = frozenset(OrderStatus) - {OrderStatus.SAMPLING, OrderStatus.SAMPLE_APPROVED, OrderStatus.CANCELLED}


@dataclass(frozen=True, slots=True)
class Dependence:
    """``percent`` of all work, that from outside as declared; ``outside_percent`` None: nothing was declared."""

    client: str
    percent: int
    orders: int
    outside_percent: int | None


def dependence_of(session: Session, factory: Factory, today: date) -> Dependence | None:
    """The client behind more than half of the last twelve months, by sums; None without one or with few orders."""
    worth = func.sum(OrderLine.quantity * OrderLine.unit_price_krw)
    query = (
        select(Designer.brand, worth, func.count(Order.id.distinct()))
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .join(Designer, Designer.id == Order.designer_id)
        .where(
            OrderLine.factory_id == factory.id,
            OrderLine.status != LineStatus.DROPPED,
            Order.status.in_(COUNTED),
            Order.placed_at >= datetime.combine(today - PERIOD, time(), SEOUL),
        )
        .group_by(Designer.id, Designer.brand)
    )
    clients = [(int(total), int(orders), brand) for brand, total, orders in session.execute(query)]
    everything, orders = sum(total for total, *_rest in clients), sum(count for _total, count, _brand in clients)
    if orders < FEWEST_ORDERS:
        return None
    most, _orders, client = max(clients)
    share = most * (100 - (factory.outside_work_percent or 0))  # in hundredths of everything
    if share <= everything * 50:
        return None
    return Dependence(client, max(51, round(share / everything)), orders, factory.outside_work_percent)
