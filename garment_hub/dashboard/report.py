"""The yearly report of a district: what was linked month by month, the indicators of the year, outside statistics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.dashboard import council, ledger
from garment_hub.dashboard.indicators import MEASURES, STOCKS, THEMES, Period
from garment_hub.dashboard.indicators.scopes import SCOPES
from garment_hub.dashboard.snapshots import first_month, rows_of
from garment_hub.labels import place_name, said
from models.district import District
from models.factory import Factory
from models.indicators import definitions, published_values
from models.statistic import Statistic

_PER_MONTH = re.compile(r"/월| per month| al mese")  # of a unit; the report counts years


@dataclass(frozen=True, slots=True)
class Outside:
    """A figure of a source outside; ``value`` as the source gives it."""

    name: str
    value: str
    unit: str
    time: str
    scope: str
    source: str


@dataclass(frozen=True, slots=True)
class Report:
    """``last`` is the last day it speaks of. ``months``: first day, jobs and won of each month."""

    year: int
    last: date
    months: Sequence[tuple[date, float | None, float | None]]
    places: Sequence[tuple[str, council.Linked]]
    themes: Sequence[ledger.Theme]
    outside: Sequence[Outside]


def of_year(session: Session, district: District, year: int, today: date) -> Report:
    last = min(date(year, 12, 31), today)
    months = [date(year, number, 1) for number in range(1, last.month + 1)]
    counts, amounts = (
        ledger.read_one(session, district.id, code, months, today).cells
        for code in ("jobs_linked_count", "jobs_linked_amount")
    )
    return Report(
        year=year,
        last=last,
        months=[(one.month, one.value, other.value) for one, other in zip(counts, amounts, strict=True)],
        places=_places(session, district, year),
        themes=_themes(session, district.id, year, today),
        outside=_outside(session, district, last),
    )


def _places(session: Session, district: District, year: int) -> list[tuple[str, council.Linked]]:
    """What was linked by the firm's neighbourhood, most jobs first; an empty name where it is not known."""
    names = {place.id: place_name(place) for place in district.neighbourhoods}
    found = council.linked_by(session, district.id, year, Factory.neighbourhood_id)
    named = [(names.get(place, ""), linked) for place, linked in found.items()]
    return sorted(named, key=lambda pair: (-pair[1].jobs, pair[0]))


def _themes(session: Session, district_id: int, year: int, today: date) -> list[ledger.Theme]:
    """The year and the one before; of the register, how it stood at the end, if that was written down."""
    return [
        ledger.Theme(
            name,
            title,
            [_entry(session, district_id, code, year, today) for code in functions],
        )
        for name, (title, functions) in THEMES.items()
        if functions.keys() <= MEASURES.keys()
    ]


def _entry(session: Session, district_id: int, code: str, year: int, today: date) -> ledger.Entry:
    its = definitions()[code]
    cells = [_cell(session, district_id, code, one, today) for one in (year, year - 1)]
    name, unit, definition = ledger.words(its)
    return ledger.Entry(code, name, _PER_MONTH.sub("", unit), definition, said(its.formula), SCOPES[code], cells)


def _cell(session: Session, district_id: int, code: str, year: int, today: date) -> ledger.Cell:
    first, last = date(year, 1, 1), date(year, 12, 31)
    if code in STOCKS and last < today:
        kept = rows_of(session, district_id, last.replace(day=1), last).get((code, last.replace(day=1)))
        return ledger.Cell(first, kept[-1].value if kept else None, is_kept=bool(kept))
    if last < first_month(session, district_id):
        return ledger.Cell(first, None)
    figure = MEASURES[code](session, district_id, Period(first, min(last, today)))
    return ledger.Cell(first, figure.value, figure.out_of)


def _outside(session: Session, district: District, last: date) -> list[Outside]:
    """What staff entered, and what was published before."""
    query = (
        select(Statistic)
        .where(Statistic.district_id == district.id, Statistic.replaced_at.is_(None), Statistic.first_on <= last)
        .order_by(Statistic.code, Statistic.first_on)
    )
    entered = [
        _named(row.code, ledger.shown(row.value), f"{row.first_on} – {row.last_on}", row.scope, row.source)
        for row in session.scalars(query)
    ]
    published = [
        _named(code, one.value, said(one.year), "", said(one.source))
        for code, one in published_values(district.code).items()
    ]
    return entered + published


def _named(code: str, value: str, time: str, scope: str, source: str) -> Outside:
    its = definitions().get(code)
    name, unit, _definition = ledger.words(its) if its else (code, "", "")
    return Outside(name, value, unit, time, scope, source)
