"""What a request means for the factory's own days: how many it needs at its own rate, and which weeks are free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from garment_hub.factories.queries import weeks_from
from models.brief import Brief
from models.capacity import HUNDREDTHS_PER_DAY, week_of
from models.factory import Factory, FactoryRate


@dataclass(frozen=True, slots=True)
class Schedule:
    """None means that the factory has not said."""

    needed_hundredths: int | None
    pieces_per_day: int | None
    free_weeks: list[date] | None  # Mondays with at least one free day, until the day the goods are needed


def schedule_of(session: Session, brief: Brief, factory: Factory, today: date) -> Schedule:
    rate = whole_garment_rate(factory, brief.item)
    needed = days_needed(brief.quantity, rate.pieces_per_day) if rate and brief.quantity else None
    return Schedule(needed, rate.pieces_per_day if rate else None, _free_weeks(session, brief, factory, today))


def whole_garment_rate(factory: Factory, item: str) -> FactoryRate | None:
    """The rate for this item, else the one for any item; a rate of one stage says nothing about the whole."""
    whole = [rate for rate in factory.rates if rate.stage is None]
    own = [rate for rate in whole if rate.item == item]
    return next(iter(own or [rate for rate in whole if rate.item is None]), None)


def days_needed(quantity: int, pieces_per_day: int) -> int:
    """Hundredths of a factory-day, rounded up."""
    return -(-quantity * HUNDREDTHS_PER_DAY // pieces_per_day)


def _free_weeks(session: Session, brief: Brief, factory: Factory, today: date) -> list[date] | None:
    if brief.needed_by is None:
        return None
    start = max(today, brief.materials_on or today)
    count = max(1, (week_of(brief.needed_by) - week_of(start)).days // 7 + 1)
    weeks = weeks_from(session, factory, start, count)
    stated = {monday: week for monday, week in weeks.items() if week is not None}
    if not stated:
        return None
    return [monday for monday, week in stated.items() if week.free_hundredths >= HUNDREDTHS_PER_DAY]
