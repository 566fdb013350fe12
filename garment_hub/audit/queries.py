"""Finding entries of a district: by person, factory, action and days; and what a month of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.audit import AuditAction, AuditEntry
from models.base import Base
from models.capacity import SEOUL
from models.case import Case
from models.quote import QuoteRequest
from models.user import User

PAGE_SIZE = 50
MOST_ROWS = 10_000  # in one file


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; days in Korean time, both counted in."""

    actor_id: int | None = None
    factory_id: int | None = None
    action: AuditAction | None = None
    first: date | None = None
    last: date | None = None


def start_of(day: date) -> datetime:
    """The beginning of a day in Korea."""
    return datetime.combine(day, time(), SEOUL).astimezone(UTC)


def _found(district_id: int, search: Search) -> Select[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.district_id == district_id)
    if search.actor_id is not None:
        query = query.where(AuditEntry.actor_id == search.actor_id)
    if search.factory_id is not None:
        query = query.where(_about_factory(search.factory_id))
    if search.action is not None:
        query = query.where(AuditEntry.action == search.action)
    if search.first is not None:
        query = query.where(AuditEntry.at >= start_of(search.first))
    if search.last is not None:
        query = query.where(AuditEntry.at < start_of(search.last + timedelta(days=1)))
    return query


def _about_factory(factory_id: int) -> ColumnElement[bool]:
    """Entries about the factory itself, or about anything that is a factory's: a request, a check, a claim, a case."""
    found = [and_(AuditEntry.subject == "factory", AuditEntry.subject_id == factory_id)]
    for name, table in Base.metadata.tables.items():
        if {"id", "factory_id"} <= set(table.c.keys()):
            own = select(table.c.id).where(table.c.factory_id == factory_id)
            found.append(and_(AuditEntry.subject == name, AuditEntry.subject_id.in_(own)))
    cases = select(Case.id).join(QuoteRequest).where(QuoteRequest.factory_id == factory_id)
    found.append(and_(AuditEntry.subject == "case", AuditEntry.subject_id.in_(cases)))
    return or_(*found)


def page_of(session: Session, district_id: int, search: Search, page: int) -> tuple[int, Sequence[AuditEntry]]:
    """How many entries answer, and one page of them, the latest first."""
    query = _found(district_id, search)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.options(joinedload(AuditEntry.actor)).order_by(AuditEntry.id.desc())
    return total, session.scalars(rows.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()


def entries_for_file(session: Session, district_id: int, search: Search) -> Sequence[AuditEntry]:
    rows = _found(district_id, search).options(joinedload(AuditEntry.actor)).order_by(AuditEntry.id.desc())
    return session.scalars(rows.limit(MOST_ROWS)).all()


def actors(session: Session, district_id: int) -> Sequence[User]:
    """Who stands in this district's record, by name."""
    known = select(AuditEntry.actor_id).where(AuditEntry.district_id == district_id).distinct()
    return session.scalars(select(User).where(User.id.in_(known)).order_by(User.name, User.id)).all()
