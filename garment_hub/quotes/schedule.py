"""What a request means for the factory's own days: how many it needs at its own rate, and which weeks are free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from garment_hub.factories.bookings import days_needed
from garment_hub.factories.queries import weeks_from
from models.capacity import HUNDREDTHS_PER_DAY, week_of
from models.quote import QuoteRequest


@dataclass(frozen=True, slots=True)
class Schedule:
    """None means that the factory has not said."""

    needed_hundredths: int | None
    free_weeks: list[date] | None  # Mondays with at least one free day, until the day the goods are needed


def schedule_of(session: Session, request: QuoteRequest, today: date) -> Schedule:
    brief, member = request.brief, request.team_member
    pieces, work = (member.quantity, member.processes) if member else (brief.quantity, [])
    needed = days_needed(request.factory, brief.item, work, pieces) if pieces else None
    return Schedule(needed, _free_weeks(session, request, today))


def _free_weeks(session: Session, request: QuoteRequest, today: date) -> list[date] | None:
    brief, member = request.brief, request.team_member
    first, last = (member.starts_on, member.due_on) if member else (brief.materials_on, brief.needed_by)
    if last is None:
        return None
    start = max(today, first or today)
    count = max(1, (week_of(last) - week_of(start)).days // 7 + 1)
    weeks = weeks_from(session, request.factory, start, count)
    stated = {monday: week for monday, week in weeks.items() if week is not None}
    if not stated:
        return None
    return [monday for monday, week in stated.items() if week.free_hundredths >= HUNDREDTHS_PER_DAY]
