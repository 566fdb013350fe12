"""Asking for what needs a second person, deciding it, and taking what was granted, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.approvals.queries import may_decide, open_grants, waiting_for
from models.approval import Approval, ApprovalKind
from models.audit import AuditAction
from models.base import Base
from models.district import District
from models.errors import Conflict, Forbidden, Invalid
from models.user import User


def ask(
    session: Session, actor: User, kind: ApprovalKind, subject: Base, reason: str, **values: int | StrEnum
) -> Approval:
    """Put it before a second person; of two people who ask for the same at once, one is the first."""
    district_id = audit.district_of(actor, subject)
    session.execute(select(District.id).where(District.id == district_id).with_for_update())
    if waiting_for(session, kind, subject) is not None:
        raise Conflict("approval_waits")
    approval = Approval(
        district_id=district_id,
        kind=kind,
        subject=subject.__tablename__,
        subject_id=subject.id,  # type: ignore[attr-defined]
        reason=_checked(reason),
        values=values,
        asked_by_id=actor.id,
    )
    session.add(approval)
    audit.record(session, actor, AuditAction.APPROVAL_ASKED, approval, reason=approval.reason, kind=kind)
    return approval


def decide(session: Session, approval: Approval, actor: User, is_granted: bool, reason: str, now: datetime) -> None:
    """Allow or refuse what somebody else asked for; of two who decide at once, one is the first."""
    if actor.id == approval.asked_by_id:
        raise Forbidden("approval_own")
    if not may_decide(actor, approval):
        raise Forbidden
    waiting = update(Approval).where(Approval.id == approval.id, Approval.decided_at.is_(None))
    values = {"decided_at": now, "decided_by_id": actor.id, "is_granted": is_granted, "answer": _checked(reason)}
    if session.scalar(waiting.values(**values).returning(Approval.id)) is None:
        raise Conflict("approval_decided")
    session.refresh(approval)
    codes: dict[str, int | StrEnum] = {"kind": approval.kind, "granted": int(is_granted)}
    audit.record(session, actor, AuditAction.APPROVAL_DECIDED, approval, reason=approval.answer, **codes)


def take(session: Session, kind: ApprovalKind, subject: Base, actor: User, now: datetime) -> Approval:
    """Use up the grant that this person got; of two who take it at once, one gets it. Else Conflict."""
    while (found := session.scalar(open_grants(kind, subject, actor, now).limit(1))) is not None:
        unused = update(Approval).where(Approval.id == found.id, Approval.used_at.is_(None))
        if session.scalar(unused.values(used_at=now).returning(Approval.id)) is not None:
            session.refresh(found)
            return found
        session.expire(found)
    raise Conflict("approval_needed")


def _checked(reason: str) -> str:
    if not reason.strip():
        raise Invalid("approval_needs_reason", field="reason")
    return reason.strip()
