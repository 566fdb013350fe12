"""Indicators of confirmed work: how much there is, and what of it was linked here.

An order counts when it was confirmed in the period and not called off; imported past orders never do.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from garment_hub.dashboard.indicators.basis import Indicator, Period, measured, share
from garment_hub.dashboard.indicators.dialects import korean_day, list_length, plain_day
from models.factory import VERIFIED_FOR, Factory
from models.order import LineStatus, Order, OrderLine, OrderStatus
from models.terms import Terms, TermsConfirmation

Firm = aliased(Factory)  # the row that stands for the firm, where rows were merged
AMOUNT = cast(OrderLine.quantity, BigInteger) * OrderLine.unit_price_krw  # as integers PostgreSQL would overflow


def confirmed(district_id: int, period: Period) -> list[ColumnElement[bool]]:
    start, after = period.moments
    return [
        Order.district_id == district_id,
        Order.confirmed_at >= start,
        Order.confirmed_at < after,
        Order.status != OrderStatus.CANCELLED,
    ]


def jobs(district_id: int, period: Period, *columns: Any) -> Select[Any]:
    """Confirmed parts of orders, each with the firm that has it."""
    return (
        select(*columns)
        .select_from(Order)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Factory, Factory.id == OrderLine.factory_id)
        .join(Firm, Firm.id == func.coalesce(Factory.merged_into_id, Factory.id))
        .where(*confirmed(district_id, period), OrderLine.status != LineStatus.DROPPED)
    )


def orders_placed(session: Session, district_id: int, period: Period) -> Indicator:
    """count(orders with confirmed date in period). Unit: orders. Scope: not called off."""
    query = select(func.count()).select_from(Order).where(*confirmed(district_id, period))
    return measured("orders_placed", session.scalar(query))


def order_quantity(session: Session, district_id: int, period: Period) -> Indicator:
    """sum(quantity of confirmed orders). Unit: pieces. Scope: not called off."""
    query = select(func.coalesce(func.sum(Order.quantity), 0)).where(*confirmed(district_id, period))
    return measured("order_quantity", session.scalar(query))


def order_value(session: Session, district_id: int, period: Period) -> Indicator:
    """sum(unit price * quantity) over the parts of confirmed orders. Unit: won. Scope: as agreed, not called off."""
    return measured("order_value", _amount(session, district_id, period))


def _amount(session: Session, district_id: int, period: Period) -> float:
    return session.scalar(jobs(district_id, period, func.coalesce(func.sum(AMOUNT), 0))) or 0


def median_order_size(session: Session, district_id: int, period: Period) -> Indicator:
    """median(quantity of confirmed orders). Unit: pieces. Scope: not called off."""
    conditions = confirmed(district_id, period)
    number = session.scalar(select(func.count()).select_from(Order).where(*conditions)) or 0
    sizes = select(Order.quantity).where(*conditions).order_by(Order.quantity)
    middle = list(session.scalars(sizes.offset((number - 1) // 2).limit(2 - number % 2))) if number else []
    return measured("median_order_size", sum(middle) / len(middle) if middle else None, number)


def jobs_linked_count(session: Session, district_id: int, period: Period) -> Indicator:
    """count(parts of confirmed orders). Unit: jobs. Scope: one factory's part is one job, as in the council papers."""
    return measured("jobs_linked_count", session.scalar(jobs(district_id, period, func.count())))


def jobs_linked_amount(session: Session, district_id: int, period: Period) -> Indicator:
    """sum(unit price * quantity of linked jobs). Unit: won. Scope: as agreed, as in the council papers."""
    return measured("jobs_linked_amount", _amount(session, district_id, period))


def participating_firms_distinct(session: Session, district_id: int, period: Period) -> Indicator:
    """count(distinct firm with a confirmed job). Unit: firms. Scope: merged rows are one firm."""
    query = jobs(district_id, period, func.count(Firm.id.distinct()))
    return measured("participating_firms_distinct", session.scalar(query))


def participating_firms_cumulative(session: Session, district_id: int, period: Period) -> Indicator:
    """count(participations): a firm once for each order it works on. Unit: participations. Scope: confirmed jobs."""
    pairs = jobs(district_id, period, Order.id, Firm.id).distinct().subquery()
    return measured("participating_firms_cumulative", session.scalar(select(func.count()).select_from(pairs)))


def local_sourcing_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * processes with a firm in the district / all processes. Unit: percent. Scope: confirmed orders."""
    return _of_processes(session, district_id, period, "local_sourcing_share", Firm.district_id == district_id)


def traceability_rate(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * processes with a checked firm / processes. Unit: percent. Scope: checked up to a year before, or since."""
    oldest = korean_day(Order.confirmed_at) - VERIFIED_FOR.days
    return _of_processes(session, district_id, period, "traceability_rate", plain_day(Firm.verified_on) >= oldest)


def _of_processes(
    session: Session, district_id: int, period: Period, code: str, is_part: ColumnElement[bool]
) -> Indicator:
    length = func.sum(list_length(OrderLine.processes))
    part, whole = session.execute(jobs(district_id, period, length.filter(is_part), length)).one()
    return share(code, part, whole)


def written_contract_rate(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * orders whose terms all sides confirmed before work began / orders at work. Unit: percent.

    Scope: orders confirmed in the period. Terms with blanks cannot be confirmed, so a yes of all means complete.
    """
    at_work = aliased(OrderLine)  # whose yes still matters
    sides = (
        select(func.count() + 1)
        .where(OrderLine.order_id == Order.id, OrderLine.status != LineStatus.DROPPED)
        .correlate(Order)
        .scalar_subquery()
    )
    agreed = (
        select(Terms.id)
        .join(TermsConfirmation, TermsConfirmation.terms_id == Terms.id)
        .outerjoin(at_work, at_work.id == TermsConfirmation.line_id)
        .where(Terms.order_id == Order.id, TermsConfirmation.confirmed_at <= Order.started_at)
        .where(or_(at_work.id.is_(None), at_work.status != LineStatus.DROPPED))
        .group_by(Terms.id)
        .having(func.count() >= sides)
        .correlate(Order)
    )
    query = select(func.count().filter(agreed.exists()), func.count()).select_from(Order)
    part, whole = session.execute(query.where(*confirmed(district_id, period), Order.started_at.is_not(None))).one()
    return share("written_contract_rate", part, whole)
