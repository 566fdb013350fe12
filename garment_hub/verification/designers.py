"""Designers of a district as its staff see them: in pages, by month of arrival, with the orders they placed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.capacity import SEOUL
from models.designer import Designer
from models.errors import NotFound
from models.order import Order, OrderStatus
from models.user import User

PAGE_SIZE = 50


def get_own(session: Session, designer_id: int, officer: User) -> Designer:
    """A designer of the officer's own district."""
    designer = session.get(Designer, designer_id)
    if designer is None or designer.district_id != officer.district_id:
        raise NotFound
    return designer


def page_of(session: Session, district_id: int, page: int) -> tuple[int, Sequence[tuple[Designer, str]]]:
    """How many there are, and one page of them with the person's name, the newest first."""
    here = Designer.district_id == district_id
    total = session.scalar(select(func.count()).select_from(Designer).where(here)) or 0
    query = select(Designer, User.name).join(User, User.id == Designer.user_id).where(here)
    query = query.order_by(Designer.created_at.desc(), Designer.id.desc())
    return total, [(row[0], row[1]) for row in session.execute(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE))]


def growth(session: Session, district_id: int, months: list[date]) -> list[tuple[date, int]]:
    """How many came in each month, in Korean time."""
    starts = [datetime.combine(month, time(), SEOUL) for month in months]
    came = session.scalars(
        select(Designer.created_at).where(Designer.district_id == district_id, Designer.created_at >= starts[0])
    ).all()
    counts = dict.fromkeys(months, 0)
    for moment in came:
        local = moment.astimezone(SEOUL)
        counts[local.date().replace(day=1)] += 1
    return list(counts.items())


def orders_of(session: Session, designer_ids: Sequence[int]) -> dict[int, int]:
    """By designer the orders placed and not called off."""
    query = select(Order.designer_id, func.count()).where(
        Order.designer_id.in_(designer_ids), Order.status != OrderStatus.CANCELLED
    )
    counted: dict[int, int] = dict(session.execute(query.group_by(Order.designer_id)).all())
    return counted
