"""Free time of many factories, cumulated week by week, so that any window costs four look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from recommender.capacity import DAYS_IN_WEEK, window_days
from recommender.labels import resized
from recommender.types import BriefFeatures, FactoryFeatures, FreeWeek

Array = np.ndarray[Any, Any]
_LARGEST = np.iinfo(np.uint16).max
_Weeks = tuple[FreeWeek, ...]


class FreeTime:
    """Columns over factories: free hundredths of a factory-day and stated weeks before each Monday."""

    def __init__(self) -> None:
        self._first: date | None = None
        self._sums = np.zeros((1, 2, 0), dtype=np.uint16)  # week; free hundredths and stated weeks; factory
        self.has_spoken = np.zeros(0, dtype=bool)

    def resize(self, capacity: int) -> None:
        self._sums = resized(self._sums, capacity, 0, axis=2)
        self.has_spoken = resized(self.has_spoken, capacity, False)

    def write(self, rows: Sequence[int], factories: Sequence[FactoryFeatures]) -> None:
        for row, factory in zip(rows, factories, strict=True):
            self.write_one(row, factory.free_weeks)

    def write_one(self, row: int, weeks: _Weeks | None) -> None:
        """Replace the weeks of one factory; None means it has never spoken of its capacity."""
        self.has_spoken[row] = weeks is not None
        if not weeks:
            self._sums[:, :, row] = 0
            return
        places, free = self._places(weeks), [week.free_hundredths for week in weeks]
        each = np.zeros((2, len(self._sums)), dtype=np.int64)
        each[0, places], each[1, places] = free, 1
        np.add.accumulate(each, axis=1, out=each)
        self._widen(int(each[0, -1]), min(free))
        self._sums[:, :, row] = each.T

    def inside(self, brief: BriefFeatures, rows: Array) -> tuple[Array, Array]:
        """Stated free hundredths in the brief's window, and its days without a statement (see `free_hundredths`)."""
        free = np.zeros(len(rows), dtype=np.int64)
        unknown = np.full(len(rows), window_days(brief))
        for first, last, days in self._spans(brief):
            before, after = (self._sums[week].take(rows, axis=1) for week in (first, last))
            span, stated = (after - before).astype(np.int64)
            free += span * days // DAYS_IN_WEEK
            unknown -= stated * days
        return free, unknown

    def weeks_of(self, row: int) -> _Weeks | None:
        """What `write_one` was given, by Monday, each once."""
        if not self.has_spoken[row]:
            return None
        if self._first is None:
            return ()
        free, counts = np.diff(self._sums[:, :, row].T.astype(np.int64)).tolist()
        stated = np.flatnonzero(counts).tolist()
        return tuple(FreeWeek(self._first + timedelta(weeks=place), free[place]) for place in stated)

    def _spans(self, brief: BriefFeatures) -> Iterator[tuple[int, int, int]]:
        """Weeks of the window that are kept: from, up to, and how many days of each lie in the window."""
        if self._first is None or not window_days(brief):
            return
        start, first_day = divmod((brief.starts_on - self._first).days, DAYS_IN_WEEK)
        stop, last_day = divmod((brief.needed_by - self._first).days, DAYS_IN_WEEK)
        spans = [(start, start + 1, last_day - first_day + 1)]
        if start < stop:
            head = (start, start + 1, DAYS_IN_WEEK - first_day)
            spans = [head, (start + 1, stop, DAYS_IN_WEEK), (stop, stop + 1, last_day + 1)]
        for first, last, days in spans:
            first, last = max(first, 0), min(last, len(self._sums) - 1)
            if first < last:
                yield first, last, days

    def _places(self, weeks: _Weeks) -> list[int]:
        """Places right behind each week, after making room for all of them."""
        if self._first is None:
            self._first = weeks[0].starts_on
        first = self._first
        places = [(week.starts_on - first).days // DAYS_IN_WEEK + 1 for week in weeks]
        before, after = 1 - min(places), max(places) + 1 - len(self._sums)
        if before <= 0 and after <= 0:
            return places
        width = max(0, before), max(0, after)
        self._sums = np.pad(self._sums, (width, (0, 0), (0, 0)), mode="edge")
        self._first = first - timedelta(weeks=width[0])
        return [place + width[0] for place in places]

    def _widen(self, most: int, least: int) -> None:
        if self._sums.dtype == np.uint16 and (most > _LARGEST or least < 0):
            self._sums = self._sums.astype(np.int64)
