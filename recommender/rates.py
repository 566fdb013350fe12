"""Pieces a day of many factories: a few numbers a row, each with its item and stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from recommender.labels import Array, resized
from recommender.types import Rate

#: Numbers of combined columns that are kept.
MOST_KEPT = 8_000_000
_NO_RATE = -1

Key = tuple[str | None, str | None]


class RateTable:
    """Rates as a table of as many columns as the factory with most rates has."""

    def __init__(self) -> None:
        self._code: dict[Key, int] = {}
        self._codes = np.zeros((1, 0), dtype=np.int16)
        self._pieces = np.zeros((1, 0))
        self._kept: dict[Key, Array] = {}

    def resize(self, capacity: int) -> None:
        self._codes = resized(self._codes, capacity, _NO_RATE, axis=1)
        self._pieces = resized(self._pieces, capacity, np.nan, axis=1)

    def write(self, rows: Iterable[int], rates: Iterable[tuple[Rate, ...]]) -> None:
        """Replace the rates of some rows; of equal item and stage the last one stays, one of no pieces says nothing."""
        self._kept.clear()
        for row, own in zip(rows, rates, strict=True):
            self._codes[:, row] = _NO_RATE
            stated = {(rate.item, rate.stage): rate.pieces_per_day for rate in own if rate.pieces_per_day > 0}
            if len(stated) > len(self._codes):
                self._widen(len(stated))
            for place, (key, pieces) in enumerate(stated.items()):
                self._codes[place, row] = self._code.setdefault(key, len(self._code))
                self._pieces[place, row] = pieces

    def of(self, row: int) -> tuple[Rate, ...]:
        """The rates of one row, by item and stage."""
        keys = list(self._code)
        codes, pieces = self._codes[:, row].tolist(), self._pieces[:, row].tolist()
        stated = [(keys[code], one) for code, one in zip(codes, pieces, strict=True) if code != _NO_RATE]
        return tuple(Rate(one, *key) for key, one in sorted(stated, key=_by_codes))

    def best(self, item: str, stage: str | None) -> Array:
        """Pieces a day of every row for an item and work of one stage, or of several; nan where unknown.

        See `capacity.rate_for`. Kept for what was asked before, until a rate is written.
        """
        if len(self._kept) * self._codes.shape[1] > MOST_KEPT:
            self._kept.clear()
        if (item, stage) not in self._kept:
            found = [self._most_specific(item, one) for one in {None, stage}]
            self._kept[item, stage] = np.fmax(*found) if len(found) > 1 else found[0]
        return self._kept[item, stage]

    def _most_specific(self, item: str, stage: str | None) -> Array:
        own, general = (self._column((which, stage)) for which in (item, None))
        return np.where(np.isnan(own), general, own)

    def _column(self, key: Key) -> Array:
        code = self._code.get(key)
        found = np.full(self._codes.shape[1], np.nan)
        if code is not None:
            for codes, pieces in zip(self._codes, self._pieces, strict=True):
                np.copyto(found, pieces, where=codes == code)
        return found

    def _widen(self, columns: int) -> None:
        self._codes = resized(self._codes, columns, _NO_RATE)
        self._pieces = resized(self._pieces, columns, np.nan)


def _by_codes(pair: tuple[Key, Any]) -> tuple[str, str]:
    item, stage = pair[0]
    return item or "", stage or ""
