"""The record of who did or saw what others must be able to check: entries are added, and never changed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session, joinedload

from garment_hub.db import reading, unit_of_work
from models.audit import AuditAction, AuditEntry
from models.base import Base
from models.district import District
from models.user import User


def record(
    session: Session,
    actor: User | None,
    action: AuditAction,
    subject: Base,
    *,
    reason: str | None = None,
    **values: int | StrEnum,
) -> AuditEntry:
    """Write down, in the caller's transaction, what was done to ``subject``.

    ``values`` are ids, counts and codes, so that the record stays when what is said of people has to go.
    """
    if not all(isinstance(value, int | StrEnum) for value in values.values()):
        raise TypeError("an audit entry holds ids, counts and codes, never words")
    session.flush()  # a new subject has no id before
    entry = AuditEntry(
        district_id=district_of(actor, subject),
        actor_id=actor.id if actor else None,
        action=action,
        subject=subject.__tablename__,
        subject_id=subject.id,  # type: ignore[attr-defined]
        reason=reason,
        values=values,
    )
    session.add(entry)
    session.flush()
    return entry


def district_of(actor: User | None, subject: Base) -> int:
    """The subject's own, where it has one, and a district itself; else that of who acted."""
    of_subject = subject.id if isinstance(subject, District) else getattr(subject, "district_id", None)
    own: int | None = of_subject or (actor.district_id if actor else None)
    if own is None:
        raise TypeError(f"neither an actor nor a {subject.__tablename__} says in which district this happened")
    return own


def record_now(
    engine: Engine, actor: User, action: AuditAction, subject: Base, *, since: datetime, **values: int | StrEnum
) -> None:
    """The same for a page that only reads: in a short transaction of its own, once per person since that time.

    It looks before it writes, for a page of pictures asks many times and each write holds the others up.
    """
    known = _entries(subject, action).where(AuditEntry.actor_id == actor.id, AuditEntry.at >= since)
    with reading(engine) as session:
        if session.scalar(known.limit(1)) is not None:
            return
    with unit_of_work(engine) as session:
        session.get_one(User, actor.id, with_for_update=True)  # of pictures asked for at once, one is the first
        if session.scalar(known.limit(1)) is None:
            record(session, actor, action, subject, reason=None, **values)


def entries_of(session: Session, subject: Base, action: AuditAction) -> list[AuditEntry]:
    """What was recorded of this thing, the oldest first, with who did it."""
    query = _entries(subject, action).options(joinedload(AuditEntry.actor)).order_by(AuditEntry.id)
    return list(session.scalars(query))


def _entries(subject: Base, action: AuditAction) -> Select[AuditEntry]:
    which = AuditEntry.subject == subject.__tablename__, AuditEntry.subject_id == subject.id  # type: ignore[attr-defined]
    return select(AuditEntry).where(*which, AuditEntry.action == action)
