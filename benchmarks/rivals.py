"""Other ways to find the nearest factories that can take a brief: scikit-learn at its best, and faiss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from benchmarks.partners_register import AS_OF, WEEKS
from models import vocabulary
from recommender import Answer, BriefFeatures, FactoryFeatures, Rate, Stated
from recommender.catalogue import in_chunks
from recommender.feasibility import VERIFICATION_LASTS, DoesProcesses, stated_answer

Array = np.ndarray[Any, Any]
#: Row numbers of the nearest factories, the nearest first.
Search = Callable[[Array], Array]

PLACES = 10
ITEMS = {code: number for number, code in enumerate(vocabulary.terms("item"))}
PROCESSES = {code: number for number, code in enumerate(vocabulary.terms("process"))}
STAGES = {code: number for number, code in enumerate(vocabulary.terms("stage"))}
CERTIFICATES = {code: number for number, code in enumerate(vocabulary.terms("certificate"))}
_SEWING = [code for code, stage in vocabulary.stage_of().items() if stage == "sewing"]
_FAR, _NEVER = 10**6, 0
#: A way to price: 110ths of a won, so that adding or taking away 10 % VAT stays whole.
WHOLE = 110


class RuleColumns:
    """All hard rules as columns made ready beforehand: what a good mask by hand would read.

    Attributes
    ----------
    columns : dict of str to ndarray
        The last axis is the factory, the first one of lists is the code. ``may_item`` and ``may_process`` are False
        only for a known no; unknown minima, lead times and price floors are 0, unknown rates infinite.
    """

    def __init__(self, factories: Iterable[FactoryFeatures]) -> None:
        chunks = [_columns_of(chunk) for chunk in in_chunks(factories)]
        self.columns = {name: np.concatenate([chunk[name] for chunk in chunks], axis=-1) for name in chunks[0]}

    def rows(self, brief: BriefFeatures) -> Array:
        """Factories nothing known speaks against; what takes arithmetic is asked only of who is left by then."""
        column = self.columns
        mask = column["active"] & column["may_item"][ITEMS[brief.item]]
        for process in brief.processes:
            mask &= column["may_process"][PROCESSES[process]]
        mask &= column["minimum"] <= brief.quantity
        mask &= column["lead"] <= (brief.needed_by - brief.starts_on).days
        for code in brief.certificates:
            mask &= column["certificate"][CERTIFICATES[code]] >= AS_OF.toordinal()
        if brief.verified_only:
            mask &= column["verified"] >= (AS_OF - VERIFICATION_LASTS).toordinal()
        rows = np.flatnonzero(mask)
        if brief.budget_per_piece_krw is not None:
            rows = rows[self._lowest_price(brief, rows) <= WHOLE * brief.budget_per_piece_krw]
        needed = np.ceil(100 * brief.quantity / self._rate(brief, rows))
        return rows[~column["has_spoken"][rows] | (self._free(brief, rows) >= needed)]

    def _lowest_price(self, brief: BriefFeatures, rows: Array) -> Array:
        """On the brief's basis; 0 where the stated price covers more than the brief asks."""
        floor = self.columns["floor_with_vat" if brief.vat_included else "floor_without_vat"][rows]
        return np.where(self.columns["included"][rows] & ~allowed_in_price(brief) == 0, floor, 0)

    def _rate(self, brief: BriefFeatures, rows: Array) -> Array:
        rate = self.columns["rate"][ITEMS[brief.item]][rows]
        if (stage := only_stage(brief)) is not None:
            of_stage = self.columns["stage_rate"][STAGES[stage]][rows]
            rate = np.where(np.isinf(rate), of_stage, np.where(np.isinf(of_stage), rate, np.maximum(rate, of_stage)))
        return np.asarray(rate)

    def _free(self, brief: BriefFeatures, rows: Array) -> Array:
        total = np.zeros(len(rows), dtype=np.int64)
        for week, days in days_by_week(brief):
            stated = self.columns["free"][week][rows].astype(np.int64)
            total += np.where(stated < 0, 100 * days, stated * days // 7)
        return total


def allowed_in_price(brief: BriefFeatures) -> int:
    """Processes, as bits, that a price may cover without covering more than the brief's budget."""
    asked = brief.price_includes or brief.processes
    return bits((*asked, *_SEWING) if "sewing_assembly" in asked else asked)


def only_stage(brief: BriefFeatures) -> str | None:
    stages = {vocabulary.stage_of().get(process) for process in brief.processes}
    return stages.pop() if len(stages) == 1 else None


def days_by_week(brief: BriefFeatures) -> list[tuple[int, int]]:
    """Weeks from `AS_OF` on that the brief's window touches, and how many days of each."""
    first, last = (brief.starts_on - AS_OF).days, (brief.needed_by - AS_OF).days
    weeks = range(first // 7, last // 7 + 1)
    return [(week, min(last, 7 * week + 6) - max(first, 7 * week) + 1) for week in weeks]


def bits(processes: Iterable[str]) -> int:
    return sum(1 << PROCESSES[code] for code in set(processes))


def _columns_of(factories: Sequence[FactoryFeatures]) -> dict[str, Array]:
    floors = np.array([_floors(one) for one in factories]).T
    return {
        "active": np.array([one.is_active for one in factories]),
        "may_item": np.array([_may_items(one.items) for one in factories]).T,
        "may_process": np.array([_may_processes(one.processes, one.stages) for one in factories]).T,
        "minimum": np.array([one.minimum_order_quantity or 0 for one in factories], dtype=np.int32),
        "lead": np.array([one.lead_time_days or 0 for one in factories], dtype=np.int32),
        "certificate": np.array([_until(one) for one in factories], dtype=np.int32).T,
        "verified": np.array([one.verified_on.toordinal() if one.verified_on else _NEVER for one in factories]),
        "included": np.array([bits(one.price_includes) for one in factories]),
        "floor_without_vat": floors[0],
        "floor_with_vat": floors[1],
        "rate": np.array([_rates(one.rates)[0] for one in factories]).T,
        "stage_rate": np.array([_rates(one.rates)[1] for one in factories]).T,
        "has_spoken": np.array([one.free_weeks is not None for one in factories]),
        "free": np.array([_free_weeks(one) for one in factories], dtype=np.int16).T,
    }


@lru_cache(maxsize=100_000)
def _may_items(items: Stated) -> list[bool]:
    return [stated_answer(items, code) is not Answer.NO for code in ITEMS]


@lru_cache(maxsize=100_000)
def _may_processes(processes: Stated, stages: Stated) -> list[bool]:
    rule, factory = DoesProcesses(vocabulary.stage_of()), FactoryFeatures("", processes=processes, stages=stages)
    return [rule.answer_one(code, factory) is not Answer.NO for code in PROCESSES]


@lru_cache(maxsize=100_000)
def _rates(rates: tuple[Rate, ...]) -> tuple[list[float], list[float]]:
    """Pieces a day by item and by stage, infinite where nothing is stated."""
    stated = {(rate.item, rate.stage): rate.pieces_per_day for rate in rates}
    general = stated.get((None, None), np.inf)
    return [stated.get((code, None), general) for code in ITEMS], [stated.get((None, code), np.inf) for code in STAGES]


def _until(factory: FactoryFeatures) -> list[int]:
    until = [factory.certificates_until.get(code) for code in CERTIFICATES]
    return [_FAR if day is None else day.toordinal() for day in until]


def _floors(factory: FactoryFeatures) -> tuple[int, int]:
    """The lowest possible floor without and with VAT; 0 where nothing is stated."""
    floor = factory.price_floor_krw if factory.price_includes else None
    if floor is None:
        return 0, 0
    return (110 * floor, 121 * floor) if factory.price_vat_included is False else (100 * floor, 110 * floor)


def _free_weeks(factory: FactoryFeatures) -> list[int]:
    stated = {(week.starts_on - AS_OF).days // 7: week.free_hundredths for week in factory.free_weeks or ()}
    return [stated.get(week, -1) for week in range(WEEKS)]


class Scikit:
    """The best scikit-learn way: transform the brief, mask, exact search on the survivors."""

    def __init__(self, pipeline: Any, columns: RuleColumns, vectors: Array) -> None:
        self.pipeline, self.columns, self.vectors = pipeline, columns, vectors

    def nearest(self, brief: BriefFeatures) -> Array:
        vector = dense(self.pipeline.transform([brief]))[0].astype(self.vectors.dtype)
        rows = self.columns.rows(brief)
        products = self.vectors[rows] @ vector
        if len(rows) > PLACES:
            best = np.argpartition(-products, PLACES)[:PLACES]
            rows, products = rows[best], products[best]
        return np.asarray(rows[np.argsort(-products)])


def neighbours(vectors: Array) -> Search:
    """scikit-learn's exact search over all rows, no filter."""
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=PLACES, metric="cosine", algorithm="brute").fit(vectors)
    return lambda vector: np.asarray(index.kneighbors(vector[None], return_distance=False)[0])


def flat_index(vectors: Array) -> Search:
    """faiss' exact search over all rows by scalar product, no filter; raises ImportError where faiss is missing."""
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return lambda vector: np.asarray(index.search(vector[None], PLACES)[1][0])


def dense(rows: Any) -> Array:
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows)
