"""Counts of a district by neighbourhood, item and stage, and how much of its register is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnExpressionArgument, exists, func, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators import FRESH_DAYS, working
from models.capacity import CapacityWeek
from models.factory import CapabilityKind, Factory, FactoryCapability, FactoryRate
from models.quote import QuoteRequest, RequestStatus


@dataclass(frozen=True, slots=True)
class Waiting:
    """What needs a hand today."""

    without_answer: int
    to_confirm: int
    without_neighbourhood: int


def listed(district_id: int) -> list[ColumnExpressionArgument[bool]]:
    return [Factory.district_id == district_id, Factory.is_listed]


def by_neighbourhood(session: Session, conditions: list[ColumnExpressionArgument[bool]]) -> dict[int, int]:
    """Id of a neighbourhood -> its factories; those without one are left out."""
    query = (
        select(Factory.neighbourhood_id, func.count())
        .where(*conditions, Factory.neighbourhood_id.is_not(None))
        .group_by(Factory.neighbourhood_id)
    )
    return {place: number for place, number in session.execute(query) if place is not None}


def by_code(
    session: Session, kind: CapabilityKind, conditions: list[ColumnExpressionArgument[bool]]
) -> list[tuple[str, int]]:
    """Codes of one kind with the number of factories that have it; a factory counts once for each of its codes."""
    count = func.count(FactoryCapability.id)
    query = (
        select(FactoryCapability.code, count)
        .join(Factory)
        .where(*conditions, FactoryCapability.kind == kind, FactoryCapability.has)
        .group_by(FactoryCapability.code)
        .order_by(count.desc(), FactoryCapability.code)
    )
    return [(code, number) for code, number in session.execute(query)]


def unknown_facts(session: Session, conditions: list[ColumnExpressionArgument[bool]]) -> list[tuple[str, int]]:
    """Name of a fact and how many factories have not stated it, the least known first."""
    states_items = exists().where(
        FactoryCapability.factory_id == Factory.id, FactoryCapability.kind == CapabilityKind.ITEM
    )
    missing: dict[str, ColumnExpressionArgument[bool]] = {
        "neighbourhood": Factory.neighbourhood_id.is_(None),
        "people": Factory.people.is_(None),
        "item": ~states_items,
        "rates": ~exists().where(FactoryRate.factory_id == Factory.id),
        "capacity": ~exists().where(CapacityWeek.factory_id == Factory.id),
        "minimum_order_quantity": Factory.minimum_order_quantity.is_(None),
        "lead_time_days": Factory.lead_time_days.is_(None),
        "price_floor_krw": Factory.price_floor_krw.is_(None),
    }
    counts = [func.count().filter(condition).label(name) for name, condition in missing.items()]
    row = session.execute(select(*counts).select_from(Factory).where(*conditions)).one()
    return sorted(row._asdict().items(), key=lambda fact: (-fact[1], fact[0]))


def waiting(session: Session, district_id: int, today: date) -> Waiting:
    factories = working(district_id)
    is_stale = Factory.confirmed_on.is_(None) | (Factory.confirmed_on < today - timedelta(days=FRESH_DAYS))
    in_district = QuoteRequest.factory_id.in_(select(Factory.id).where(*factories))

    def count(table: type, *conditions: ColumnExpressionArgument[bool]) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    return Waiting(
        without_answer=count(QuoteRequest, in_district, QuoteRequest.status == RequestStatus.OPEN),
        to_confirm=count(Factory, *factories, is_stale),
        without_neighbourhood=count(Factory, *factories, Factory.neighbourhood_id.is_(None)),
    )
