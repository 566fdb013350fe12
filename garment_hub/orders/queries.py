"""Reads that others share: one order with the access wanted, whose side somebody is on, whose orders."""

from __future__ import annotations

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from garment_hub.factories.queries import speakers_of, speaks_for
from garment_hub.permissions import Access
from models.brief import Brief, BriefStatus
from models.designer import Designer
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.order import ENDED, LineReopening, LineStatus, Order, OrderLine, OrderStatus, Party
from models.payment import PaymentPart
from models.user import CENTRE, User


def get_order(session: Session, order_id: int, user: User | None, access: Access) -> Order:
    """The order, if this person may see it; for WRITE, if this person has a say in it."""
    order = session.get(Order, order_id)
    if order is None or user is None or not _may_see(order, user):
        raise NotFound
    if access is Access.WRITE and not parties_of(order, user):
        raise Forbidden
    return order


def _may_see(order: Order, user: User) -> bool:
    if user.is_staff:
        return user.district_id == order.district_id
    return user.id == order.designer.user_id or any(line.factory.owner_id == user.id for line in order.lines)


def get_payment(
    session: Session, part_id: int, user: User | None, access: Access, *, order_id: int | None = None
) -> PaymentPart:
    """The sum, for the factory that should have it and the staff of its district; for WRITE, if they speak for it."""
    part = session.get(PaymentPart, part_id)
    if part is None or user is None or not _may_see_sum(part, user):
        raise NotFound
    if order_id not in (None, part.line.order_id):
        raise NotFound
    if access is Access.WRITE and not speaks_for(part.line.factory, user):
        raise Forbidden
    return part


def _may_see_sum(part: PaymentPart, user: User) -> bool:
    if user.is_staff:
        return user.district_id == part.line.order.district_id
    return user.id == part.line.factory.owner_id


def parties_of(order: Order, user: User) -> frozenset[Party]:
    """The sides somebody speaks for. The centre also speaks for factories that nobody has claimed."""
    found = set()
    if user.id == order.designer.user_id:
        found.add(Party.DESIGNER)
    if own_lines(order, user):
        found.add(Party.FACTORY)
    if user.role in CENTRE and user.district_id == order.district_id:
        found.add(Party.CENTRE)
    return frozenset(found)


def party_of(order: Order, user: User) -> Party | None:
    """The side somebody speaks for first."""
    found = parties_of(order, user)
    return next((party for party in Party if party in found), None)


def own_lines(order: Order, user: User) -> list[OrderLine]:
    """The lines still running that this person answers for."""
    return [line for line in order.active_lines if speaks_for(line.factory, user)]


def people_on(session: Session, order: Order) -> list[User]:
    """Everybody on both sides who is told what happens."""
    return [order.designer.user, *speakers_of(session, [line.factory for line in order.active_lines])]


def open_places(session: Session, order: Order) -> set[int]:
    """Ids of the lines whose factory dropped out and in whose place there is no other yet."""
    if order.status in ENDED:
        return set()
    filled = select(LineReopening.line_id).join(LineReopening.brief).where(Brief.status == BriefStatus.CLOSED)
    empty = OrderLine.order_id == order.id, OrderLine.status == LineStatus.DROPPED, OrderLine.id.not_in(filled)
    return set(session.scalars(select(OrderLine.id).where(*empty)))


def orders_of(session: Session, user: User) -> list[Order]:
    """The newest first: a designer's own, or those of an owner's factories."""
    own = select(OrderLine.order_id).join(OrderLine.factory).where(Factory.owner_id == user.id)
    designers = select(Designer.id).where(Designer.user_id == user.id)
    query = select(Order).where(or_(Order.designer_id.in_(designers), Order.id.in_(own)))
    return _with_sides(session, query.order_by(Order.id.desc()))


def count_of_district(session: Session, district_id: int | None) -> int:
    return session.scalar(select(func.count()).where(Order.district_id == district_id)) or 0


def orders_of_district(session: Session, district_id: int | None, most: int, offset: int) -> list[Order]:
    """Disputed ones first, then those that run, then those that are over; of each the newest first."""
    rank = case((Order.status == OrderStatus.DISPUTED, 0), (Order.status.in_(ENDED), 2), else_=1)
    query = select(Order).where(Order.district_id == district_id).order_by(rank, Order.id.desc())
    return _with_sides(session, query.limit(most).offset(offset))


def _with_sides(session: Session, query: Select[Order]) -> list[Order]:
    options = joinedload(Order.designer), selectinload(Order.lines).joinedload(OrderLine.factory)
    return list(session.scalars(query.options(*options)))
