"""The parts of the score: each learns from the log, gives plain numbers as evidence, and turns these into [0, 1]."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import numpy as np

from recommender.catalogue import Catalogue, directions
from recommender.exposure import fair_turns, units
from recommender.history import PairAffinity
from recommender.labels import Array, resized
from recommender.survey import Columns
from recommender.types import FactoryFeatures, Outcome, Place

Values = np.ndarray[Any, np.dtype[np.float64]]
#: Numbers learnt about the factories of some columns, by name, shape (n,) or one for all; nan where nothing is known.
Evidence = Mapping[str, Array]

EARTH_KM = 6371.0088
DAYS_IN_MONTH = 365.25 / 12
PSEUDO_ORDERS = 5
#: Evidence keeps 9 decimals, so that a tie is a tie on every machine.
DECIMALS = 9


def known_on(log: Iterable[Outcome], as_of: date) -> list[Outcome]:
    """The rows as they could be read on a day.

    Rows ordered later are gone (an undated row is dated by its delivery); where the delivery is later, the row stays
    and its outcome is not known yet. Rows without any date stay.
    """
    known = []
    for row in log:
        if (day := row.ordered_on or row.delivered_on) is not None and day > as_of:
            continue
        if row.delivered_on is not None and row.delivered_on > as_of:
            row = replace(row, delivered_on=None, on_time=None, passed_first_inspection=None)
        known.append(row)
    return known


def orders(log: Iterable[Outcome]) -> list[Outcome]:
    """Rows that became orders: an answered request is none yet."""
    return [row for row in log if row.is_order and row.accepted is not False]


def for_others(log: Iterable[Outcome]) -> list[Outcome]:
    """Rows that may speak about a factory to another buyer than their own."""
    return [row for row in log if row.counts_for_others]


def _pairs(log: Iterable[Outcome]) -> list[tuple[str, str]]:
    return [(row.buyer, row.factory) for row in log]


class Signal(ABC):
    """One part of the score.

    `fit` learns, `evidence` gives what is needed of it as plain numbers, `value` is a pure function of the brief, the
    facts in columns and the evidence: the same call scores a new list and replays a stored one.
    """

    name: ClassVar[str]

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        self.stage_of = stage_of

    def learn_facts(self, factories: Sequence[FactoryFeatures]) -> None:  # noqa: B027 (a hook most leave empty)
        """Learn from the register itself, offline; most signals have nothing to learn there."""

    def fit(self, log: Sequence[Outcome], as_of: date) -> Signal:
        """Learn from the rows known on ``as_of``; most signals have nothing to learn."""
        return self

    def write(self, catalogue: Catalogue, rows: Array, factories: Sequence[FactoryFeatures]) -> None:  # noqa: B027
        """Set aside what was learnt about factories that now stand in these rows of the catalogue."""

    def state(self) -> dict[str, Any]:
        """What was learnt, as arrays and values JSON can hold."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:  # noqa: B027
        """Take over what `state` gave."""

    def evidence(self, columns: Columns) -> dict[str, Array]:
        """Plain numbers by name."""
        return {}

    @abstractmethod
    def value(self, columns: Columns, evidence: Evidence) -> Values:
        """Values in [0, 1], shape (n,); 0 where nothing is known."""


class CapacityFit(Signal):
    """Free over needed days: full marks up to three times, then falling, so that small lots reach small factories.

    Days of which nobody has heard for long count less (see `Columns.freshness`).
    """

    name = "capacity_fit"

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        ratio = columns.free_and_unknown[0] / columns.needed
        fit = np.clip(1.0 - 0.2 * np.log(np.fmax(ratio, 1.0) / 3.0), 0.4, 1.0)
        # What is stated does not suffice, or no rate is known: not known to fit.
        return np.where(ratio >= 1.0, fit * columns.freshness, 0.0)


class History(Signal):
    """What buyers with similar orders chose, as percentile among the factories in question."""

    name = "history"

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        super().__init__(stage_of)
        self.affinity = PairAffinity()
        self._column = np.zeros(0, dtype=np.int32)

    def fit(self, log: Sequence[Outcome], as_of: date) -> History:
        known = orders(known_on(log, as_of))
        self.affinity.fit(_pairs(for_others(known)), asked_by=_pairs(known))
        return self

    def write(self, catalogue: Catalogue, rows: Array, factories: Sequence[FactoryFeatures]) -> None:
        self._column = fitting(self._column, catalogue, -1)
        self._column[rows] = [self.affinity.column_of(factory.id) for factory in factories]

    def evidence(self, columns: Columns) -> dict[str, Array]:
        found = self.affinity.of(columns.brief.designer, self._column.take(columns.rows))
        return {"affinity": np.round(found, DECIMALS)}

    def state(self) -> dict[str, Any]:
        learnt = self.affinity
        names = {"buyers": learnt.buyers_, "factories": learnt.factories_}
        return {**names, "left": learnt.left_, "right": learnt.right_}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.affinity.restore(state["buyers"], state["factories"], state["left"], state["right"])

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        raw = evidence["affinity"]
        if not (raw > 0.0).any():
            return np.zeros(len(columns.rows))
        raw = np.fmax(raw, 0.0)  # nan is no history
        below = np.searchsorted(np.sort(raw), raw, side="left")
        percentile = below / (len(raw) - 1) if len(raw) > 1 else np.ones(len(raw))
        return np.where(raw > 0.0, percentile, 0.0)


