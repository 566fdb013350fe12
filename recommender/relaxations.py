"""Which one condition of a brief to relax when no factory passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

import numpy as np

from recommender.catalogue import Catalogue
from recommender.labels import Array
from recommender.price import WON
from recommender.reasons import reason
from recommender.survey import Columns, Survey, refusals
from recommender.types import BriefFeatures, Reason

#: How far the needed day is moved at most.
LATER_WEEKS = (1, 2, 3, 4)
#: Rules that another quantity, or another budget, can decide anew.
_QUANTITY = frozenset({"minimum_quantity", "free_days"})
_PRICE = frozenset({"price_floor"})


@dataclass(frozen=True, slots=True)
class _Step:
    """A brief with one condition relaxed, and the words for it."""

    brief: BriefFeatures
    code: str
    values: Mapping[str, str | int | None]


def most_helpful(brief: BriefFeatures, catalogue: Catalogue, stage_of: Mapping[str, str]) -> Reason | None:
    """The one relaxation that makes most factories possible, with their number.

    Parameters
    ----------
    brief : BriefFeatures
        A brief that no factory of the catalogue passes.
    catalogue : Catalogue
    stage_of : mapping of str to str
        Process code to stage code.

    Returns
    -------
    Reason or None
        A reason of kind ``relax``. At equal numbers the earlier of: date, quantity, budget, certificate, check by
        staff, process; within one kind the smaller step. None when no single relaxation helps.
    """
    best: Reason | None = None
    most = 0
    for step in _steps(brief, catalogue, stage_of):
        opened = len(Survey(step.brief, catalogue, stage_of).rows)
        if opened > most:
            most, best = opened, reason(step.code, factories=opened, **step.values)
    return best


def _steps(brief: BriefFeatures, catalogue: Catalogue, stage_of: Mapping[str, str]) -> Iterator[_Step]:
    refused = refusals(brief, catalogue, stage_of)
    yield from _later(brief)
    yield from _larger(brief, catalogue, _rows_but_for(_QUANTITY, refused, catalogue))
    yield from _dearer(Columns(brief, catalogue, stage_of, _rows_but_for(_PRICE, refused, catalogue)))
    for code in sorted(brief.certificates):
        relaxed = replace(brief, certificates=brief.certificates - {code})
        yield _Step(relaxed, "without_certificate", {"certificate": code})
    if brief.verified_only:
        yield _Step(replace(brief, verified_only=False), "unverified_too", {})
    yield from _fewer_processes(brief)


def _rows_but_for(names: frozenset[str], refused: Mapping[str, Array], catalogue: Catalogue) -> Array:
    """Rows that no other rule excludes."""
    rows = catalogue.rows()
    others = [mask for name, mask in refused.items() if name not in names]
    return np.asarray(rows[~np.logical_or.reduce(others)])


def _later(brief: BriefFeatures) -> Iterator[_Step]:
    for weeks in LATER_WEEKS:
        day = brief.needed_by + timedelta(weeks=weeks)
        step = replace(brief, needed_by=day)
        yield _Step(step, "later_date", {"weeks": weeks, "needed_by": day.isoformat()})


def _larger(brief: BriefFeatures, catalogue: Catalogue, rows: Array) -> Iterator[_Step]:
    """Only the next known minimum: a brief for 30 pieces is not told to become one for 1,000."""
    minimums = catalogue.numbers["minimum_order_quantity"].take(rows)
    higher = minimums[minimums > brief.quantity]
    if higher.size:
        quantity = int(higher.min())
        yield _Step(replace(brief, quantity=quantity), "larger_quantity", {"quantity": quantity})


def _dearer(columns: Columns) -> Iterator[_Step]:
    """The lowest price that any factory could ask which nothing but its price keeps out."""
    lowest = columns.prices[0] if columns.budget is not None else np.array([np.nan])
    if (known := lowest[~np.isnan(lowest)]).size:
        budget = ceil(known.min() / WON)
        relaxed = replace(columns.brief, budget_per_piece_krw=budget)
        yield _Step(relaxed, "higher_budget", {"budget_per_piece_krw": budget})


def _fewer_processes(brief: BriefFeatures) -> Iterator[_Step]:
    """Without one process; the price keeps its basis, the time may shrink to that of the one stage left."""
    if len(brief.processes) < 2:
        return
    for code in sorted(brief.processes):
        basis = brief.price_includes or brief.processes
        fewer = replace(brief, processes=brief.processes - {code}, price_includes=basis)
        yield _Step(fewer, "without_process", {"process": code})
