"""Figures from outside the platform: taken in with their source, all rows or none; a correction replaces no history."""

from __future__ import annotations

import math
import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from garment_hub import audit
from garment_hub.registry.cells import clean, is_blank
from garment_hub.registry.reading import Unreadable, read_table
from models import indicators
from models.audit import AuditAction
from models.district import District
from models.errors import DomainError, Invalid
from models.statistic import Statistic
from models.user import User

MOST_ROWS = 2_000
HEADINGS_WITHIN = 10  # rows
EARLIEST = 1950
LONGEST = {"scope": 120, "source": 400}
MOST = 10.0**15
COLUMNS = {
    "code": ("code", "지표", "지표명", "지표코드", "통계", "indicator", "indicatore", "codice"),
    "value": ("value", "값", "수치", "통계값", "valore"),
    "first": ("first", "firston", "시작일", "첫날", "from", "dal", "inizio"),
    "last": ("last", "laston", "종료일", "마지막날", "to", "al", "fine"),
    "year": ("year", "연도", "년도", "기준연도", "anno"),
    "month": ("month", "월", "기준월", "연월", "mese"),
    "scope": ("scope", "범위", "대상", "지역", "ambito"),
    "source": ("source", "출처", "fonte"),
}
_DAY = re.compile(r"(\d{4})[-./년 ]+(\d{1,2})[-./월 ]+(\d{1,2})일?\.?(?: 00:00(?::00)?)?")
_MONTH = re.compile(r"(\d{4})[-./년 ]+(\d{1,2})월?\.?")
_YEAR = re.compile(r"(\d{4})(?:\.0)?년?")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that can be taken in."""

    code: str
    first_on: date
    last_on: date
    value: float
    scope: str
    source: str

    @property
    def about(self) -> tuple[str, date, date, str]:
        """What a later figure must share to be its correction."""
        return self.code, self.first_on, self.last_on, self.scope.casefold()


@dataclass(frozen=True, slots=True)
class Added:
    added: int
    replaced: int
    unchanged: int


class WrongRows(Exception):
    """Nothing was taken in. ``rows``: number of the row in the file, and what is wrong with it."""

    def __init__(self, rows: list[tuple[int, DomainError]]) -> None:
        super().__init__(len(rows))
        self.rows = rows


def read_file(data: bytes, today: date) -> list[Figure]:
    """Every row of a table as a figure; Unreadable for what is no such table, WrongRows names the rows."""
    rows = list(read_table(data, MOST_ROWS + HEADINGS_WITHIN + 1).rows)
    head, columns = _headings(rows)
    filled = [(number, row) for number, row in enumerate(rows[head + 1 :], head + 2) if any(map(str.strip, row))]
    if not filled:
        raise Unreadable("statistics_none")
    if len(filled) > MOST_ROWS:
        raise Unreadable("statistics_too_many", most=MOST_ROWS)
    return _figures(filled, columns, today)


def _figures(filled: list[tuple[int, list[str]]], columns: Mapping[str, int], today: date) -> list[Figure]:
    found: dict[tuple[str, date, date, str], int] = {}
    figures, wrong = [], list[tuple[int, DomainError]]()
    for number, row in filled:
        try:
            figure = read_figure({name: row[at] if at < len(row) else "" for name, at in columns.items()}, today)
            if figure.about in found:
                raise Invalid("statistic_twice", row=found[figure.about])
        except Invalid as error:
            wrong.append((number, error))
        else:
            found[figure.about] = number
            figures.append(figure)
    if wrong:
        raise WrongRows(wrong)
    return figures


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The first row that names indicator, value, source, scope and a period; names of columns may stand anywhere."""
    for number, row in enumerate(rows[:HEADINGS_WITHIN]):
        words = [_plain(cell) for cell in row]
        columns = {name: words.index(one) for name, spellings in COLUMNS.items() for one in spellings if one in words}
        if {"code", "value", "scope", "source"} <= columns.keys() and columns.keys() & {"first", "year", "month"}:
            return number, columns
    raise Unreadable("statistics_columns_missing")


def read_figure(cells: Mapping[str, str], today: date) -> Figure:
    """A row in words as a figure; Invalid says which of its fields is wrong."""
    code = _code(clean(cells.get("code", "")))
    value = _value(clean(cells.get("value", "")))
    first, last = _period({name: clean(cells.get(name, "")) for name in ("first", "last", "year", "month")})
    if first > last:
        raise Invalid("statistic_period_turned", field="last")
    if first > today:
        raise Invalid("statistic_in_future", field="first")
    return Figure(code, first, last, value, _words(cells, "scope"), _words(cells, "source"))


def _code(text: str) -> str:
    if not text:
        raise Invalid("statistic_indicator_missing", field="code")
    found = _by_name().get(_plain(text))
    if found is None:
        raise Invalid("statistic_indicator_unknown", field="code", text=text[:40])
    return found


@cache
def _by_name() -> dict[str, str]:
    """Code and names in all languages -> code."""
    table = indicators.definitions().values()
    return {_plain(word): one.code for one in table for word in (one.code, *one.names.values())}


