"""What can be done about the weekly question: answer it, say how much work comes from elsewhere, and ask it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from garment_hub.factories import bookings
from garment_hub.factories import services as factories
from garment_hub.notifications import notify
from garment_hub.pulses.queries import WEEKS_MOVED, last_pulse, weeks_ahead
from garment_hub.pulses.rule import days_after
from models.capacity import SEOUL, week_of
from models.errors import Invalid
from models.factory import Factory, OperatingStatus, Sector
from models.notification import Notification
from models.pulse import Pulse, PulseAnswer
from models.user import Role, User

MONDAY, ASKED_FROM_HOUR = 0, 9
ASKED = "pulse_asked"
OUTSIDE_SHARES = (0, 25, 50, 75)  # percent


class Told(StrEnum):
    """What the centre wrote for an owner, beside answers."""

    OUTSIDE_WORK = "outside_work_percent"


def answer(session: Session, factory: Factory, said: PulseAnswer, actor: User, now: datetime) -> Pulse:
    """Move the coming weeks as the owner says; the same answer again changes nothing."""
    statement = factories.statement_of(actor, factory, now.astimezone(SEOUL).date())
    this = week_of(statement.on)
    mondays = [this + timedelta(weeks=number) for number in range(WEEKS_MOVED)]
    bookings.lock_weeks(session, [(factory.id, mondays)], now)  # nobody takes a day between look and word
    weeks = weeks_ahead(session, factory, statement.on)
    after = days_after(said, weeks)
    factories.list_capacity(session, factory, after, statement)
    last = last_pulse(session, factory)
    stands = {week.monday: week.offered for week in weeks}
    if last and (last.answer, last.week_on) == (said, this) and all(stands[day] == after[day] for day in after):
        return last
    pulse = Pulse(
        factory=factory,
        answer=said,
        week_on=this,
        answered_at=now,
        answered_by=actor,
        source=statement.source,
        weeks={week.monday.isoformat(): [week.own, after[week.monday]] for week in weeks if week.monday in after},
    )
    session.add(pulse)
    factories.note_stand_in(session, factory, statement, actor, said)
    return pulse


def state_outside_work(session: Session, factory: Factory, percent: int, actor: User, now: datetime) -> None:
    """How much of their work comes from elsewhere, as the owner says."""
    if percent not in OUTSIDE_SHARES:
        raise Invalid("outside_work_unknown")
    statement = factories.statement_of(actor, factory, now.astimezone(SEOUL).date())
    factories.state_columns(factory, {"outside_work_percent": percent}, statement)
    factories.confirm(session, factory, statement)
    factories.note_stand_in(session, factory, statement, actor, Told.OUTSIDE_WORK)


def ask_owners(session: Session, now: datetime) -> int:
    """On Mondays from nine on, once a week: ask everybody who has not answered since midnight."""
    local = now.astimezone(SEOUL)
    if local.weekday() != MONDAY or local.hour < ASKED_FROM_HOUR:
        return 0
    monday = local.replace(hour=0, minute=0, second=0, microsecond=0)
    told = set(
        session.scalars(
            select(Notification.dedupe_key).where(Notification.template == ASKED, Notification.created_at >= monday)
        )
    )
    sent = [
        notify(
            session,
            factory.owner,
            ASKED,
            link=f"/factories/{factory.id}/pulse",
            dedupe_key=key,
            now=now,
            factory=factory.name,
        )
        for factory in session.scalars(_working().where(~_answered(monday)).order_by(Factory.id))
        if factory.owner and (key := f"pulse-{factory.id}-{monday.date()}") not in told
    ]
    return sum(row is not None for row in sent)


def _working() -> Select[Factory]:
    """Garment makers in business that somebody speaks for."""
    has_owner = Factory.owner.has((User.role == Role.FACTORY_OWNER) & User.is_active)
    return select(Factory).where(Factory.sector == Sector.GARMENT, Factory.status == OperatingStatus.ACTIVE, has_owner)


def _answered(since: datetime) -> ColumnElement[bool]:
    return exists().where(Pulse.factory_id == Factory.id, Pulse.answered_at >= since)


SWEEPS = {"weekly question": ask_owners}
