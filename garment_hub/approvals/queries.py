"""What waits for a second person, who may decide it, and what became of earlier requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from models.approval import GRANT_LASTS, Approval, ApprovalKind
from models.base import Base
from models.errors import NotFound
from models.user import ANSWER_FOR_RANKING, Role, User

PAGE_SIZE = 50
DECIDERS = ANSWER_FOR_RANKING


def may_decide(person: User, approval: Approval) -> bool:
    """An officer of the district, or an administrator of any, but never who asked."""
    is_near = person.role is Role.ADMINISTRATOR or person.district_id == approval.district_id
    return is_near and person.role in DECIDERS and person.is_active and person.id != approval.asked_by_id


def deciders(session: Session, district_id: int, asked_by: User) -> list[User]:
    """Who may decide what this person asked in the district: its own officers first, then administrators."""
    near = User.district_id == district_id
    query = select(User).where(
        User.role.in_(DECIDERS),
        User.is_active,
        User.id != asked_by.id,
        or_(near, User.role == Role.ADMINISTRATOR),
    )
    return list(session.scalars(query.order_by(near.desc(), User.role.desc(), User.id)))


def get_approval(session: Session, approval_id: int, district_id: int) -> Approval:
    found = session.get(Approval, approval_id)
    if found is None or found.district_id != district_id:
        raise NotFound
    return found


def _about(kind: ApprovalKind, subject: Base) -> Select[Approval]:
    which = Approval.subject == subject.__tablename__, Approval.subject_id == subject.id  # type: ignore[attr-defined]
    return select(Approval).where(Approval.kind == kind, *which)


def waiting_for(session: Session, kind: ApprovalKind, subject: Base) -> Approval | None:
    return session.scalar(_about(kind, subject).where(Approval.decided_at.is_(None)))


def open_grants(kind: ApprovalKind, subject: Base, actor: User, now: datetime) -> Select[Approval]:
    """Granted to this person within the last days and not used, the oldest first."""
    granted = Approval.is_granted.is_(True), Approval.used_at.is_(None), Approval.decided_at > now - GRANT_LASTS
    return _about(kind, subject).where(*granted, Approval.asked_by_id == actor.id).order_by(Approval.id)


def latest(session: Session, kind: ApprovalKind, subject: Base) -> Approval | None:
    """What was asked last about this thing, with who asked and who decided."""
    people = joinedload(Approval.asked_by), joinedload(Approval.decided_by)
    return session.scalar(_about(kind, subject).options(*people).order_by(Approval.id.desc()).limit(1))


def is_open(approval: Approval, now: datetime) -> bool:
    """Granted and still to be used."""
    if approval.decided_at is None or not approval.is_granted or approval.used_at is not None:
        return False
    return approval.decided_at > now - GRANT_LASTS


def waiting(session: Session, district_id: int) -> list[Approval]:
    query = select(Approval).where(Approval.district_id == district_id, Approval.decided_at.is_(None))
    return list(session.scalars(query.options(joinedload(Approval.asked_by)).order_by(Approval.id)))


def history(session: Session, district_id: int, page: int) -> list[Approval]:
    """One page of what was decided, the latest first, and one more row where there is another page."""
    query = select(Approval).where(Approval.district_id == district_id, Approval.decided_at.is_not(None))
    people = joinedload(Approval.asked_by), joinedload(Approval.decided_by)
    rows = query.options(*people).order_by(Approval.decided_at.desc(), Approval.id.desc())
    return list(session.scalars(rows.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)))
