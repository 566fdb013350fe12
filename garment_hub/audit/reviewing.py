"""The monthly look through the record: who did how much, and what is unusual in it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, joinedload

from garment_hub.audit.queries import start_of
from garment_hub.audit.services import record
from models.audit import AuditAction, AuditEntry
from models.capacity import SEOUL
from models.district import District
from models.errors import Conflict, Invalid
from models.user import STAFF, User

NIGHT_FROM, NIGHT_UNTIL = 22, 6  # hours in Korea
MANY_AN_HOUR = 20
MANY_PEOPLE = 3
# Acts in which staff see how somebody is reached, or take it along.
CONTACTS = frozenset(
    {
        AuditAction.CASE_READ,
        AuditAction.REGISTRATION_SEEN,
        AuditAction.SIGN_IN_SHOWN,
        AuditAction.CONTACTS_EXPORTED,
    }
)
Act = Row[int | None, datetime, AuditAction, str, int]


@dataclass(frozen=True, slots=True)
class AtNight:
    person: User
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Burst:
    """More contacts within one hour than the day's work explains."""

    person: User
    since: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Contacts of one factory looked at by several people."""

    factory_id: int
    people: int
    count: int


@dataclass(frozen=True, slots=True)
class MonthOfActs:
    counts: Sequence[tuple[User, AuditAction, int]]
    nights: Sequence[AtNight]
    bursts: Sequence[Burst]
    crowds: Sequence[Crowd]


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return month_of(month + timedelta(days=31))


def acts_in(session: Session, district_id: int, month: date) -> MonthOfActs:
    """What staff did in a month of Korean time."""
    acts, people = _acts(session, district_id, month), _staff(session)
    acts = [act for act in acts if act.actor_id in people]
    counted = Counter((act.actor_id, act.action) for act in acts)
    ordered = sorted(counted.items(), key=lambda item: (people[item[0][0]].name, item[0][0], -item[1], item[0][1]))
    return MonthOfActs(
        counts=[(people[actor_id], action, count) for (actor_id, action), count in ordered],
        nights=_nights(acts, people),
        bursts=_bursts(acts, people),
        crowds=_crowds(acts),
    )


def _acts(session: Session, district_id: int, month: date) -> Sequence[Act]:
    columns = (AuditEntry.actor_id, AuditEntry.at, AuditEntry.action, AuditEntry.subject, AuditEntry.subject_id)
    days = AuditEntry.at >= start_of(month), AuditEntry.at < start_of(next_month(month))
    wanted = select(*columns).where(AuditEntry.district_id == district_id, *days)
    return session.execute(wanted.order_by(AuditEntry.at)).all()


def _staff(session: Session) -> dict[int, User]:
    return {user.id: user for user in session.scalars(select(User).where(User.role.in_(STAFF)))}


def _nights(acts: Sequence[Act], people: dict[int, User]) -> list[AtNight]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for act in acts:
        if not NIGHT_UNTIL <= act.at.astimezone(SEOUL).hour < NIGHT_FROM:
            found[act.actor_id].append(act.at)
    return [AtNight(people[actor_id], len(times), times[-1]) for actor_id, times in found.items()]


def _bursts(acts: Sequence[Act], people: dict[int, User]) -> list[Burst]:
    """For each person the busiest hour, wherever on the clock it begins."""
    times: dict[int, list[datetime]] = defaultdict(list)
    for act in acts:
        if act.action in CONTACTS:
            times[act.actor_id].append(act.at)
    found = []
    for actor_id, own in times.items():
        count, since = max((_within_an_hour(own, start), own[start]) for start in range(len(own)))
        if count > MANY_AN_HOUR:
            found.append(Burst(people[actor_id], since, count))
    return found


def _within_an_hour(times: Sequence[datetime], start: int) -> int:
    return bisect_left(times, times[start] + timedelta(hours=1)) - start


def _crowds(acts: Sequence[Act]) -> list[Crowd]:
    seen: dict[int, list[int]] = defaultdict(list)
    for act in acts:
        if act.action in CONTACTS and act.subject == "factory":
            seen[act.subject_id].append(act.actor_id)
    crowds = [Crowd(factory_id, len(set(actors)), len(actors)) for factory_id, actors in seen.items()]
    return [crowd for crowd in crowds if crowd.people >= MANY_PEOPLE]


def reviews(session: Session, district_id: int) -> dict[int, list[AuditEntry]]:
    """Who looked which month through, and when; months as 202703."""
    query = select(AuditEntry).where(
        AuditEntry.district_id == district_id, AuditEntry.action == AuditAction.LOG_REVIEWED
    )
    found: dict[int, list[AuditEntry]] = defaultdict(list)
    for entry in session.scalars(query.options(joinedload(AuditEntry.actor)).order_by(AuditEntry.id)):
        found[entry.values["month"]].append(entry)
    return found


def months(session: Session, district_id: int, today: date) -> list[date]:
    """Every month since the first entry, the running one first."""
    first = session.scalar(select(func.min(AuditEntry.at)).where(AuditEntry.district_id == district_id))
    month, last = month_of(first.astimezone(SEOUL).date() if first else today), month_of(today)
    found = []
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found[::-1]


def number_of(month: date) -> int:
    return 100 * month.year + month.month


def look_through(session: Session, actor: User, district: District, month: date, note: str, today: date) -> None:
    """Write down that this person looked the month through; once each, and only when the month is over."""
    if not note.strip():
        raise Invalid("review_needs_note", field="note")
    if next_month(month) > today:
        raise Conflict("month_not_over")
    session.execute(select(District.id).where(District.id == district.id).with_for_update())
    if any(entry.actor_id == actor.id for entry in reviews(session, district.id)[number_of(month)]):
        raise Conflict("month_reviewed")
    record(session, actor, AuditAction.LOG_REVIEWED, district, reason=note.strip(), month=number_of(month))
