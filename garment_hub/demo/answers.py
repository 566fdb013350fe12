"""Made-up answers to the weekly question: from the workshops that confirmed lately, none from those that did not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.capacity import SEOUL, CapacityWeek, week_of
from models.factory import Factory, FactSource
from models.pulse import Pulse, PulseAnswer

ASKED_AT = time(9, 12)
REMEMBERED = timedelta(weeks=8)
LITTLE_HUNDREDTHS = 800
OUTSIDE = (None, None, 0, 25, 50, 75)


def weekly(session: Session, random: Random, factories: Sequence[Factory], today: date) -> list[Pulse]:
    """One answer each, on the day of the last confirmation, that says what stands in the calendar."""
    this = week_of(today)
    query = select(CapacityWeek.factory_id, func.sum(CapacityWeek.open_hundredths).label("days")).where(
        CapacityWeek.starts_on.between(this, this + timedelta(weeks=3))
    )
    offered = {row.factory_id: row.days for row in session.execute(query.group_by(CapacityWeek.factory_id))}
    owned = [factory for factory in factories if factory.owner]
    for factory in owned:
        _outside_work(factory, random.choice(OUTSIDE), today)
    return [
        _answer(factory, factory.confirmed_on, offered[factory.id])
        for factory in owned
        if factory.id in offered and factory.confirmed_on and today - REMEMBERED <= factory.confirmed_on < today
    ]


def _answer(factory: Factory, on: date, offered: int) -> Pulse:
    answer = PulseAnswer.SOME if offered < LITTLE_HUNDREDTHS else PulseAnswer.OPEN
    return Pulse(
        factory=factory,
        answer=answer if offered else PulseAnswer.FULL,
        week_on=week_of(on),
        answered_at=datetime.combine(on, ASKED_AT, SEOUL),
        answered_by=factory.owner,
        source=FactSource.DEMO,
    )


def _outside_work(factory: Factory, percent: int | None, today: date) -> None:
    factory.outside_work_percent = percent
    if percent is not None:
        factory.record_fact("outside_work_percent", FactSource.DEMO, today)