def _plain(text: str) -> str:
    """Without spaces, signs and case, so that 참여 업체 (실업체) is 참여업체(실업체)."""
    return re.sub(r"[\s_()·/-]", "", unicodedata.normalize("NFKC", text)).casefold()


def _value(text: str) -> float:
    if not text:
        raise Invalid("statistic_value_missing", field="value")
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").removesuffix("%")
    number = float(plain) if re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,18})?", plain, re.ASCII) else math.nan
    if not abs(number) <= MOST:
        raise Invalid("statistic_value_wrong", field="value", text=text[:40])
    return number


def _period(cells: Mapping[str, str]) -> tuple[date, date]:
    """First and last day, or those of a month, or of a year: the most exact that is given."""
    if cells["first"] or cells["last"]:
        return _day(cells["first"], "first"), _day(cells["last"] or cells["first"], "last")
    if cells["month"]:
        return _month(cells["month"], cells["year"])
    if not cells["year"]:
        raise Invalid("statistic_period_missing", field="first")
    found = _YEAR.fullmatch(cells["year"])
    if not found or int(found[1]) < EARLIEST:
        raise Invalid("statistic_period_wrong", field="first", text=cells["year"][:40])
    return date(int(found[1]), 1, 1), date(int(found[1]), 12, 31)


def _day(text: str, name: str) -> date:
    found = _DAY.fullmatch(text)
    with suppress(ValueError):
        if found and int(found[1]) >= EARLIEST:
            return date(*(int(part) for part in found.groups()))
    raise Invalid("statistic_period_wrong" if text else "statistic_period_missing", field=name, text=text[:40])


def _month(text: str, year: str) -> tuple[date, date]:
    """2026-03 or 2026년 3월; a bare 3 belongs to the year beside it."""
    if bare := re.fullmatch(r"(\d{1,2})(?:\.0)?월?", text):
        text = f"{year.removesuffix('.0').removesuffix('년')}-{bare[1]}"
    if whole_day := _DAY.fullmatch(text):
        text = f"{whole_day[1]}-{whole_day[2]}"
    found = _MONTH.fullmatch(text)
    if not found or int(found[1]) < EARLIEST or not 1 <= int(found[2]) <= 12:
        raise Invalid("statistic_period_wrong", field="first", text=text[:40])
    first = date(int(found[1]), int(found[2]), 1)
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _words(cells: Mapping[str, str], name: str) -> str:
    text = cells.get(name, "")
    if is_blank(text):
        raise Invalid(f"statistic_{name}_missing", field=name)
    text = clean(text)
    if len(text) > LONGEST[name]:
        raise Invalid("statistic_words_too_long", field=name, most=LONGEST[name])
    return text


def add(session: Session, district: District, actor: User, figures: Sequence[Figure], now: datetime) -> Added:
    """Write them down. One about the same as an earlier one corrects it: the earlier row stays, marked as replaced."""
    current = {
        (row.code, row.first_on, row.last_on, row.scope.casefold()): row
        for row in session.scalars(
            select(Statistic)
            .where(Statistic.district_id == district.id, Statistic.replaced_at.is_(None))
            .where(Statistic.code.in_({figure.code for figure in figures}))
            .with_for_update()
        )
    }
    new = [figure for figure in figures if not _says_the_same(current.get(figure.about), figure)]
    replaced = [current[figure.about] for figure in new if figure.about in current]
    for row in replaced:
        row.replaced_at = now
    for figure in new:
        session.add(
            Statistic(
                district_id=district.id, code=figure.code, first_on=figure.first_on, last_on=figure.last_on,
                value=figure.value, scope=figure.scope, source=figure.source, added_by_id=actor.id, added_at=now,
            )
        )  # fmt: skip
    if new:
        audit.record(session, actor, AuditAction.STATISTICS_ADDED, district, count=len(new), replaced=len(replaced))
    return Added(len(new), len(replaced), len(figures) - len(new))


def _says_the_same(row: Statistic | None, figure: Figure) -> bool:
    return row is not None and (row.value, row.source) == (figure.value, figure.source)


def history(session: Session, district_id: int, most: int) -> list[Statistic]:
    """All that was taken in, the newest first, the replaced ones among them."""
    query = select(Statistic).where(Statistic.district_id == district_id).options(joinedload(Statistic.added_by))
    return list(session.scalars(query.order_by(Statistic.id.desc()).limit(most)))


def count(session: Session, district_id: int) -> int:
    query = select(func.count()).select_from(Statistic).where(Statistic.district_id == district_id)
    return session.scalar(query) or 0


def newest(session: Session, district_id: int) -> dict[str, Statistic]:
    """By indicator, the valid figure of the latest period."""
    query = select(Statistic).where(Statistic.district_id == district_id, Statistic.replaced_at.is_(None))
    return {row.code: row for row in session.scalars(query.order_by(Statistic.last_on, Statistic.id))}
