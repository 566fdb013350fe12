"""Reads of this room that others share: one designer with the access wanted, and the directory."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, selectinload

from garment_hub.permissions import Access
from models.designer import Designer
from models.errors import Forbidden, NotFound
from models.order import Order, OrderLine, Party
from models.past_order import PastOrder
from models.review import Kept, Review, is_counted
from models.user import Role, User


def get_designer(session: Session, designer_id: int, user: User | None, access: Access) -> Designer:
    """The designer, if this person may see the profile; for WRITE, only their own."""
    designer = session.get(Designer, designer_id)
    if designer is None or not _may_see(designer, user):
        raise NotFound
    if access is Access.WRITE and (user is None or designer.user_id != user.id):
        raise Forbidden
    return designer


def _may_see(designer: Designer, user: User | None) -> bool:
    return (designer.is_public and not designer.is_hidden) or (
        user is not None and (_sees_all(user) or designer.user_id == user.id)
    )


def _sees_all(user: User | None) -> bool:
    """Owners look up who asks them, staff look after the directory."""
    return user is not None and (user.is_staff or user.role == Role.FACTORY_OWNER)


def designer_of(session: Session, user: User) -> Designer | None:
    return session.scalar(select(Designer).where(Designer.user_id == user.id))


def designers_page(
    session: Session, district_id: int, user: User | None, *, page: int, size: int
) -> tuple[list[Designer], int]:
    """One page of the designers this person may see, by brand, and how many there are in all."""
    seen = Designer.district_id == district_id, _visible_to(user)
    query = (
        select(Designer)
        .where(*seen)
        .options(selectinload(Designer.pictures))
        .order_by(Designer.brand, Designer.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    total = session.scalar(select(func.count()).select_from(Designer).where(*seen)) or 0
    return list(session.scalars(query)), total


def _is_shown() -> ColumnElement[bool]:
    return and_(Designer.is_public, Designer.is_hidden.is_(False))


def _visible_to(user: User | None) -> ColumnElement[bool]:
    if _sees_all(user):
        return true()
    if user is None:
        return _is_shown()
    return or_(_is_shown(), Designer.user_id == user.id)


def past_order_count(session: Session, designer: Designer) -> int:
    query = select(func.count()).select_from(PastOrder).where(PastOrder.designer_id == designer.id)
    return session.scalar(query) or 0


def payment_record(session: Session, designer: Designer, now: datetime) -> Kept:
    """How often factories said that the money came as agreed, of the orders made here."""
    row = session.execute(
        select(func.count().filter(Review.was_good), func.count())
        .select_from(Review)
        .join(OrderLine, OrderLine.id == Review.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.designer_id == designer.id, Review.party == Party.FACTORY, is_counted(now))
    ).one()
    return Kept(*row)