class Continuity(Signal):
    """Good orders of this very pair, fading with the months since the last one."""

    name = "continuity"

    def fit(self, log: Sequence[Outcome], as_of: date) -> Continuity:
        self.pairs_: dict[str, dict[str, tuple[int, date | None]]] = {}
        for row in orders(known_on(log, as_of)):
            if row.on_time is False or row.passed_first_inspection is False:
                continue
            own = self.pairs_.setdefault(row.buyer, {})
            count, last = own.get(row.factory, (0, None))
            own[row.factory] = count + 1, max(filter(None, (last, row.ordered_on)), default=None)
        return self

    def evidence(self, columns: Columns) -> dict[str, Array]:
        orders, months = np.zeros(len(columns.rows)), np.full(len(columns.rows), np.nan)
        row_of, today = columns.catalogue.row_of, columns.brief.as_of
        for factory, (count, last) in self.pairs_.get(columns.brief.designer or "", {}).items():
            place = _place_of(row_of.get(factory, -1), columns.rows)
            if place is not None:
                orders[place] = count
                if last is not None:
                    months[place] = round(max(0.0, (today - last).days / DAYS_IN_MONTH), DECIMALS)
        return {"good_orders": orders, "months": months}

    def state(self) -> dict[str, Any]:
        rows = (
            [buyer, factory, count, last and last.isoformat()]
            for buyer, own in self.pairs_.items()
            for factory, (count, last) in own.items()
        )
        return {"pairs": sorted(rows, key=lambda row: row[:2])}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.pairs_ = {}
        for buyer, factory, count, last in state["pairs"]:
            self.pairs_.setdefault(buyer, {})[factory] = count, last and date.fromisoformat(last)

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        orders, months = evidence["good_orders"], evidence["months"]
        if not orders.any():
            return np.zeros(len(columns.rows))
        values = (1.0 - np.exp(-0.7 * orders)) * np.exp2(-months / 18.0)
        return np.asarray(np.fmax(values, 0.0))  # nan: nobody knows when


class _Share(Signal):
    """A share of successes, shrunk to the mean of the district with five pseudo-orders.

    A factory without a record stands at the district's mean, otherwise its first late order would raise it; where
    nobody has a record nothing is known and the value is 0.
    """

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        super().__init__(stage_of)
        self._counts = np.zeros((2, 0), dtype=np.int32)

    def fit(self, log: Sequence[Outcome], as_of: date) -> _Share:
        self.good_: Counter[str] = Counter()
        self.of_: Counter[str] = Counter()
        for row in for_others(known_on(log, as_of)):
            if (success := self._success(row)) is not None:
                self.good_[row.factory] += success
                self.of_[row.factory] += 1
        known = self.of_.total()
        self.mean_ = round(self.good_.total() / known, DECIMALS) if known else None
        return self

    @abstractmethod
    def _success(self, row: Outcome) -> bool | None: ...

    def write(self, catalogue: Catalogue, rows: Array, factories: Sequence[FactoryFeatures]) -> None:
        self._counts = fitting(self._counts, catalogue, 0.0)
        for counts, learnt in zip(self._counts, (self.good_, self.of_), strict=True):
            counts[rows] = [learnt.get(factory.id, 0) for factory in factories]

    def evidence(self, columns: Columns) -> dict[str, Array]:
        good, of = self._counts.take(columns.rows, axis=1)
        mean = np.array(np.nan if self.mean_ is None else self.mean_)
        return {f"{self.name}_good": good, f"{self.name}_of": of, f"{self.name}_mean": mean}

    def state(self) -> dict[str, Any]:
        return {"mean": self.mean_, "counts": [[one, self.good_[one], of] for one, of in sorted(self.of_.items())]}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.mean_ = state["mean"]
        self.good_ = Counter({one: good for one, good, _ in state["counts"]})
        self.of_ = Counter({one: of for one, _, of in state["counts"]})

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        name = self.name
        share = shrunk(evidence[f"{name}_good"], evidence[f"{name}_of"], evidence[f"{name}_mean"])
        return np.zeros(len(columns.rows)) if self.is_unknown(evidence) else np.asarray(share)

    def is_unknown(self, evidence: Evidence) -> bool:
        """Whether nobody in the district has a record."""
        return bool(np.isnan(evidence[f"{self.name}_mean"]).any())


def shrunk(good: Any, of: Any, mean: Any) -> Any:
    """(good + 5·mean) / (of + 5)."""
    return (good + PSEUDO_ORDERS * mean) / (of + PSEUDO_ORDERS)


