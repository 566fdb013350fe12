"""Reads of this room that others share: one request with the access wanted, inboxes, and what an owner looks at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from garment_hub import audit
from garment_hub.factories.queries import speaks_for
from garment_hub.permissions import Access
from garment_hub.recommendations.queries import latest_list
from models.audit import AuditAction
from models.brief import Brief
from models.capacity import CapacityBooking
from models.designer import Designer
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.mandate import Mandate
from models.order import Order, OrderLine
from models.quote import QuoteRequest, RequestStatus
from models.team import Team, TeamMember
from models.user import User

OPEN_FIRST = case((QuoteRequest.status == RequestStatus.OPEN, 0), else_=1)


def get_quote_request(session: Session, request_id: int, user: User | None, access: Access) -> QuoteRequest:
    """The request, if this person may see it; for WRITE, if this person may answer it."""
    request = session.get(QuoteRequest, request_id)
    if request is None or not _may_see(request, user):
        raise NotFound
    if access is Access.WRITE and not may_answer(request, user):
        raise Forbidden
    return request


def _may_see(request: QuoteRequest, user: User | None) -> bool:
    if user is None:
        return False
    if user.is_staff:
        return user.district_id == request.factory.district_id
    return user.id in (request.factory.owner_id, request.brief.designer.user_id)


def may_answer(request: QuoteRequest, user: User | None) -> bool:
    return user is not None and speaks_for(request.factory, user)


def inbox_of(session: Session, owner: User) -> list[QuoteRequest]:
    """Requests to the owner's factories: the unanswered ones first, the newest of each first."""
    query = select(QuoteRequest).join(QuoteRequest.factory).where(Factory.owner_id == owner.id)
    return _listed(session, query)


def centre_inbox(session: Session, district_id: int) -> list[QuoteRequest]:
    """Requests of the district that the centre carries over: no owner is here, or the owner lets the centre answer."""
    query = select(QuoteRequest).join(QuoteRequest.factory).where(Factory.district_id == district_id)
    lets_answer = select(Mandate.factory_id).where(Mandate.ended_at.is_(None))
    return _listed(session, query.where(or_(Factory.owner_id.is_(None), Factory.id.in_(lets_answer))))


def _listed(session: Session, query: Select[QuoteRequest]) -> list[QuoteRequest]:
    options = (
        joinedload(QuoteRequest.brief).joinedload(Brief.designer).joinedload(Designer.user),
        joinedload(QuoteRequest.factory),
        joinedload(QuoteRequest.quote),
        joinedload(QuoteRequest.team_member),
    )
    ordered = query.options(*options).order_by(OPEN_FIRST, QuoteRequest.id.desc())
    return list(session.scalars(ordered))


def requests_of_brief(session: Session, brief: Brief) -> list[QuoteRequest]:
    """All requests of the brief, in the order in which they were asked."""
    chain = joinedload(QuoteRequest.team_member).joinedload(TeamMember.team).selectinload(Team.members)
    options = joinedload(QuoteRequest.quote), joinedload(QuoteRequest.factory), chain.joinedload(TeamMember.factory)
    query = select(QuoteRequest).where(QuoteRequest.brief_id == brief.id).options(*options)
    return list(session.scalars(query.order_by(QuoteRequest.id)))


def latest_team(session: Session, brief: Brief) -> Team | None:
    """The chain that was put together last."""
    query = select(Team).where(Team.brief_id == brief.id).options(selectinload(Team.members))
    return session.scalar(query.order_by(Team.id.desc()).limit(1))


def order_of(session: Session, brief: Brief) -> Order | None:
    """What became of the brief."""
    return session.scalar(select(Order).where(Order.brief_id == brief.id).order_by(Order.id.desc()).limit(1))


def held_until(session: Session, request: QuoteRequest, now: datetime) -> datetime | None:
    """Until when the factory keeps its days for this quote."""
    if request.quote is None:
        return None
    held = CapacityBooking.quote_id == request.quote.id, CapacityBooking.expires_at > now
    return session.scalar(select(func.max(CapacityBooking.expires_at)).where(*held))


def heard_of(session: Session, request: QuoteRequest) -> str | None:
    """How the centre knows the answer that it gave in the owner's name; None for an owner's own."""
    if request.answered_by is None or not request.answered_by.is_staff:
        return None
    entries = audit.entries_of(session, request, AuditAction.ANSWERED_FOR_OWNER)
    return entries[-1].reason if entries else None


def order_id_of(session: Session, request: QuoteRequest) -> int | None:
    """The order that was made of the quote."""
    if request.quote is None:
        return None
    return session.scalar(select(OrderLine.order_id).where(OrderLine.quote_id == request.quote.id))


def get_own_order(session: Session, order_id: int, user: User) -> Order:
    """The order, for the designer who placed it."""
    order = session.get(Order, order_id)
    if order is None or order.designer.user_id != user.id:
        raise NotFound
    return order


def not_asked_yet(session: Session, brief: Brief, asked: set[int], most: int) -> list[Factory]:
    """The next factories of the newest list."""
    stored = latest_list(session, brief)
    entries = stored.entries if stored else []
    return [entry.factory for entry in entries if entry.factory_id not in asked][:most]
