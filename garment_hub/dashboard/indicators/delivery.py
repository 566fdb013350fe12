"""Indicators of time and quality: how fast work is answered, sampled and delivered, and how full the weeks are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators.basis import Indicator, Period, measured, share, working
from garment_hub.dashboard.indicators.dialects import korean_day, plain_day
from models.brief import Brief
from models.capacity import HUNDREDTHS_PER_DAY, CapacityWeek, week_of
from models.factory import Factory, FactoryRate
from models.order import EventKind, Order, OrderEvent, OrderLine, OrderStatus
from models.quote import Quote, QuoteRequest

IDLE_WEEKS = 4


def delivered(district_id: int, period: Period) -> list[ColumnElement[bool]]:
    start, after = period.moments
    return [
        Order.district_id == district_id,
        Order.delivered_at >= start,
        Order.delivered_at < after,
        Order.status != OrderStatus.CANCELLED,
    ]


def had_rework() -> ColumnElement[bool]:
    rework = select(OrderEvent.id).where(OrderEvent.order_id == Order.id, OrderEvent.kind == EventKind.REWORK_ASKED)
    return rework.exists()


def lead_time_average(session: Session, district_id: int, period: Period) -> Indicator:
    """mean(delivered date - confirmed date). Unit: days. Scope: delivered in the period and accepted."""
    days = korean_day(Order.delivered_at) - korean_day(Order.confirmed_at)
    done = Order.accepted_at.is_not(None), Order.confirmed_at.is_not(None)
    found, number = _row(session, select(func.sum(days), func.count()).where(*delivered(district_id, period), *done))
    return measured("lead_time_average", found / number if number else None, number)


def _row(session: Session, query: Any) -> Sequence[Any]:
    return session.execute(query).one()


def on_time_rate(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * count(delivered <= due) / count(delivered). Unit: percent. Scope: the agreed date, whatever came later."""
    in_time = func.count().filter(korean_day(Order.delivered_at) <= plain_day(Order.due_on))
    part, whole = _row(session, select(in_time, func.count()).where(*delivered(district_id, period)))
    return share("on_time_rate", part, whole)


def first_pass_rate(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * count(accepted with no rework) / count(judged). Unit: percent. Scope: unjudged ones left out."""
    rework = had_rework()
    judged = func.count().filter(Order.accepted_at.is_not(None) | rework)
    passed = func.count().filter(Order.accepted_at.is_not(None) & ~rework)
    part, whole = _row(session, select(passed, judged).select_from(Order).where(*delivered(district_id, period)))
    return share("first_pass_rate", part, whole)


def sample_lead_time(session: Session, district_id: int, period: Period) -> Indicator:
    """mean(first sample date - request date). Unit: days. Scope: orders placed in the period."""
    sent = (
        select(func.min(OrderEvent.at))
        .where(OrderEvent.order_id == Order.id, OrderEvent.kind == EventKind.SAMPLE_SENT)
        .scalar_subquery()
    )
    asked = (
        select(func.min(QuoteRequest.asked_at))
        .join(Quote, Quote.request_id == QuoteRequest.id)
        .join(OrderLine, OrderLine.quote_id == Quote.id)
        .where(OrderLine.order_id == Order.id)
        .scalar_subquery()
    )
    placed = Order.district_id == district_id, *period.holds(Order.placed_at)
    found = select(sent.label("sent"), asked.label("asked")).select_from(Order).where(*placed).subquery()
    days = func.sum(korean_day(found.c.sent) - korean_day(found.c.asked))
    total, number = _row(session, select(days, func.count()).where(found.c.sent.is_not(None)))
    return measured("sample_lead_time", total / number if number else None, number)


def quote_response_hours(session: Session, district_id: int, period: Period) -> Indicator:
    """median(first quotation - first request), of briefs. Unit: hours. Scope: briefs published in the period."""
    query = (
        select(func.min(QuoteRequest.asked_at), func.min(Quote.answered_at))
        .join(Brief, Brief.id == QuoteRequest.brief_id)
        .outerjoin(Quote, Quote.request_id == QuoteRequest.id)
        .where(Brief.district_id == district_id, *period.holds(Brief.published_at))
        .group_by(QuoteRequest.brief_id)
    )
    waits = [_hours(asked, answered) for asked, answered in session.execute(query) if answered]
    return measured("quote_response_hours", median(waits) if waits else None, len(waits))


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600


def capacity_utilisation(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * sum(booked days) / sum(offered days). Unit: percent. Scope: days as the owners stated them last."""
    booked, offered = _row(
        session,
        select(func.sum(CapacityWeek.booked_hundredths), func.sum(CapacityWeek.open_hundredths))
        .join(Factory, Factory.id == CapacityWeek.factory_id)
        .where(*working(district_id), CapacityWeek.starts_on.between(period.first, period.last)),
    )
    found = share("capacity_utilisation", booked, offered)
    return measured("capacity_utilisation", found.value, (offered or 0) / HUNDREDTHS_PER_DAY)


def idle_capacity(session: Session, district_id: int, period: Period) -> Indicator:
    """sum(free days * pieces a day). Unit: pieces. Scope: the four weeks after the period; whole garments of any item.

    Of a firm that states a rate for each item, the mean of them.
    """
    rate = (
        select(FactoryRate.factory_id, func.avg(FactoryRate.pieces_per_day).label("pieces"))
        .where(FactoryRate.stage.is_(None))
        .group_by(FactoryRate.factory_id)
        .subquery()
    )
    monday = week_of(period.last) + timedelta(days=7)
    free = CapacityWeek.open_hundredths - CapacityWeek.booked_hundredths - CapacityWeek.held_hundredths
    pieces, number = _row(
        session,
        select(func.sum(free * rate.c.pieces), func.count(Factory.id.distinct()))
        .select_from(CapacityWeek)
        .join(Factory, Factory.id == CapacityWeek.factory_id)
        .join(rate, rate.c.factory_id == Factory.id)
        .where(*working(district_id), CapacityWeek.starts_on >= monday)
        .where(CapacityWeek.starts_on < monday + timedelta(weeks=IDLE_WEEKS)),
    )
    return measured("idle_capacity", round(float(pieces) / HUNDREDTHS_PER_DAY) if number else None, number)
