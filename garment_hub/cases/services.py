"""What the centre does about a case: end a dispute, let a client ask again, let a review count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.notifications import notify
from garment_hub.orders.services import advance
from models.audit import AuditAction
from models.errors import Conflict
from models.order import EventKind, Order, OrderStatus, Party
from models.payment import AskingStop
from models.review import Review
from models.user import User


def end_dispute(session: Session, order: Order, actor: User, to: OrderStatus, reason: str, now: datetime) -> None:
    """Let the order go on, or end, where the centre says; both sides read the reason among its events."""
    advance(session, order, EventKind.DISPUTE_ENDED, actor, Party.CENTRE, now, note=reason, to=to)


def lift_stop(session: Session, stop: AskingStop, actor: User, reason: str, now: datetime) -> None:
    """Let a client ask new factories again although a sum is late."""
    session.refresh(stop, with_for_update=True)
    if stop.lifted_at is not None:
        raise Conflict("stop_already_lifted")
    stop.lifted_at, stop.lifted_by_id, stop.lifted_reason = now, actor.id, reason
    audit.record(session, actor, AuditAction.ASKING_ALLOWED, stop, reason=reason)
    notify(session, stop.designer.user, "asking_allowed", link="/briefs")


def clear_review(session: Session, review: Review, actor: User, reason: str, now: datetime) -> None:
    """Let a review count that looked as if it came from the reviewed."""
    session.refresh(review, with_for_update=True)
    _refuse_decided(review)
    review.cleared_at, review.cleared_by_id = now, actor.id
    audit.record(session, actor, AuditAction.REVIEW_CLEARED, review, reason=reason)


def dismiss_review(session: Session, review: Review, actor: User, reason: str, now: datetime) -> None:
    """Leave it without weight for good: it stays written, and nobody is asked about it again."""
    session.refresh(review, with_for_update=True)
    _refuse_decided(review)
    review.dismissed_at = now
    audit.record(session, actor, AuditAction.MODERATED, review, reason=reason, is_dismissed=1)


def _refuse_decided(review: Review) -> None:
    if review.weighs:
        raise Conflict("review_already_counts")
    if review.dismissed_at is not None:
        raise Conflict("review_dismissed")
