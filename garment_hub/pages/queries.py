"""What the home page shows of the district: free factories and the number of makers at each stage."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from models.capacity import HUNDREDTHS_PER_DAY, CapacityWeek, week_of
from models.factory import CapabilityKind, Factory, FactoryCapability


def free_this_week(session: Session, district_id: int, today: date, count: int = 3) -> list[CapacityWeek]:
    """Weeks of listed factories with at least a day free, those first that were confirmed last."""
    free = CapacityWeek.open_hundredths - CapacityWeek.booked_hundredths - CapacityWeek.held_hundredths
    query = (
        select(CapacityWeek)
        .join(CapacityWeek.factory)
        .options(contains_eager(CapacityWeek.factory).selectinload(Factory.capabilities))
        .options(contains_eager(CapacityWeek.factory).selectinload(Factory.neighbourhood))
        .where(Factory.district_id == district_id, Factory.is_listed)
        .where(CapacityWeek.starts_on == week_of(today), free >= HUNDREDTHS_PER_DAY)
        .order_by(Factory.confirmed_on.desc(), Factory.id)
        .limit(count)
    )
    return list(session.scalars(query))


def stage_counts(session: Session, district_id: int) -> dict[str, int]:
    """Listed factories at each stage, by stage code."""
    query = (
        select(FactoryCapability.code, func.count())
        .join(Factory)
        .where(Factory.district_id == district_id, Factory.is_listed)
        .where(FactoryCapability.kind == CapabilityKind.STAGE, FactoryCapability.has)
        .group_by(FactoryCapability.code)
    )
    return {code: number for code, number in session.execute(query)}  # noqa: C416  (a row is no pair for mypy)


def listed_count(session: Session, district_id: int) -> int:
    query = select(func.count()).select_from(Factory).where(Factory.district_id == district_id, Factory.is_listed)
    return session.scalar(query) or 0
