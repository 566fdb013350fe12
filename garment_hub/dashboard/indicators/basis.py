"""What every indicator is made of: a figure that says what it is, and the period it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnExpressionArgument, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from garment_hub.dashboard.indicators.scopes import SCOPES
from garment_hub.labels import locale_code
from models.capacity import SEOUL
from models.factory import Factory, OperatingStatus, Sector
from models.indicators import definitions

FRESH_DAYS = 28
PERIOD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure that says what it is. ``value`` None: nothing to count yet. ``out_of``: the whole it is part of.

    ``code`` names its row of ``models.indicators``; ``scope`` says over what exactly it was counted here.
    """

    name: object
    value: float | None
    unit: object
    definition: object
    out_of: int | None = None
    code: str | None = None
    scope: object = ""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both included, in Korean time."""

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, days: int = PERIOD_DAYS) -> Period:
        return cls(last - timedelta(days=days - 1), last)

    @classmethod
    def month(cls, day: date) -> Period:
        """The calendar month that holds ``day``."""
        first = day.replace(day=1)
        return cls(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When it begins, and when the next one does."""
        days = self.first, self.last + timedelta(days=1)
        start, after = (datetime.combine(day, time(), SEOUL).astimezone(UTC) for day in days)
        return start, after

    def holds(self, column: InstrumentedAttribute[Any]) -> list[ColumnExpressionArgument[bool]]:
        start, after = self.moments
        return [column >= start, column < after]


DECIMALS = 4  # more would make a correction out of how a machine adds up


def measured(code: str, value: float | None, out_of: float | None = None, scope: object = None) -> Indicator:
    """The figure in the words of its definition."""
    return Indicator(
        name=LazyString(_in_words, code, "names"),
        value=None if value is None else round(float(value), DECIMALS),
        unit=LazyString(_in_words, code, "units"),
        definition=LazyString(_in_words, code, "definitions"),
        out_of=None if out_of is None else int(out_of),
        code=code,
        scope=scope or SCOPES[code],
    )


def _in_words(code: str, what: str) -> str:
    """In the reader's language or else in English; asked for only where there is a reader."""
    texts: dict[str, str] = getattr(definitions()[code], what)
    return texts[locale_code()] or texts["en"]


def share(code: str, part: float | None, whole: float | None) -> Indicator:
    """Percent; of nothing there is none."""
    return measured(code, 100 * float(part or 0) / float(whole) if whole else None, whole or 0)


PLACES = lazy_gettext("places")
CASES = lazy_gettext("cases")


def working(district_id: int) -> list[ColumnExpressionArgument[bool]]:
    """Garment factories on the register that have not closed, listed to the public or not."""
    return [
        Factory.district_id == district_id,
        Factory.sector == Sector.GARMENT,
        Factory.status != OperatingStatus.CLOSED,
        Factory.merged_into_id.is_(None),
    ]


def count(session: Session, table: type, *conditions: ColumnExpressionArgument[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


Function = Callable[[Session, int, Period], Indicator]
