"""The parts of the score: each learns from the log, gives plain numbers as evidence, and turns these into [0, 1]."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import asin, cos, exp, exp2, log, radians, sin, sqrt
from typing import Any, ClassVar

import numpy as np

from recommender.capacity import free_hundredths, needed_hundredths
from recommender.history import PairAffinity
from recommender.price import price_bounds
from recommender.types import BriefFeatures, FactoryFeatures, Outcome, Place

Values = np.ndarray[Any, np.dtype[np.float64]]
Evidence = Mapping[str, float | None]
#: One factory to be scored: its facts and the numbers learnt about it.
Pair = tuple[FactoryFeatures, Evidence]

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

    `fit` learns, `evidence` gives what is needed of it for one factory as plain numbers, `value` is a pure function of
    brief, facts and evidence: the same call scores a new list and replays a stored one.
    """

    name: ClassVar[str]

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        self.stage_of = stage_of

    def learn_facts(self, factories: Sequence[FactoryFeatures]) -> None:  # noqa: B027 (a hook most leave empty)
        """Learn from the register itself, offline; most signals have nothing to learn there."""

    def fit(self, log: Sequence[Outcome], as_of: date) -> Signal:
        """Learn from the rows known on ``as_of``; most signals have nothing to learn."""
        return self

    def refresh(self, factories: Sequence[FactoryFeatures]) -> None:  # noqa: B027 (a hook most leave empty)
        """Take the facts of now; nothing is learnt."""

    def state(self) -> dict[str, Any]:
        """What was learnt, as arrays and values JSON can hold."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:  # noqa: B027
        """Take over what `state` gave."""

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        """One dict of plain numbers a factory, in the same order."""
        return [{} for _ in factories]

    @abstractmethod
    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        """Values in [0, 1], shape (n,); 0 where nothing is known."""

    def score(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> Values:
        """Values of the factories after `fit`, shape (n,)."""
        return self.value(brief, list(zip(factories, self.evidence(brief, factories), strict=True)))


class CapacityFit(Signal):
    """Free over needed days: full marks up to three times, then falling, so that small lots reach small factories."""

    name = "capacity_fit"

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        return np.array([self._one(brief, factory) for factory, _ in pairs], dtype=float)

    def _one(self, brief: BriefFeatures, factory: FactoryFeatures) -> float:
        needed = needed_hundredths(brief, factory, self.stage_of)
        ratio = free_hundredths(brief, factory)[0] / needed if needed else 0.0
        if ratio < 1.0:
            return 0.0  # what is stated does not suffice: not known to fit
        return 1.0 if ratio <= 3.0 else max(0.4, 1.0 - 0.2 * log(ratio / 3.0))


class History(Signal):
    """What buyers with similar orders chose, as percentile among the factories in question."""

    name = "history"

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        super().__init__(stage_of)
        self.affinity = PairAffinity()

    def fit(self, log: Sequence[Outcome], as_of: date) -> History:
        known = orders(known_on(log, as_of))
        self.affinity.fit(_pairs(for_others(known)), asked_by=_pairs(known))
        return self

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        found = self.affinity.of(brief.designer, [factory.id for factory in factories])
        return [{"affinity": None if value is None else round(value, DECIMALS)} for value in found]

    def state(self) -> dict[str, Any]:
        learnt = self.affinity
        names = {"buyers": learnt.buyers_, "factories": learnt.factories_}
        return {**names, "left": learnt.left_, "right": learnt.right_}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.affinity.restore(state["buyers"], state["factories"], state["left"], state["right"])

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        raw = np.array([evidence["affinity"] or 0.0 for _, evidence in pairs], dtype=float)
        below = np.searchsorted(np.sort(raw), raw, side="left")
        percentile = below / (len(raw) - 1) if len(raw) > 1 else np.ones(len(raw))
        return np.where(raw > 0.0, percentile, 0.0)


class Continuity(Signal):
    """Good orders of this very pair, fading with the months since the last one."""

    name = "continuity"

    def fit(self, log: Sequence[Outcome], as_of: date) -> Continuity:
        self.count_: Counter[tuple[str, str]] = Counter()
        self.last_: dict[tuple[str, str], date] = {}
        for row in orders(known_on(log, as_of)):
            if row.on_time is False or row.passed_first_inspection is False:
                continue
            pair = (row.buyer, row.factory)
            self.count_[pair] += 1
            if row.ordered_on is not None:
                self.last_[pair] = max(row.ordered_on, self.last_.get(pair, row.ordered_on))
        return self

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        found: list[dict[str, float | None]] = []
        for factory in factories:
            pair = (brief.designer or "", factory.id)
            last = self.last_.get(pair)
            months = None if last is None else max(0.0, (brief.as_of - last).days / DAYS_IN_MONTH)
            found.append(
                {"good_orders": self.count_[pair], "months": None if months is None else round(months, DECIMALS)}
            )
        return found

    def state(self) -> dict[str, Any]:
        last = {pair: day.isoformat() for pair, day in self.last_.items()}
        return {"pairs": [[*pair, count, last.get(pair)] for pair, count in sorted(self.count_.items())]}

    def restore(self, state: Mapping[str, Any]) -> None:
        rows = state["pairs"]
        self.count_ = Counter({(buyer, factory): count for buyer, factory, count, _ in rows})
        self.last_ = {(buyer, factory): date.fromisoformat(last) for buyer, factory, _, last in rows if last}

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        return np.array([self._one(evidence["good_orders"] or 0, evidence["months"]) for _, evidence in pairs])

    @staticmethod
    def _one(good_orders: float, months: float | None) -> float:
        if months is None:
            return 0.0
        return (1.0 - exp(-0.7 * good_orders)) * exp2(-months / 18.0)


class _Share(Signal):
    """A share of successes, shrunk to the mean of the district with five pseudo-orders.

    A factory without a record stands at the district's mean, otherwise its first late order would raise it; where
    nobody has a record nothing is known and the value is 0.
    """

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

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        name = self.name
        return [
            {f"{name}_good": self.good_[one.id], f"{name}_of": self.of_[one.id], f"{name}_mean": self.mean_}
            for one in factories
        ]

    def state(self) -> dict[str, Any]:
        return {"mean": self.mean_, "counts": [[one, self.good_[one], of] for one, of in sorted(self.of_.items())]}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.mean_ = state["mean"]
        self.good_ = Counter({one: good for one, good, _ in state["counts"]})
        self.of_ = Counter({one: of for one, _, of in state["counts"]})

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        return np.array([self._one(evidence) for _, evidence in pairs], dtype=float)

    def _one(self, evidence: Evidence) -> float:
        mean = evidence[f"{self.name}_mean"]
        if mean is None:
            return 0.0
        return shrunk(evidence[f"{self.name}_good"] or 0, evidence[f"{self.name}_of"] or 0, mean)


def shrunk(good: float, of: float, mean: float) -> float:
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

    def fit(self, log: Sequence[Outcome], as_of: date) -> Acceptance:
        super().fit(log, as_of)
        self.item_good_: Counter[tuple[str, str]] = Counter()
        self.item_of_: Counter[tuple[str, str]] = Counter()
        for row in for_others(known_on(log, as_of)):
            if row.accepted is not None and row.item is not None:
                self.item_good_[row.factory, row.item] += row.accepted
                self.item_of_[row.factory, row.item] += 1
        return self

    def _success(self, row: Outcome) -> bool | None:
        return row.accepted

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        found = super().evidence(brief, factories)
        for factory, numbers in zip(factories, found, strict=True):
            numbers["acceptance_item_good"] = self.item_good_[factory.id, brief.item]
            numbers["acceptance_item_of"] = self.item_of_[factory.id, brief.item]
        return found

    def state(self) -> dict[str, Any]:
        items = [[*key, self.item_good_[key], of] for key, of in sorted(self.item_of_.items())]
        return {**super().state(), "items": items}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.item_good_ = Counter({(factory, item): good for factory, item, good, _ in state["items"]})
        self.item_of_ = Counter({(factory, item): of for factory, item, _, of in state["items"]})

    def _one(self, evidence: Evidence) -> float:
        own = super()._one(evidence)
        return shrunk(evidence["acceptance_item_good"] or 0, evidence["acceptance_item_of"] or 0, own)


class Nearness(Signal):
    """Full marks where the goods go, none from ten kilometres on."""

    name = "nearness"

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        return [{"km": _km_between(brief.deliver_to, factory.place)} for factory in factories]

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        return np.array([self._one(evidence["km"]) for _, evidence in pairs], dtype=float)

    @staticmethod
    def _one(km: float | None) -> float:
        return 0.0 if km is None else max(0.0, 1.0 - km / 10.0)


def _km_between(one: Place | None, other: Place | None) -> float | None:
    return None if one is None or other is None else round(kilometres(one, other), DECIMALS)


def kilometres(one: Place, other: Place) -> float:
    """Great-circle distance by the haversine formula, mean earth radius 6371.0088 km (IUGG)."""
    lat, other_lat = radians(one.lat), radians(other.lat)
    half = sin((other_lat - lat) / 2) ** 2
    half += cos(lat) * cos(other_lat) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


class PriceFit(Signal):
    """Full marks at or under the budget on the same basis, none from one and a half times on."""

    name = "price_fit"

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        return np.array([self._one(brief, factory) for factory, _ in pairs], dtype=float)

    def _one(self, brief: BriefFeatures, factory: FactoryFeatures) -> float:
        high = price_bounds(brief, factory, self.stage_of)[1]
        if high is None or not brief.budget_per_piece_krw:
            return 0.0
        return min(1.0, max(0.0, float(3 - 2 * high / brief.budget_per_piece_krw)))
