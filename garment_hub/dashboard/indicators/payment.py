"""Indicators of payment: whether and when the balance of delivered work comes in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators.basis import Indicator, Period, measured, share
from garment_hub.dashboard.indicators.dialects import korean_day, plain_day
from models.order import Order, OrderLine
from models.payment import PaymentKind, PaymentPart
from models.quote import LONGEST_PAYMENT_DAYS


def _balances(district_id: int, period: Period, *columns: Any) -> Select[Any]:
    """Delivered orders by the days of what was to come in: one row for each."""
    return (
        select(*columns)
        .select_from(PaymentPart)
        .join(OrderLine, OrderLine.id == PaymentPart.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            PaymentPart.kind == PaymentKind.BALANCE,
            PaymentPart.due_on.between(period.first, period.last),
            Order.district_id == district_id,
            Order.delivered_at.is_not(None),
        )
        .group_by(Order.id)
    )


def payment_on_time_rate(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * count(received <= min(due, delivered + 60)) / count(due). Unit: percent. Scope: due in the period.

    An order whose day has not come is neither in time nor late, so that a month does not look worse than it is.
    """
    received = korean_day(PaymentPart.received_at)
    is_late = case(
        (PaymentPart.received_at.is_(None), 1),
        (received > plain_day(PaymentPart.due_on), 1),
        (received > korean_day(Order.delivered_at) + LONGEST_PAYMENT_DAYS, 1),
        else_=0,
    )
    orders = _balances(district_id, period, func.max(is_late).label("late")).subquery()
    query = select(func.count().filter(orders.c.late == 0), func.count()).select_from(orders)
    part, whole = session.execute(query).one()
    return share("payment_on_time_rate", part, whole)


def payment_days_average(session: Session, district_id: int, period: Period) -> Indicator:
    """mean(day the last part came in - delivered day). Unit: days. Scope: due in the period and paid in full."""
    days = func.max(korean_day(PaymentPart.received_at)) - func.max(korean_day(Order.delivered_at))
    is_paid = func.count() == func.count(PaymentPart.received_at)
    orders = _balances(district_id, period, days.label("days")).having(is_paid).subquery()
    total, number = session.execute(select(func.sum(orders.c.days), func.count()).select_from(orders)).one()
    return measured("payment_days_average", total / number if number else None, number)
