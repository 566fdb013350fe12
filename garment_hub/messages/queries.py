"""Reads of this room that others share: one case with the access wanted, whose side somebody is on, what was said."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from garment_hub import audit
from garment_hub.factories.queries import speakers_of, speaks_for
from garment_hub.permissions import Access
from models.audit import AuditAction, AuditEntry
from models.brief import Brief
from models.case import Case
from models.designer import Designer
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.message import Message
from models.order import Order, OrderLine, Party
from models.quote import Quote, QuoteRequest
from models.user import User

READING_LASTS = timedelta(hours=1)


def get_case(session: Session, case_id: int, user: User | None, access: Access) -> Case:
    """The case, if this person may know of it; for WRITE, if it is theirs.

    Staff of the district may know of it. What is said in it they read only after ``services.read_as_staff``.
    """
    to_factory = joinedload(Case.request).joinedload(QuoteRequest.factory).joinedload(Factory.owner)
    to_designer = joinedload(Case.request).joinedload(QuoteRequest.brief).joinedload(Brief.designer)
    options = to_factory, to_designer.joinedload(Designer.user)
    case = session.get(Case, case_id, options=options)
    if case is None or user is None:
        raise NotFound
    if party_in(case, user) is None:
        if not (user.is_staff and user.district_id == case.request.factory.district_id):
            raise NotFound
        if access is Access.WRITE:
            raise Forbidden
    return case


def party_in(case: Case, user: User) -> Party | None:
    """The side somebody speaks for; for a factory that nobody has claimed the centre speaks."""
    factory = case.request.factory
    if user.id == case.request.brief.designer.user_id:
        return Party.DESIGNER
    return Party.FACTORY if speaks_for(factory, user) else None


def people_across(session: Session, case: Case, party: Party) -> list[User]:
    """Who reads what this side writes."""
    if party is Party.FACTORY:
        return [case.request.brief.designer.user]
    return speakers_of(session, [case.request.factory])


def case_of(session: Session, request: QuoteRequest) -> Case:
    """The place where this request, and the order that came of it, is talked about."""
    return session.scalars(select(Case).where(Case.request_id == request.id)).one()


def order_of(session: Session, case: Case) -> Order | None:
    """The order that came of the case's request, once there is one."""
    query = select(Order).join(Order.lines).join(OrderLine.quote).where(Quote.request_id == case.request_id)
    return session.scalar(query)


def messages_of(session: Session, case: Case) -> list[Message]:
    """What was said, the oldest first."""
    query = select(Message).where(Message.case_id == case.id).options(joinedload(Message.author))
    return list(session.scalars(query.order_by(Message.sent_at, Message.id)))


def readings_of(session: Session, case: Case) -> list[AuditEntry]:
    """Which of the staff read it, when and why."""
    return audit.entries_of(session, case, AuditAction.CASE_READ)


def reading_of(session: Session, case: Case, user: User, now: datetime) -> AuditEntry | None:
    """The reading this person gave a reason for less than an hour ago."""
    own = [entry for entry in readings_of(session, case) if entry.actor_id == user.id]
    return next((entry for entry in own if now - entry.at < READING_LASTS), None)
