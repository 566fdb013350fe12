"""Reads of the weekly question: the weeks that an answer would move, and the last answer."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.factories.queries import weeks_from
from garment_hub.factories.weeks import holiday_names
from garment_hub.pulses.rule import WORKING_DAYS, Week, own_days, usual_days
from models.capacity import week_of
from models.factory import Factory
from models.pulse import Pulse

WEEKS_MOVED = 4
WEEKS_NEARBY = 8


def last_pulse(session: Session, factory: Factory) -> Pulse | None:
    return session.scalar(
        select(Pulse).where(Pulse.factory_id == factory.id).order_by(Pulse.answered_at.desc(), Pulse.id.desc()).limit(1)
    )


def weeks_ahead(session: Session, factory: Factory, today: date) -> list[Week]:
    """The four weeks that an answer moves, the present one first."""
    this = week_of(today)
    first = this - timedelta(weeks=WEEKS_NEARBY)
    stated = weeks_from(session, factory, first, 2 * WEEKS_NEARBY + 1)
    touched = _touched(session, factory, first)
    own = {
        monday: own_days(week.open_hundredths if week else None, touched.get(monday)) for monday, week in stated.items()
    }
    coming = [this + timedelta(weeks=number) for number in range(WEEKS_MOVED)]
    holidays = {} if any(own.values()) else _holidays(coming, factory)
    return [
        Week(
            monday,
            own=own[monday],
            offered=week.open_hundredths if (week := stated[monday]) else None,
            taken=week.booked_hundredths + week.held_hundredths if week else 0,
            usual=usual_days(own.values(), holidays.get(monday, 0)),
        )
        for monday in coming
    ]


def _touched(session: Session, factory: Factory, first: date) -> dict[date, list[int | None]]:
    """For each week, before and after of the last answer that moved it."""
    earliest = first - timedelta(weeks=WEEKS_MOVED)
    told = select(Pulse).where(Pulse.factory_id == factory.id, Pulse.week_on >= earliest)
    return {
        date.fromisoformat(monday): days
        for pulse in session.scalars(told.order_by(Pulse.answered_at, Pulse.id))
        for monday, days in pulse.weeks.items()
    }


def _holidays(mondays: list[date], factory: Factory) -> dict[date, int]:
    """Working days of each week that are public holidays."""
    named = holiday_names(mondays[0], len(mondays), factory.district.country)
    return {monday: sum(week_of(day) == monday and day.weekday() < WORKING_DAYS for day in named) for monday in mondays}
