"""Indicators of who gets the work: concentration, dependence, return, and how evenly lists show the firms."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session, aliased

from garment_hub.dashboard.indicators.basis import Indicator, Period, measured, share
from garment_hub.dashboard.indicators.orders import AMOUNT, Firm, jobs
from models.factory import Factory
from models.order import Order, OrderLine
from models.recommendation import Recommendation, RecommendationEntry

SMALL, TOP = 4, 10


@dataclass(frozen=True, slots=True)
class Received:
    """What one firm got in the period; merged rows are one firm."""

    people: int | None
    value: int


def _received(session: Session, district_id: int, period: Period) -> list[Received]:
    """The most first; summed in the database."""
    value = func.sum(AMOUNT)
    query = jobs(district_id, period, func.max(Firm.people), value).group_by(Firm.id).order_by(value.desc())
    return [Received(people, int(amount)) for people, amount in session.execute(query)]


def _hhi(received: list[Received]) -> float | None:
    total = sum(one.value for one in received)
    return sum((one.value / total) ** 2 for one in received) if total else None


def hhi_orders(session: Session, district_id: int, period: Period) -> Indicator:
    """sum over firms of (value / all value)^2. Unit: 0 to 1. Scope: confirmed orders."""
    received = _received(session, district_id, period)
    return measured("hhi_orders", _hhi(received), len(received))


def effective_firms(session: Session, district_id: int, period: Period) -> Indicator:
    """1 / hhi_orders. Unit: firms. Scope: confirmed orders."""
    received = _received(session, district_id, period)
    found = _hhi(received)
    return measured("effective_firms", 1 / found if found else None, len(received))


def top10_order_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * value of the ten firms with most / all value. Unit: percent. Scope: confirmed orders."""
    values = [one.value for one in _received(session, district_id, period)]
    return share("top10_order_share", sum(values[:TOP]), sum(values))


def small_workshop_order_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * value to firms of up to four people / value. Unit: percent. Scope: firms whose size is known."""
    known = [one for one in _received(session, district_id, period) if one.people is not None]
    small = sum(one.value for one in known if one.people is not None and one.people <= SMALL)
    return share("small_workshop_order_share", small, sum(one.value for one in known))


def client_dependence(session: Session, district_id: int, period: Period) -> Indicator:
    """Mean over firms of the largest client's share of their value. Unit: percent. Scope: confirmed orders."""
    by_client = (
        jobs(district_id, period, Firm.id.label("firm"), func.sum(AMOUNT).label("value"))
        .group_by(Firm.id, Order.designer_id)
        .subquery()
    )
    largest, total = func.max(by_client.c.value), func.sum(by_client.c.value)
    shares = [
        100 * float(most) / float(every)
        for most, every in session.execute(select(largest, total).group_by(by_client.c.firm))
    ]
    return measured("client_dependence", sum(shares) / len(shares) if shares else None, len(shares))


def repeat_partner_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * jobs with an earlier accepted order of the same client and firm / jobs. Unit: percent. Scope: confirmed."""
    before, line, factory = aliased(Order), aliased(OrderLine), aliased(Factory)
    firm = cast(func.coalesce(factory.merged_into_id, factory.id), Integer)  # SQLite joins by index on a type it knows
    first = (
        select(before.designer_id, firm.label("firm_id"), func.min(before.accepted_at).label("accepted_at"))
        .join(line, line.order_id == before.id)
        .join(factory, factory.id == line.factory_id)
        .where(before.accepted_at.is_not(None))
        .group_by(before.designer_id, firm)
        .subquery()
    )
    is_repeated = first.c.accepted_at < Order.confirmed_at
    query = jobs(district_id, period, func.count().filter(is_repeated), func.count()).outerjoin(
        first, (first.c.designer_id == Order.designer_id) & (first.c.firm_id == Firm.id)
    )
    part, whole = session.execute(query).one()
    return share("repeat_partner_share", part, whole)


def recommendation_acceptance(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * recommended pairs confirmed / recommended pairs. Unit: percent. Scope: a pair counts once."""
    pairs = (
        select(Recommendation.brief_id.label("brief"), RecommendationEntry.factory_id.label("factory"))
        .join(RecommendationEntry, RecommendationEntry.recommendation_id == Recommendation.id)
        .where(Recommendation.district_id == district_id, Recommendation.brief_id.is_not(None))
        .where(*period.holds(Recommendation.made_at))
        .distinct()
        .subquery()
    )
    taken = (
        select(Order.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.brief_id == pairs.c.brief, OrderLine.factory_id == pairs.c.factory)
        .where(Order.confirmed_at.is_not(None))
        .correlate(pairs)
    )
    part, whole = session.execute(select(func.count().filter(taken.exists()), func.count()).select_from(pairs)).one()
    return share("recommendation_acceptance", part, whole)


def exposure_gini(session: Session, district_id: int, period: Period) -> Indicator:
    """Gini coefficient of appearances per listed firm, those never shown included. Unit: 0 to 1. Scope: real briefs."""
    shown = (
        select(RecommendationEntry.factory_id, func.count().label("times"))
        .join(Recommendation, Recommendation.id == RecommendationEntry.recommendation_id)
        .where(Recommendation.district_id == district_id, Recommendation.brief_id.is_not(None))
        .where(*period.holds(Recommendation.made_at))
        .group_by(RecommendationEntry.factory_id)
        .subquery()
    )
    query = (
        select(func.coalesce(shown.c.times, 0))
        .select_from(Factory)
        .outerjoin(shown, shown.c.factory_id == Factory.id)
        .where(Factory.district_id == district_id, Factory.is_listed, Factory.merged_into_id.is_(None))
    )
    times = sorted(session.scalars(query))
    return measured("exposure_gini", _gini(times), len(times))


def _gini(ascending: list[int]) -> float | None:
    """0: all alike; towards 1: one has everything."""
    number, total = len(ascending), sum(ascending)
    if not total:
        return None
    return 2 * sum(rank * one for rank, one in enumerate(ascending, 1)) / (number * total) - (number + 1) / number
