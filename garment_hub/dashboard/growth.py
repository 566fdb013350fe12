"""How the linked work grew from month to month."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.capacity import SEOUL
from models.order import LineStatus, Order, OrderLine, OrderStatus

MONTHS = 25  # two years and the month that runs


def first_days(today: date, count: int = MONTHS) -> list[date]:
    """First days of the last months, this one included, the oldest first."""
    number = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(number - count + 1, number + 1)]


def months(session: Session, district_id: int, now: datetime) -> list[tuple[date, tuple[int, int]]]:
    """By month in Korean time: jobs confirmed and not called off, and the firms that got them, each once."""
    firsts = first_days(now.astimezone(SEOUL).date())
    ends = [*firsts[1:], None]
    return [(first, _jobs(session, district_id, first, end)) for first, end in zip(firsts, ends, strict=True)]


def _jobs(session: Session, district_id: int, first: date, end: date | None) -> tuple[int, int]:
    query = (
        select(func.count(), func.count(OrderLine.factory_id.distinct()))
        .select_from(Order)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.district_id == district_id,
            Order.confirmed_at >= _moment(first),
            Order.status != OrderStatus.CANCELLED,
            OrderLine.status != LineStatus.DROPPED,
        )
    )
    if end is not None:
        query = query.where(Order.confirmed_at < _moment(end))
    jobs, firms = session.execute(query).one()
    return jobs, firms


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), SEOUL).astimezone(UTC)
