"""A month of the calendar in Korean time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

from models.capacity import SEOUL


@dataclass(frozen=True, slots=True)
class Month:
    """``first`` is its first day."""

    first: date

    @classmethod
    def before(cls, day: date) -> Month:
        """The last one that was over on a day."""
        return cls((day.replace(day=1) - timedelta(days=1)).replace(day=1))

    @property
    def next_first(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)

    def holds(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        start, end = (datetime.combine(day, time(), SEOUL) for day in (self.first, self.next_first))
        return and_(column >= start, column < end)
