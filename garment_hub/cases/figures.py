"""How the centre's day and month go: the time to a first answer, and what each person did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.cases.queries import Desk
from models.audit import AuditAction, AuditEntry
from models.capacity import SEOUL
from models.factory import Factory
from models.quote import QuoteRequest
from models.user import CENTRE, User


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """Calendar hours from the question to the first answer, of what was answered this month; None: nothing was."""

    hours: float | None
    count: int


@dataclass(frozen=True, slots=True)
class DayOf:
    name: str
    acts: dict[AuditAction, int]


def first_answers(session: Session, desk: Desk) -> FirstAnswers:
    began = desk.now.astimezone(SEOUL).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    query = select(QuoteRequest.asked_at, QuoteRequest.answered_at).join(QuoteRequest.factory)
    query = query.where(Factory.district_id == desk.district_id, QuoteRequest.answered_at.between(began, desk.now))
    waits = [(answered - asked) / timedelta(hours=1) for asked, answered in session.execute(query) if answered]
    return FirstAnswers(round(median(waits), 1) if waits else None, len(waits))


def done_today(session: Session, desk: Desk) -> list[DayOf]:
    """Acts on the record by person of the centre, whoever did nothing left out."""
    midnight = datetime.combine(desk.today, datetime.min.time(), SEOUL)
    query = (
        select(AuditEntry.actor_id, User.name, AuditEntry.action, func.count().label("times"))
        .join(User, User.id == AuditEntry.actor_id)
        .where(AuditEntry.district_id == desk.district_id, AuditEntry.at >= midnight, AuditEntry.at <= desk.now)
        .where(User.role.in_(CENTRE))
        .group_by(AuditEntry.actor_id, User.name, AuditEntry.action)
        .order_by(User.name, AuditEntry.actor_id)
    )
    names: dict[int, str] = {}
    acts: dict[int, Counter[AuditAction]] = {}
    for row in session.execute(query):
        names[row.actor_id] = row.name or ""
        acts.setdefault(row.actor_id, Counter())[row.action] += row.times
    return [DayOf(names[actor], dict(found.most_common())) for actor, found in acts.items()]
