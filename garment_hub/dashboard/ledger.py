"""The ledger of a district: every indicator with its months, from what was kept and, where nothing was, from today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators import MEASURES, OUTSIDE, STOCKS, THEMES, Function, Period
from garment_hub.dashboard.indicators.scopes import SCOPES
from garment_hub.dashboard.snapshots import Rows, first_month, months_before, rows_of
from garment_hub.labels import locale_code, said
from models.indicator_snapshot import IndicatorSnapshot
from models.indicators import Definition, definitions


@dataclass(frozen=True, slots=True)
class Cell:
    """The figure of one month. ``first``: what was published before it was corrected. ``is_kept``: it is final."""

    month: date
    value: float | None
    out_of: int | None = None
    first: float | None = None
    is_corrected: bool = False
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator in words, and its months as they were asked for."""

    code: str
    name: str
    unit: str
    definition: str
    formula: str
    scope: object
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Theme:
    name: str
    title: object
    entries: Sequence[Entry]


def months_beside(month: date) -> list[date]:
    """The month, the one before, and the same a year ago."""
    return [month, months_before(month, 1), months_before(month, 12)]


def read(session: Session, district_id: int, months: Sequence[date], today: date) -> list[Theme]:
    """Every indicator of every theme, each with these months."""
    kept = rows_of(session, district_id, min(months), max(months))
    return [
        Theme(
            name,
            title,
            [_entry(session, district_id, code, function, months, kept, today) for code, function in found.items()],
        )
        for name, (title, found) in THEMES.items()
    ]


def read_one(session: Session, district_id: int, code: str, months: Sequence[date], today: date) -> Entry:
    function = MEASURES.get(code) or OUTSIDE[code]
    kept = rows_of(session, district_id, min(months), max(months))
    return _entry(session, district_id, code, function, months, kept, today)


def _entry(
    session: Session,
    district_id: int,
    code: str,
    function: Function,
    months: Iterable[date],
    kept: Rows,
    today: date,
) -> Entry:
    its = definitions()[code]
    if code in OUTSIDE:
        found = [(month, function(session, district_id, Period.month(month))) for month in months]
        cells, scope = [Cell(month, figure.value) for month, figure in found], found[0][1].scope
    else:
        scope, began = SCOPES[code], first_month(session, district_id)
        cells = [
            _kept(month, kept[code, month])
            if (code, month) in kept
            else Cell(month, None)
            if month < began
            else _counted(session, district_id, code, function, month, today)
            for month in months
        ]
    return Entry(code, *words(its), said(its.formula), scope, cells)


def words(its: Definition) -> tuple[str, str, str]:
    """Name, unit and definition in the reader's language, or in English."""
    language = locale_code()
    name, unit, definition = (texts[language] or texts["en"] for texts in (its.names, its.units, its.definitions))
    return name, unit, definition


def _kept(month: date, rows: Sequence[IndicatorSnapshot]) -> Cell:
    last, is_corrected = rows[-1], len(rows) > 1
    out_of = None if last.out_of is None else int(last.out_of)
    return Cell(month, last.value, out_of, rows[0].value if is_corrected else None, is_corrected, is_kept=True)


def _counted(session: Session, district_id: int, code: str, function: Function, month: date, today: date) -> Cell:
    """As of now; of what only the present knows, nothing can be said about a month that has passed."""
    if code in STOCKS and Period.month(month).last < today:
        return Cell(month, None)
    figure = function(session, district_id, Period.month(month))
    return Cell(month, figure.value, figure.out_of)


def shown(value: float | None) -> str:
    """As a table shows it: thousands apart, decimals where they say something, a dash for nothing."""
    if value is None:
        return "–"
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.3f}"
