"""Counts of a district by neighbourhood, item and stage, and how much of its register is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnExpressionArgument, exists, func, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators import FRESH_DAYS, working
from models.audit import AuditAction, AuditEntry
from models.capacity import SEOUL, CapacityWeek
from models.factory import CapabilityKind, Factory, FactoryCapability, FactoryRate
from models.quote import QuoteRequest, RequestStatus
from models.registry_import import RegistryImport
from models.user import STAFF, User

MOST_IMPORTS = 10


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


def staff_of(session: Session, district_id: int) -> list[User]:
    """Who works here, by role and name."""
    query = select(User).where(User.district_id == district_id, User.role.in_(STAFF), User.is_active)
    return list(session.scalars(query.order_by(User.role, User.name)))


def last_imports(session: Session, district_id: int) -> list[RegistryImport]:
    query = select(RegistryImport).where(RegistryImport.district_id == district_id)
    return list(session.scalars(query.order_by(RegistryImport.id.desc()).limit(MOST_IMPORTS)))


def acts_of(session: Session, district_id: int, since: date) -> list[tuple[AuditAction, int]]:
    """What staff did since that day, by kind, the most frequent first."""
    start = datetime.combine(since, time(), SEOUL)
    count = func.count()
    query = select(AuditEntry.action, count).where(AuditEntry.district_id == district_id, AuditEntry.at >= start)
    rows = session.execute(query.group_by(AuditEntry.action).order_by(count.desc(), AuditEntry.action))
    return [(action, number) for action, number in rows]
