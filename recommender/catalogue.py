"""The facts of all factories in columns: what rules and signals read at query time, edited row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

import numpy as np

from recommender.feasibility import DoesProcesses, stated_answer
from recommender.free_time import FreeTime
from recommender.labels import Array, Distinct, Members, Planes, resized
from recommender.price import beyond, stands_for
from recommender.rates import RateTable
from recommender.types import NOTHING_STATED, Answer, FactoryFeatures, Place, Stated

#: Stands in integer columns for what nobody has stated.
NOT_STATED = -1
CHUNK = 8_192
#: Price bases that are kept.
MOST_BASES = 1_000
_INTEGERS = ("people", "minimum_order_quantity", "lead_time_days", "price_floor_krw")
_DAYS = ("verified_on", "confirmed_on")
_STATED = ("categories", "fabrics", "machines", "markets", "difficulties")

_Work = tuple[Stated, Stated]


class Catalogue:
    """Facts of factories, one row each; rows stay where they are, those of removed factories are no longer active.

    Parameters
    ----------
    stage_of : mapping of str to str
        Process code to stage code.

    Attributes
    ----------
    ids : list of str
        Factory of each row.
    change_number : int
        Counts the edits.
    """

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        self.ids: list[str] = []
        self.row_of: dict[str, int] = {}
        self.change_number = 0
        self.removed: set[int] = set()
        self.numbers = {name: np.zeros(0, dtype=np.int32) for name in (*_INTEGERS, *_DAYS, "vat")}
        self.exposure = np.zeros(0)
        self.places = np.zeros((2, 0))
        self.directions = np.zeros((3, 0))
        self.rates = RateTable()
        self._stage_of = stage_of
        self.is_shared_room = np.zeros(0, dtype=bool)
        self.active = np.zeros(0, dtype=np.uint8)
        self.free_time = FreeTime()
        self.items = Distinct(NOTHING_STATED)
        self.work: Distinct[_Work] = Distinct((NOTHING_STATED, NOTHING_STATED))
        self.stated = {name: Distinct(NOTHING_STATED) for name in _STATED}
        self.price_includes: Distinct[frozenset[str]] = Distinct(frozenset())
        self._price_members = Members(self.price_includes)
        self._covered: dict[frozenset[str], Array] = {}
        self.certificates: Distinct[tuple[tuple[str, date | None], ...]] = Distinct(())
        self.item_planes = Planes(self.items, _spoken, stated_answer)
        self.work_planes = _work_planes(self.work, stage_of)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def size(self) -> int:
        """Factories that have not been removed."""
        return len(self.ids) - len(self.removed)

    def rows(self) -> Array:
        """Rows of the factories that have not been removed."""
        rows = np.arange(len(self.ids))
        return np.delete(rows, sorted(self.removed)) if self.removed else rows

    def write(self, factories: Sequence[FactoryFeatures]) -> Array:
        """Put in or replace factories; the last of equal ids stays.

        Returns
        -------
        ndarray of int
            Their rows.
        """
        rows = np.array([self._row(factory.id) for factory in factories], dtype=np.int64)
        if not len(rows):
            return rows
        if len(self.ids) > len(self.exposure):
            self.reserve(len(self.ids) + len(self.ids) // 8)
        self._write_numbers(rows, factories)
        self.rates.write(rows.tolist(), (factory.rates for factory in factories))
        self._write_labels(rows, factories)
        self.free_time.write(rows.tolist(), factories)
        self._set_active(rows.tolist(), [factory.is_active for factory in factories])
        self.change_number += 1
        return rows

    def write_free_weeks(self, factory: str, weeks: Any) -> None:
        """Replace the free weeks of one factory: the edit that happens most.

        Raises
        ------
        KeyError
            If the factory is not there.
        """
        self.free_time.write_one(self.row_of[factory], weeks)
        self.change_number += 1

    def write_exposure(self, factory: str, exposure: float) -> None:
        """Replace how often one factory was shown; see `write_free_weeks`."""
        self.exposure[self.row_of[factory]] = exposure
        self.change_number += 1

    def remove(self, ids: Iterable[str]) -> None:
        """Take factories out; ids that are not there are no error, since an edit may be told twice."""
        rows = [self.row_of[one] for one in ids if one in self.row_of]
        self._set_active(rows, [False] * len(rows))
        self.removed.update(rows)
        self.change_number += 1

    def facts(self, row: int) -> FactoryFeatures:
        """The factory as it was written, without its text, and with one rate for each item and stage."""
        numbers: dict[str, Any] = {name: _stated_number(self.numbers[name][row]) for name in _INTEGERS}
        lists: dict[str, Any] = {name: column[row] for name, column in self.stated.items()}
        vat = _stated_number(self.numbers["vat"][row])
        processes, stages = self.work[row]
        lat, lon = self.places[:, row].tolist()
        return FactoryFeatures(
            id=self.ids[row],
            is_active=bool(self.active[row >> 3] >> (7 - (row & 7)) & 1),
            items=self.items[row],
            processes=processes,
            stages=stages,
            **lists,
            **numbers,
            **{name: _stated_day(self.numbers[name][row]) for name in _DAYS},
            certificates_until=dict(self.certificates[row]),
            price_vat_included=None if vat is None else bool(vat),
            price_includes=self.price_includes[row],
            rates=self.rates.of(row),
            free_weeks=self.free_time.weeks_of(row),
            place=None if np.isnan(lat) else Place(lat, lon),
            is_shared_room=bool(self.is_shared_room[row]),
            exposure=float(self.exposure[row]),
        )

    def price_covers(self, asked: frozenset[str]) -> Array:
        """For each different price basis whether it covers nothing beyond what is asked, and all of it; shape (2, n).

        Kept for what was asked before, until a factory brings a basis nobody had.
        """
        if self._price_members.learn() or len(self._covered) > MOST_BASES:
            self._covered.clear()
        if asked not in self._covered:
            codes, stage_of = self._price_members.codes, self._stage_of
            kinds = [
                [True, beyond(code, asked, stage_of), *(stands_for(code, one, stage_of) for one in asked)]
                for code in codes
            ]
            table = np.array(kinds, dtype=np.float32).reshape(len(codes), 2 + len(asked))
            every, strange, *found = self._price_members.counts(table).T
            is_stated = every > 0
            self._covered[asked] = np.array(
                [is_stated & (strange == 0), np.logical_and.reduce([is_stated, *(one > 0 for one in found)])]
            )
        return self._covered[asked]

    def _row(self, identity: str) -> int:
        row = self.row_of.setdefault(identity, len(self.ids))
        if row == len(self.ids):
            self.ids.append(identity)
        self.removed.discard(row)
        return row

    def reserve(self, capacity: int) -> None:
        """Make room for so many factories at once: growing bit by bit copies every column each time."""
        capacity += 64
        self.numbers = {name: resized(one, capacity, NOT_STATED) for name, one in self.numbers.items()}
        self.exposure = resized(self.exposure, capacity, 0.0)
        self.places = resized(self.places, capacity, np.nan, axis=1)
        self.directions = resized(self.directions, capacity, np.nan, axis=1)
        self.is_shared_room = resized(self.is_shared_room, capacity, False)
        self.active = resized(self.active, (capacity + 7) // 8, 0)
        labels: list[Distinct[Any]] = [self.items, self.work, self.price_includes, self.certificates]
        parts: list[Distinct[Any] | RateTable | FreeTime | Planes[Any]] = [*labels, *self.stated.values()]
        for part in (*parts, self.rates, self.free_time, self.item_planes, self.work_planes):
            part.resize(capacity)

    def _write_numbers(self, rows: Array, factories: Sequence[FactoryFeatures]) -> None:
        for name in _INTEGERS:
            self.numbers[name][rows] = [_number(getattr(factory, name)) for factory in factories]
        for name in _DAYS:
            self.numbers[name][rows] = [_ordinal(getattr(factory, name)) for factory in factories]
        self.numbers["vat"][rows] = [_number(one.price_vat_included) for one in factories]
        self.exposure[rows] = [factory.exposure for factory in factories]
        self.is_shared_room[rows] = [factory.is_shared_room for factory in factories]
        places = np.array([_degrees(factory.place) for factory in factories]).T
        self.places[:, rows], self.directions[:, rows] = places, directions(*places)

    def _write_labels(self, rows: Array, factories: Sequence[FactoryFeatures]) -> None:
        self.items.write(rows, (factory.items for factory in factories))
        self.work.write(rows, ((factory.processes, factory.stages) for factory in factories))
        for name, column in self.stated.items():
            column.write(rows, (getattr(factory, name) for factory in factories))
        self.price_includes.write(rows, (factory.price_includes for factory in factories))
        self.certificates.write(rows, (tuple(sorted(one.certificates_until.items(), key=_code)) for one in factories))
        self.item_planes.write(rows)
        self.work_planes.write(rows)

    def _set_active(self, rows: Sequence[int], flags: Sequence[bool]) -> None:
        for row, is_active in zip(rows, flags, strict=True):
            bit = 128 >> (row & 7)
            byte = self.active[row >> 3]
            self.active[row >> 3] = byte | bit if is_active else byte & (255 - bit)


def in_chunks(factories: Iterable[FactoryFeatures]) -> Iterator[list[FactoryFeatures]]:
    """Lists short enough that a million factories need not stand in memory at once."""
    rest = iter(factories)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def directions(lat: Array, lon: Array) -> Array:
    """Unit vectors from degrees, shape (3, n)."""
    lat, lon = np.radians(lat), np.radians(lon)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _work_planes(column: Distinct[_Work], stage_of: Mapping[str, str]) -> Planes[_Work]:
    rule = DoesProcesses(stage_of)
    known = {*stage_of, *stage_of.values()}

    def codes_in(work: _Work) -> set[str]:
        return known.union(*(_spoken(one) for one in work))

    def answer(work: _Work, code: str) -> Answer:
        return rule.answer_one(code, FactoryFeatures("", processes=work[0], stages=work[1]))

    return Planes(column, codes_in, answer, known)


def _spoken(stated: Stated) -> frozenset[str]:
    return stated.has | stated.has_not


def _number(value: int | None) -> int:
    return NOT_STATED if value is None else value


def _ordinal(day: date | None) -> int:
    return NOT_STATED if day is None else day.toordinal()


def _stated_number(value: Any) -> int | None:
    return None if value == NOT_STATED else int(value)


def _stated_day(ordinal: Any) -> Any:
    return None if ordinal == NOT_STATED else date.fromordinal(int(ordinal))


def _degrees(place: Place | None) -> tuple[float, float]:
    return (np.nan, np.nan) if place is None else (place.lat, place.lon)


def _code(pair: tuple[str, date | None]) -> str:
    return pair[0]
