"""Reads of this room that others share: one brief with the access wanted, and whom it was shown to."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from garment_hub.permissions import Access
from models.brief import Brief, BriefStatus
from models.designer import Designer
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.order import LineStatus, Order, OrderLine, OrderStatus
from models.quote import Quote, QuoteRequest, RequestStatus
from models.user import User

# Declined, withdrawn, or another was chosen: nothing is left to look up in somebody's drawings.
UNDER_WAY = frozenset({RequestStatus.OPEN, RequestStatus.ANSWERED, RequestStatus.CHOSEN})


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
    return session.scalar(_requests_to(brief, user).limit(1)) is not None


def _requests_to(brief: Brief, owner: User) -> Select[QuoteRequest]:
    to_them = QuoteRequest.brief_id == brief.id, Factory.owner_id == owner.id
    return select(QuoteRequest).join(QuoteRequest.factory).where(*to_them).order_by(QuoteRequest.id)


def sees_drawings(session: Session, brief: Brief, user: User) -> bool:
    """Of those who see the brief: a factory whose part in it is over sees the drawings no longer."""
    return is_own(brief, user) or user.is_staff or request_under_way(session, brief, user) is not None


def request_under_way(session: Session, brief: Brief, owner: User) -> QuoteRequest | None:
    """The request for which this owner may still look at the drawings: open, answered, or chosen and not given up."""
    query = _requests_to(brief, owner).where(QuoteRequest.status.in_(UNDER_WAY), ~_is_given_up())
    return session.scalar(query.limit(1))


def _is_given_up() -> ColumnElement[bool]:
    """Whether the factory dropped out of the order that came of a request, or the order was cancelled."""
    over = or_(OrderLine.status == LineStatus.DROPPED, Order.status == OrderStatus.CANCELLED)
    lines = exists().where(Quote.request_id == QuoteRequest.id, OrderLine.quote_id == Quote.id)
    return lines.where(Order.id == OrderLine.order_id, over)


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
