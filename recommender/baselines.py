"""Simple rankers to beat; all keep the hard limits and the contract of the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from json import dumps

import numpy as np

from recommender.catalogue import NOT_STATED
from recommender.labels import Array
from recommender.ranker import SignalRanker
from recommender.signals import DECIMALS, Evidence, Nearness, Signal, Values, known_on, orders
from recommender.storing import brief_to_json
from recommender.survey import Columns
from recommender.types import BriefFeatures, Outcome, Recommendation


class _Draw(Signal):
    """A number in [0, 1) from seed, brief and factory: the order of the input plays no part."""

    name = "random"

    def __init__(self, stage_of: Mapping[str, str], random_state: int = 0) -> None:
        super().__init__(stage_of)
        self.random_state = random_state

    def evidence(self, columns: Columns) -> dict[str, Array]:
        asked = f"{self.random_state} {dumps(brief_to_json(columns.brief), sort_keys=True)}"
        places = range(len(columns.rows))
        return {"draw": np.array([_uniform(f"{asked} {columns.identity(place)}") for place in places], dtype=float)}

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        return evidence["draw"]


def _uniform(text: str) -> float:
    return int.from_bytes(sha256(text.encode()).digest()[:6]) / 2.0**48


class _Orders(Signal):
    """Number of orders, as a share of the most ordered factory in question."""

    name = "popularity"

    def fit(self, log: Sequence[Outcome], as_of: date) -> _Orders:
        self.count_ = Counter(row.factory for row in orders(known_on(log, as_of)))
        return self

    def evidence(self, columns: Columns) -> dict[str, Array]:
        places = range(len(columns.rows))
        return {"orders": np.array([self.count_[columns.identity(place)] for place in places], dtype=float)}

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        counts = evidence["orders"]
        return np.asarray(counts / max(1.0, counts.max(initial=0.0)))


class _Proximity(Nearness):
    """1 / (1 + km): orders factories beyond the reach of nearness too."""

    name = "proximity"

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        return np.nan_to_num(1.0 / (1.0 + evidence["km"]))


#: Asked labels found, given to each group; the machine groups are read from the stages of the asked processes.
_GROUP_POINTS = {"business": 30, "fabrics": 25, "place": 20, "minimum": 15, "items": 10}
_MACHINE_POINTS = {"sewing": 3, "pattern": 3, "special_machine": 4}
#: Goods that stay this near stay in one neighbourhood.
_SAME_PLACE_KM = 1.5


class _Labels(Nearness):
    """Share of asked labels found, group by group; a group counts only when both sides state something."""

    name = "label_count"

    def evidence(self, columns: Columns) -> dict[str, Array]:
        """The share itself: a stored list keeps no fabrics or places, and is recomputed all the same."""
        found = super().evidence(columns)
        points = np.array(list(self._groups(columns, found["km"])))
        share = (points[:, 0] * points[:, 1]).sum(axis=0) / np.maximum(1.0, points[:, 0].sum(axis=0))
        return found | {"label_share": np.round(share, DECIMALS)}

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        return evidence["label_share"]

    def _groups(self, columns: Columns, km: Array) -> Iterator[tuple[Array, Array]]:
        """Points that could be had in every group, 0 where one side is silent, and the share of its labels found."""
        brief, catalogue, rows = columns.brief, columns.catalogue, columns.rows
        asked_stages = self._stages(brief.processes)
        shares = {
            "business": catalogue.work.each(
                rows, lambda work: _share(asked_stages, work[1].has | self._stages(work[0].has))
            ),
            "fabrics": catalogue.stated["fabrics"].each(rows, lambda stated: _share(brief.fabrics, stated.has)),
            "items": catalogue.items.each(rows, lambda stated: _share(frozenset({brief.item}), stated.has)),
        }
        for group, share in shares.items():
            yield _points(_GROUP_POINTS[group], share)
        yield _points(_GROUP_POINTS["place"], np.where(np.isnan(km), np.nan, km <= _SAME_PLACE_KM))
        minimum = columns.number("minimum_order_quantity")
        takes = np.where(minimum == NOT_STATED, np.nan, minimum <= brief.quantity)
        yield _points(_GROUP_POINTS["minimum"], takes)
        for stage, points in _MACHINE_POINTS.items():
            yield _points(points, self._machines(columns, stage))

    def _machines(self, columns: Columns, stage: str) -> Array:
        asked = self._in_stage(columns.brief.processes, stage)
        work = columns.catalogue.work
        return work.each(columns.rows, lambda stated: _share(asked, self._in_stage(stated[0].has, stage)))

    def _in_stage(self, processes: frozenset[str], stage: str) -> frozenset[str]:
        return frozenset(process for process in processes if self.stage_of.get(process) == stage)

    def _stages(self, processes: frozenset[str]) -> frozenset[str]:
        return frozenset(self.stage_of[process] for process in processes if process in self.stage_of)


def _share(asked: frozenset[str], stated: frozenset[str]) -> float:
    """Share of the asked labels that are stated, nan where one side is silent."""
    return len(asked & stated) / len(asked) if asked and stated else np.nan


def _points(points: int, share: Array) -> tuple[Array, Array]:
    return np.where(np.isnan(share), 0.0, points), np.nan_to_num(share)


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

    def recommend(self, brief: BriefFeatures, k: int = 3, seed: int = 0) -> Recommendation:
        """The best ``k`` factories, three unless told otherwise."""
        return super().recommend(brief, k, seed)
