"""Monthly releases: what anybody may read of a closed month, suppressed, written once and never again.

Pages, files and the interface for programs read releases only, so nobody can publish a live figure by mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from garment_hub.dashboard import snapshots
from garment_hub.dashboard.disclosure import TOTAL, Place
from garment_hub.dashboard.indicators import Period, delivery, orders, working
from garment_hub.dashboard.indicators.orders import Firm
from garment_hub.dashboard.suppression import PublishedTable, Table, publish, publish_together
from garment_hub.db import reading, unit_of_work
from models.brief import Brief
from models.capacity import CapacityWeek
from models.district import District, Neighbourhood
from models.factory import Factory
from models.indicator_snapshot import IndicatorSnapshot
from models.order import LineStatus, Order, OrderLine
from models.quote import Quote, QuoteRequest

RELEASE = "public_release"
LOOKED_BACK = 12  # months that are released at the first run, and that a new one is compared with
FIRMS, JOBS, AMOUNT = "participating_firms_distinct", "jobs_linked_count", "jobs_linked_amount"
RATES = ("capacity_utilisation", "quote_response_hours", "on_time_rate", "first_pass_rate")
NEIGHBOURHOOD, ITEM = "neighbourhood", "item"
NOT_KNOWN = "?"

Pair = tuple[int | None, int | None]  # jobs and amount; None is hidden


@dataclass(frozen=True, slots=True)
class Release:
    """``figures``: code -> value, None where it is hidden. ``groups``: kind -> code of the group -> jobs and amount."""

    month: date
    figures: dict[str, float | None]
    groups: dict[str, dict[str, Pair]]


@dataclass(slots=True)
class _Month:
    """What a release is made of; it never leaves this module."""

    jobs: Table
    amounts: Table
    rates: dict[str, Table]


def releases(session: Session, district_id: int) -> list[Release]:
    """The latest first."""
    query = select(IndicatorSnapshot).where(
        IndicatorSnapshot.district_id == district_id, IndicatorSnapshot.code == RELEASE
    )
    return [_release(row) for row in session.scalars(query.order_by(IndicatorSnapshot.month.desc()))]


def _release(row: IndicatorSnapshot) -> Release:
    kept = row.breakdown or {}
    groups = {
        kind: {code: (pair[0], pair[1]) for code, pair in found.items()} for kind, found in kept["groups"].items()
    }
    return Release(row.month, kept["figures"], groups)


def release_due(engine: Engine, now: datetime) -> int:
    """Every closed month of every district that was not released; counted before anything is locked."""
    with reading(engine) as session:
        made = [row for district_id in session.scalars(select(District.id)) for row in _due(session, district_id, now)]
    with unit_of_work(engine) as session:
        session.add_all(made)
    return len(made)


def _due(session: Session, district_id: int, now: datetime) -> list[IndicatorSnapshot]:
    before = releases(session, district_id)
    known = before[:LOOKED_BACK]
    made: list[IndicatorSnapshot] = []
    for month in _closed_after(session, district_id, before[0].month if before else None):
        release = make(session, district_id, month, known)
        known = [release, *known][:LOOKED_BACK]
        stored: dict[str, Any] = {"figures": release.figures, "groups": release.groups}
        made.append(
            IndicatorSnapshot(district_id=district_id, code=RELEASE, month=month, breakdown=stored, made_at=now)
        )
    return made


def _closed_after(session: Session, district_id: int, last: date | None) -> list[date]:
    """Months of which the snapshots are there; at the first run the latest ones only."""
    query = select(IndicatorSnapshot.month).where(
        IndicatorSnapshot.district_id == district_id, IndicatorSnapshot.code != RELEASE
    )
    months = sorted(session.scalars(query.distinct()))
    return months[-LOOKED_BACK:] if last is None else [month for month in months if month > last]


def make(session: Session, district_id: int, month: date, known: Iterable[Release]) -> Release:
    """Suppressed beside every earlier release, of which the firms are looked up again."""
    now, before = _read(session, district_id, month), [(_read(session, district_id, one.month), one) for one in known]
    tables = [now.amounts, *(old.amounts for old, _release in before)]
    inner = {place for table in tables for place in table.places if TOTAL not in place}
    earlier_hidden = [(old, _hidden(old.amounts, release)) for old, release in before]
    shown = publish_together(
        {JOBS: now.jobs, AMOUNT: now.amounts},
        {
            JOBS: [(old.jobs, hidden) for old, hidden in earlier_hidden],
            AMOUNT: [(old.amounts, hidden) for old, hidden in earlier_hidden],
        },
        left_out=inner,
    )
    total = shown[AMOUNT].values[TOTAL, TOTAL]
    firms = len(now.amounts.at((TOTAL, TOTAL)))
    figures: dict[str, float | None] = {
        JOBS: shown[JOBS].values[TOTAL, TOTAL],
        AMOUNT: total,
        FIRMS: None if total is None else firms,
    }
    figures |= _rates(session, district_id, month, now, before)
    return Release(month, figures, _groups(shown[JOBS], shown[AMOUNT]))


def _hidden(table: Table, release: Release) -> frozenset[Place]:
    """Every cell, and the totals that this release did not show."""
    rows, columns = release.groups[NEIGHBOURHOOD], release.groups[ITEM]
    shown = {(code, TOTAL) for code, pair in rows.items() if pair[1] is not None}
    shown |= {(TOTAL, code) for code, pair in columns.items() if pair[1] is not None}
    if release.figures.get(AMOUNT) is not None:
        shown.add((TOTAL, TOTAL))
    return frozenset(place for place in table.places if place not in shown and table.value(place))


def _groups(jobs: PublishedTable, amounts: PublishedTable) -> dict[str, dict[str, Pair]]:
    def pair(place: Place) -> Pair:
        return jobs.values[place], amounts.values[place]

    return {
        NEIGHBOURHOOD: {row: pair((row, TOTAL)) for row in jobs.rows},
        ITEM: {column: pair((TOTAL, column)) for column in jobs.columns},
    }


def _rates(
    session: Session, district_id: int, month: date, now: _Month, before: list[tuple[_Month, Release]]
) -> dict[str, float | None]:
    """Rates that were measured, each shown only if the firms behind it may be."""
    found: dict[str, float | None] = {}
    for code, table in now.rates.items():
        measured = snapshots.latest(session, district_id, code, month)
        if measured is None or measured.value is None:
            continue
        hid = [(old.rates[code], release.figures.get(code) is None) for old, release in before]
        earlier = [(old, frozenset(old.places) if hidden else frozenset()) for old, hidden in hid]
        shown = publish(table, earlier).values[TOTAL, TOTAL]
        found[code] = round(measured.value, 1) if shown else None
    return found


def _read(session: Session, district_id: int, month: date) -> _Month:
    period = Period.month(month)
    jobs: dict[Place, dict[int, int]] = {}
    amounts: dict[Place, dict[int, int]] = {}
    for factory, place, item, count, amount in session.execute(_linked(district_id, period)):
        cell = (place or NOT_KNOWN, item)
        jobs.setdefault(cell, {})[factory] = int(count)
        amounts.setdefault(cell, {})[factory] = int(amount)
    rows, columns = tuple(sorted({row for row, _c in jobs})), tuple(sorted({column for _r, column in jobs}))
    rates = {code: _alone(session, query) for code, query in _bases(district_id, period).items()}
    return _Month(Table(rows, columns, jobs), Table(rows, columns, amounts), rates)


def _linked(district_id: int, period: Period) -> Select[*tuple[Any, ...]]:
    """The jobs that the indicators count, by firm, its neighbourhood and the item."""
    columns = Firm.id, Neighbourhood.code, Order.item
    query = orders.jobs(district_id, period, *columns, func.count(), func.sum(orders.AMOUNT))
    return query.outerjoin(Neighbourhood, Neighbourhood.id == Firm.neighbourhood_id).group_by(*columns)


def _bases(district_id: int, period: Period) -> dict[str, Select[*tuple[Any, ...]]]:
    """By rate, the firms behind it and how much of it each is: of the same rows that the indicator is counted from."""
    weeks = (
        select(CapacityWeek.factory_id, func.sum(CapacityWeek.open_hundredths))
        .join(Factory, Factory.id == CapacityWeek.factory_id)
        .where(*working(district_id), CapacityWeek.starts_on.between(period.first, period.last))
        .where(CapacityWeek.open_hundredths > 0)
        .group_by(CapacityWeek.factory_id)
    )
    quotes = (
        select(Firm.id, func.count())
        .join(Factory, Firm.id == func.coalesce(Factory.merged_into_id, Factory.id))
        .join(QuoteRequest, QuoteRequest.factory_id == Factory.id)
        .join(Quote, Quote.request_id == QuoteRequest.id)
        .join(Brief, Brief.id == QuoteRequest.brief_id)
        .where(Brief.district_id == district_id, *period.holds(Brief.published_at))
        .group_by(Firm.id)
    )
    delivered = _of_delivered(district_id, period)
    return {
        "capacity_utilisation": weeks,
        "quote_response_hours": quotes,
        "on_time_rate": delivered,
        "first_pass_rate": delivered.where(Order.accepted_at.is_not(None) | delivery.had_rework()),
    }


def _of_delivered(district_id: int, period: Period) -> Select[*tuple[Any, ...]]:
    return (
        select(Firm.id, func.count())
        .join(Factory, Firm.id == func.coalesce(Factory.merged_into_id, Factory.id))
        .join(OrderLine, OrderLine.factory_id == Factory.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(*delivery.delivered(district_id, period), OrderLine.status != LineStatus.DROPPED)
        .group_by(Firm.id)
    )


def _alone(session: Session, query: Select[*tuple[Any, ...]]) -> Table:
    """One cell with the firms of the query."""
    firms = Counter({factory: int(weight) for factory, weight in session.execute(query)})
    return Table((RELEASE,), (RELEASE,), {(RELEASE, RELEASE): firms})