class Reliability(_Share):
    """Orders delivered on time."""

    name = "reliability"

    def _success(self, row: Outcome) -> bool | None:
        return row.on_time


class Quality(_Share):
    """Orders that passed the first inspection."""

    name = "quality"

    def _success(self, row: Outcome) -> bool | None:
        return row.passed_first_inspection


class Acceptance(_Share):
    """Says yes to requests for this item, shrunk to the factory's own share over all items, that to the district's."""

    name = "acceptance"

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        super().__init__(stage_of)
        self._known, self._by_item = 0, dict[str, Array]()

    def fit(self, log: Sequence[Outcome], as_of: date) -> Acceptance:
        super().fit(log, as_of)
        self.items_: dict[str, dict[str, tuple[int, int]]] = {}
        for row in for_others(known_on(log, as_of)):
            if row.accepted is not None and row.item is not None:
                own = self.items_.setdefault(row.item, {})
                good, of = own.get(row.factory, (0, 0))
                own[row.factory] = good + row.accepted, of + 1
        return self

    def _success(self, row: Outcome) -> bool | None:
        return row.accepted

    def write(self, catalogue: Catalogue, rows: Array, factories: Sequence[FactoryFeatures]) -> None:
        super().write(catalogue, rows, factories)
        if len(catalogue) != self._known:
            self._known, self._by_item = len(catalogue), {}

    def evidence(self, columns: Columns) -> dict[str, Array]:
        good, of = self._item_counts(columns.brief.item, columns.catalogue).take(columns.rows, axis=1)
        return {**super().evidence(columns), "acceptance_item_good": good, "acceptance_item_of": of}

    def _item_counts(self, item: str, catalogue: Catalogue) -> Array:
        """Said yes and was asked, for every row; kept until a factory comes in."""
        counts = self._by_item.get(item)
        if counts is None:
            counts = self._by_item[item] = np.zeros((2, len(catalogue)), dtype=np.int32)
            for factory, known in self.items_.get(item, {}).items():
                if (row := catalogue.row_of.get(factory)) is not None:
                    counts[:, row] = known
        return counts

    def state(self) -> dict[str, Any]:
        rows = ([factory, item, *counts] for item, own in self.items_.items() for factory, counts in own.items())
        return {**super().state(), "items": sorted(rows)}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.items_ = {}
        for factory, item, good, of in state["items"]:
            self.items_.setdefault(item, {})[factory] = good, of

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        own = super().value(columns, evidence)
        if self.is_unknown(evidence):
            return own
        return np.asarray(shrunk(evidence["acceptance_item_good"], evidence["acceptance_item_of"], own))


class Nearness(Signal):
    """Full marks where the goods go, none from ten kilometres on."""

    name = "nearness"

    def evidence(self, columns: Columns) -> dict[str, Array]:
        place = columns.brief.deliver_to
        if place is None:
            return {"km": np.full(len(columns.rows), np.nan)}
        there = columns.catalogue.directions.take(columns.rows, axis=1)
        return {"km": np.round(_kilometres(there, directions(np.array(place.lat), np.array(place.lon))), DECIMALS)}

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        # fmax leaves out nan: what is not known to be near earns nothing.
        return np.asarray(np.fmax(0.0, 1.0 - evidence["km"] / 10.0))


def _kilometres(there: Array, here: Array) -> Array:
    """Great-circle distance from the chord between unit vectors, mean earth radius 6371.0088 km (IUGG)."""
    apart = there - here[:, None]
    chord = np.sqrt((apart * apart).sum(axis=0))
    return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(1.0, chord / 2)))


def kilometres(one: Place, other: Place) -> float:
    """Great-circle distance of two places."""
    here, there = (directions(np.array(place.lat), np.array(place.lon)) for place in (one, other))
    return float(_kilometres(there[:, None], here)[0])


class PriceFit(Signal):
    """Full marks at or under the budget on the same basis, none from one and a half times on."""

    name = "price_fit"

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        if not columns.budget:
            return np.zeros(len(columns.rows))
        fit = 3.0 - 2.0 * columns.prices[1] / columns.budget
        return np.where(fit > 0.0, np.minimum(1.0, fit), 0.0)


class FairTurn(Signal):
    """What being shown lately costs: at most 0, on the scale of its strength (see `exposure.fair_turns`)."""

    name = "fair_turn"

    def evidence(self, columns: Columns) -> dict[str, Array]:
        shown = columns.catalogue.exposure.take(columns.rows) / units(columns.brief.as_of)
        return {"exposure": np.round(shown, DECIMALS)}

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        return fair_turns(evidence["exposure"], columns.rate)


def fitting(array: Array, catalogue: Catalogue, fill: float, axis: int = -1) -> Array:
    """The array with room for every row of the catalogue along one axis."""
    size = len(catalogue.exposure)
    return array if array.shape[axis] >= size else resized(array, size, fill, axis % array.ndim)


def _place_of(row: int, rows: Array) -> int | None:
    place = int(np.searchsorted(rows, row))
    return place if place < len(rows) and rows[place] == row else None
