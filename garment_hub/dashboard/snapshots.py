"""Figures of closed months, kept for good: counted once a month has settled, corrected by a row beside the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.dashboard.indicators import MEASURES, STOCKS, Indicator, Period
from garment_hub.db import reading, unit_of_work
from models.audit import AuditAction
from models.capacity import SEOUL
from models.district import District
from models.indicator_snapshot import IndicatorSnapshot
from models.order import Order

CLOSES_ON = 3  # day of the next month: late entries of the last days are in by then
LOOKED_AGAIN = 3  # months before, when a month is closed

Key = tuple[str, date]
Rows = Mapping[Key, list[IndicatorSnapshot]]


@dataclass(frozen=True, slots=True)
class Counted:
    """One month of a district, not written yet. ``is_new``: it was never closed before."""

    district_id: int
    month: date
    figures: dict[str, Indicator]
    is_new: bool


def last_closed(now: datetime) -> date:
    """First day of the last month that has settled."""
    today = now.astimezone(SEOUL).date()
    back = 1 if today.day >= CLOSES_ON else 2
    return months_before(today, back)


def months_before(day: date, number: int) -> date:
    """First day of the month so many before that of ``day``."""
    months = day.year * 12 + day.month - 1 - number
    return date(months // 12, months % 12 + 1, 1)


def first_month(session: Session, district_id: int) -> date:
    """The month of the first agreement, or that in which the district began."""
    agreed = session.scalar(select(func.min(Order.confirmed_at)).where(Order.district_id == district_id))
    began = session.get_one(District, district_id).created_at
    return min(agreed or began, began).astimezone(SEOUL).date().replace(day=1)


def rows_of(session: Session, district_id: int, first: date, last: date) -> Rows:
    """By code and month, what was first counted and its corrections in their order."""
    query = (
        select(IndicatorSnapshot)
        .where(IndicatorSnapshot.district_id == district_id, IndicatorSnapshot.month.between(first, last))
        .where(IndicatorSnapshot.code.in_(MEASURES))
        .order_by(IndicatorSnapshot.revision)
    )
    found: dict[Key, list[IndicatorSnapshot]] = {}
    for row in session.scalars(query):
        found.setdefault((row.code, row.month), []).append(row)
    return found


def latest(session: Session, district_id: int, code: str, month: date) -> IndicatorSnapshot | None:
    """As it stands after the last correction."""
    found = rows_of(session, district_id, month, month).get((code, month))
    return found[-1] if found else None


def close_months(engine: Engine, now: datetime) -> int:
    """Write down every month that has closed since; the rows written. Nobody who writes waits for the counting."""
    with reading(engine) as session:
        counted = [one for id_ in session.scalars(select(District.id)).all() for one in _due(session, id_, now)]
    return _write(engine, counted, now)


def count_month(engine: Engine, month: date, now: datetime) -> int:
    """One closed month of every district, looked at again now."""
    with reading(engine) as session:
        counted = [_count(session, id_, month, now) for id_ in session.scalars(select(District.id)).all()]
    return _write(engine, counted, now)


def _due(session: Session, district_id: int, now: datetime) -> list[Counted]:
    """Months never closed; and with the first of them those before it that may have changed since."""
    last = last_closed(now)
    first = first_month(session, district_id)
    closed = _closed(session, district_id)
    new = [month for month in _months(first, last) if month not in closed]
    if not new:
        return []
    again = [month for month in _months(months_before(new[0], LOOKED_AGAIN), last) if month in closed]
    return [_count(session, district_id, month, now) for month in sorted({*new, *again})]


def _closed(session: Session, district_id: int) -> set[date]:
    query = select(IndicatorSnapshot.month).where(
        IndicatorSnapshot.district_id == district_id, IndicatorSnapshot.code.in_(MEASURES)
    )
    return set(session.scalars(query.distinct()))


def _months(first: date, last: date) -> Iterable[date]:
    while first <= last:
        yield first
        first = months_before(first, -1)


def _count(session: Session, district_id: int, month: date, now: datetime) -> Counted:
    """What only the present knows is counted for the month that has just closed, and for no other."""
    is_last = month == last_closed(now)
    figures = {
        code: function(session, district_id, Period.month(month))
        for code, function in MEASURES.items()
        if is_last or code not in STOCKS
    }
    return Counted(district_id, month, figures, is_new=month not in _closed(session, district_id))


def _write(engine: Engine, counted: list[Counted], now: datetime) -> int:
    if not counted:
        return 0
    with unit_of_work(engine) as session:
        return sum(_keep(session, one, now) for one in counted)


def _keep(session: Session, counted: Counted, now: datetime) -> int:
    """First values of a month, or corrections of those that changed; whoever comes second finds nothing to add."""
    district = session.get_one(District, counted.district_id, with_for_update=True)
    known = rows_of(session, district.id, counted.month, counted.month)
    added = []
    for code, figure in counted.figures.items():
        before = known.get((code, counted.month), [])
        is_same = bool(before) and (before[-1].value, before[-1].out_of) == (figure.value, figure.out_of)
        if is_same or (before and code in STOCKS):
            continue
        values = {"value": figure.value, "out_of": figure.out_of, "revision": len(before), "made_at": now}
        added.append(IndicatorSnapshot(district_id=district.id, code=code, month=counted.month, **values))
    session.add_all(added)
    if added:
        number = counted.month.year * 100 + counted.month.month
        audit.record(session, None, AuditAction.SNAPSHOT_MADE, district, month=number, rows=len(added))
    return len(added)
