"""Simple rankers to beat; all keep the hard limits and the contract of the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from json import dumps

import numpy as np

from recommender.ranker import SignalRanker
from recommender.signals import DECIMALS, Nearness, Pair, Signal, Values, known_on, orders
from recommender.storing import brief_to_json
from recommender.types import BriefFeatures, FactoryFeatures, Outcome, Recommendation


class _Draw(Signal):
    """A number in [0, 1) from seed, brief and factory: the order of the input plays no part."""

    name = "random"

    def __init__(self, stage_of: Mapping[str, str], random_state: int = 0) -> None:
        super().__init__(stage_of)
        self.random_state = random_state

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        asked = f"{self.random_state} {dumps(brief_to_json(brief), sort_keys=True)}"
        return [{"draw": _uniform(f"{asked} {factory.id}")} for factory in factories]

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        return np.array([evidence["draw"] for _, evidence in pairs], dtype=float)


def _uniform(text: str) -> float:
    return int.from_bytes(sha256(text.encode()).digest()[:6]) / 2.0**48


class _Orders(Signal):
    """Number of orders, as a share of the most ordered factory in question."""

    name = "popularity"

    def fit(self, log: Sequence[Outcome], as_of: date) -> _Orders:
        self.count_ = Counter(row.factory for row in orders(known_on(log, as_of)))
        return self

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        return [{"orders": self.count_[factory.id]} for factory in factories]

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        counts = np.array([evidence["orders"] for _, evidence in pairs], dtype=float)
        return np.asarray(counts / max(1.0, counts.max(initial=0.0)))


class _Proximity(Nearness):
    """1 / (1 + km): orders factories beyond the reach of nearness too."""

    name = "proximity"

    @staticmethod
    def _one(km: float | None) -> float:
        return 0.0 if km is None else 1.0 / (1.0 + km)


#: Asked labels found, given to each group; the machine groups are read from the stages of the asked processes.
_GROUP_POINTS = {"business": 30, "fabrics": 25, "place": 20, "minimum": 15, "items": 10}
_MACHINE_POINTS = {"sewing": 3, "pattern": 3, "special_machine": 4}
#: Goods that stay this near stay in one neighbourhood.
_SAME_PLACE_KM = 1.5


class _Labels(Nearness):
    """Share of asked labels found, group by group; a group counts only when both sides state something."""

    name = "label_count"

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        """The share itself: a stored list keeps no fabrics or places, and is recomputed all the same."""
        return [
            {**numbers, "label_share": round(self._share(brief, factory, numbers["km"]), DECIMALS)}
            for factory, numbers in zip(factories, super().evidence(brief, factories), strict=True)
        ]

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        return np.array([evidence["label_share"] for _, evidence in pairs], dtype=float)

    def _share(self, brief: BriefFeatures, factory: FactoryFeatures, km: float | None) -> float:
        found = list(self._groups(brief, factory, km))
        most = sum(points for points, _ in found)
        return sum(points * share for points, share in found) / most if most else 0.0

    def _groups(self, brief: BriefFeatures, factory: FactoryFeatures, km: float | None) -> Iterator[tuple[int, float]]:
        """Points and share of every group on which both sides have spoken."""
        stages = factory.stages.has | self._stages(factory.processes.has)
        labels = {
            "business": (self._stages(brief.processes), stages),
            "fabrics": (brief.fabrics, factory.fabrics.has),
            "items": (frozenset({brief.item}), factory.items.has),
        }
        for group, (asked, stated) in labels.items():
            if asked and stated:
                yield _GROUP_POINTS[group], len(asked & stated) / len(asked)
        if km is not None:
            yield _GROUP_POINTS["place"], float(km <= _SAME_PLACE_KM)
        if factory.minimum_order_quantity is not None:
            yield _GROUP_POINTS["minimum"], float(factory.minimum_order_quantity <= brief.quantity)
        yield from self._machines(brief, factory)

    def _machines(self, brief: BriefFeatures, factory: FactoryFeatures) -> Iterator[tuple[int, float]]:
        for stage, points in _MACHINE_POINTS.items():
            asked = {process for process in brief.processes if self.stage_of.get(process) == stage}
            stated = {process for process in factory.processes.has if self.stage_of.get(process) == stage}
            if asked and stated:
                yield points, len(asked & stated) / len(asked)

    def _stages(self, processes: frozenset[str]) -> frozenset[str]:
        return frozenset(self.stage_of[process] for process in processes if process in self.stage_of)


#: Signals of the baselines, by the name of their part.
BASELINE_PARTS: dict[str, type[Signal]] = {signal.name: signal for signal in (_Draw, _Orders, _Proximity, _Labels)}


class RandomFeasible(SignalRanker):
    """Any feasible factory, the same for the same seed and brief.

    Parameters
    ----------
    random_state : int
    stage_of : mapping of str to str, optional
    """

    def __init__(self, random_state: int = 0, stage_of: Mapping[str, str] | None = None) -> None:
        self.random_state = random_state
        self.stage_of = stage_of

    def _signals(self) -> tuple[Signal, ...]:
        return (_Draw(self._stages(), self.random_state),)


class Popularity(SignalRanker):
    """The feasible factories with most orders.

    Parameters
    ----------
    stage_of : mapping of str to str, optional
    """

    def __init__(self, stage_of: Mapping[str, str] | None = None) -> None:
        self.stage_of = stage_of

    def _signals(self) -> tuple[Signal, ...]:
        return (_Orders(self._stages()),)


class Nearest(SignalRanker):
    """The feasible factories nearest to where the goods go.

    Parameters
    ----------
    stage_of : mapping of str to str, optional
    """

    def __init__(self, stage_of: Mapping[str, str] | None = None) -> None:
        self.stage_of = stage_of

    def _signals(self) -> tuple[Signal, ...]:
        return (_Proximity(self._stages()),)


class LabelCount(SignalRanker):
    """The label-count rule: points for asked labels found, divided by the points that could be had.

    Business type 30 (stages), fabrics 25, place 20, minimum order 15, machines 10 (sewing 3, pattern 3, special 4) and
    items 10; the best three.

    Parameters
    ----------
    stage_of : mapping of str to str, optional
    """

    def __init__(self, stage_of: Mapping[str, str] | None = None) -> None:
        self.stage_of = stage_of

    def _signals(self) -> tuple[Signal, ...]:
        return (_Labels(self._stages()),)

    def recommend(self, brief: BriefFeatures, k: int = 3) -> Recommendation:
        """The best ``k`` factories, three unless told otherwise."""
        return super().recommend(brief, k)
