"""Reads of this room that others share: one brief with the access wanted, and whom it was shown to."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from garment_hub.permissions import Access
from models.brief import Brief, BriefStatus
from models.designer import Designer
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.quote import QuoteRequest
from models.user import User


def get_brief(session: Session, brief_id: int, user: User | None, access: Access) -> Brief:
    """The brief, if this person may see it; for WRITE, only the designer's own."""
    brief = session.get(Brief, brief_id)
    if brief is None or not _may_see(session, brief, user):
        raise NotFound
    if access is Access.WRITE and not is_own(brief, user):
        raise Forbidden
    return brief


def is_own(brief: Brief, user: User | None) -> bool:
    return user is not None and brief.designer.user_id == user.id


def _may_see(session: Session, brief: Brief, user: User | None) -> bool:
    """A draft is nobody else's business; later the factories asked and the district's staff see it."""
    if user is None or brief.status is BriefStatus.DRAFT:
        return is_own(brief, user)
    if is_own(brief, user) or (user.is_staff and user.district_id == brief.district_id):
        return True
    asked = (
        exists()
        .where(QuoteRequest.brief_id == brief.id)
        .where(QuoteRequest.factory_id == Factory.id, Factory.owner_id == user.id)
    )
    return bool(session.scalar(select(asked)))


def is_asked(session: Session, brief: Brief) -> bool:
    """Whether any factory has been shown this brief."""
    return bool(session.scalar(select(exists().where(QuoteRequest.brief_id == brief.id))))


def briefs_of(session: Session, designer: Designer) -> list[Brief]:
    """The designer's briefs, the newest first."""
    query = select(Brief).where(Brief.designer_id == designer.id).order_by(Brief.created_at.desc(), Brief.id.desc())
    return list(session.scalars(query.options(selectinload(Brief.files))))


def requests_of(session: Session, briefs: list[Brief]) -> dict[int, list[QuoteRequest]]:
    """Requests of these briefs by brief, the oldest first."""
    query = select(QuoteRequest).where(QuoteRequest.brief_id.in_([brief.id for brief in briefs]))
    found: dict[int, list[QuoteRequest]] = {brief.id: [] for brief in briefs}
    for request in session.scalars(query.order_by(QuoteRequest.id)):
        found[request.brief_id].append(request)
    return found
