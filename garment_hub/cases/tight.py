"""Tight dates: briefs and orders whose plan leaves two working days or less, by the assumed days of every step."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from garment_hub.briefs.plan import ASSUMED_DAYS, Step, backward_plan, sewing_days, slack, steps_for
from garment_hub.briefs.working_days import days_between, working_days_of
from models.brief import Brief
from models.district import District
from models.order import Order, OrderLine, OrderStatus

TIGHT = 2  # working days to spare
LONGEST = 366  # no plan of the assumed days is longer than a year
# What is still to be done from each state on, before the goods are handed over.
AHEAD = {
    OrderStatus.SAMPLING: (Step.SAMPLE, Step.CONFIRM, Step.SEWING, Step.INSPECTION),
    OrderStatus.SAMPLE_APPROVED: (Step.SEWING, Step.INSPECTION),
    OrderStatus.CONFIRMED: (Step.SEWING, Step.INSPECTION),
    OrderStatus.IN_PRODUCTION: (Step.SEWING, Step.INSPECTION),
    OrderStatus.REWORK: (Step.INSPECTION,),
}


def briefs(session: Session, waiting: Select[Any], today: date) -> list[int]:
    """Ids of the tight ones in the order of the waiting; only what a plan needs is read."""
    facts = (
        Brief.id, Brief.needed_by, Brief.quantity, Brief.difficulty, Brief.materials_on, Brief.is_pattern_ready,
        Brief.is_sample_ready, Brief.is_sample_wanted, District.country,
    )  # fmt: skip
    rows = session.execute(waiting.options().join(Brief.district).with_only_columns(*facts))
    return [row.id for row in rows if row.needed_by < _easy_from(_days_of_brief(row, today), row.country, today)]


def orders(session: Session, waiting: Select[Any], today: date) -> list[int]:
    """The same of orders: the later steps of the plan, and of sewing what the days since it began have left."""
    facts = Order.id, Order.due_on, Order.quantity, Order.status, Brief.difficulty, District.country
    began = select(func.min(OrderLine.starts_on)).where(OrderLine.order_id == Order.id).scalar_subquery()
    query = waiting.options().join(Order.brief).join(Brief.district)
    rows = session.execute(query.with_only_columns(*facts, began.label("starts_on")))
    return [row.id for row in rows if row.due_on < _easy_from(_days_of_order(row, today), row.country, today)]


def _days_of_brief(brief: Any, today: date) -> tuple[int, ...]:
    return tuple(days for _step, days in steps_for(brief, today))


def _days_of_order(order: Any, today: date) -> tuple[int, ...]:
    sewing = sewing_days(order.quantity or 1, order.difficulty)
    if order.status is OrderStatus.IN_PRODUCTION and order.starts_on:
        sewing -= max(0, days_between(order.starts_on, today, working_days_of(order.country)))
    days = ASSUMED_DAYS | {Step.SEWING: max(0, sewing)}
    return tuple(days[step] for step in AHEAD[order.status] if days[step])


@lru_cache(maxsize=1024)
def _easy_from(days: tuple[int, ...], country: str, today: date) -> date:
    """The first day for which a plan of such steps has more to spare; few plans differ, and it is found by halving."""
    is_working = working_days_of(country)
    steps = [(Step.SEWING, number) for number in days]

    def is_easy(later: int) -> bool:
        return slack(backward_plan(today + timedelta(days=later), steps, is_working), today, is_working) > TIGHT

    return today + timedelta(days=bisect_left(range(LONGEST), True, key=is_easy))
