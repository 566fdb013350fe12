"""Which one condition of a brief to relax when no factory passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from recommender.feasibility import Feasibility
from recommender.price import price_bounds
from recommender.reasons import reason
from recommender.types import Answer, BriefFeatures, FactoryFeatures, Reason

#: How far the needed day is moved at most.
LATER_WEEKS = (1, 2, 3, 4)
#: Rules a later day, or another quantity, can decide anew.
_TIME = frozenset({"free_days", "working_time"})
_QUANTITY = frozenset({"minimum_quantity", "free_days"})


@dataclass(frozen=True, slots=True)
class _Step:
    """A brief with one condition relaxed, the rules this can turn, and the words for it."""

    brief: BriefFeatures
    turns: frozenset[str]
    code: str
    values: Mapping[str, str | int | None]


def most_helpful(
    brief: BriefFeatures, factories: Sequence[FactoryFeatures], stage_of: Mapping[str, str]
) -> Reason | None:
    """The one relaxation that makes most factories possible, with their number.

    Parameters
    ----------
    brief : BriefFeatures
        A brief that no factory of ``factories`` passes.
    factories : sequence of FactoryFeatures
    stage_of : mapping of str to str
        Process code to stage code.

    Returns
    -------
    Reason or None
        A reason of kind ``relax``. At equal numbers the date wins when the designer called it flexible, else the
        earlier of: date, quantity, budget, certificate, check by staff, process; within one kind the smaller step.
        None when no single relaxation helps.
    """
    feasibility = Feasibility(stage_of)
    failing = [(factory, feasibility.failing(brief, factory)) for factory in factories]
    best: Reason | None = None
    most = 0
    for step in _steps(brief, failing, stage_of):
        opened = sum(
            names <= step.turns and feasibility.answer(step.brief, factory) is not Answer.NO
            for factory, names in failing
        )
        if opened > most:
            most, best = opened, reason(step.code, factories=opened, **step.values)
    return best


_Failing = Sequence[tuple[FactoryFeatures, frozenset[str]]]


def _steps(brief: BriefFeatures, failing: _Failing, stage_of: Mapping[str, str]) -> Iterator[_Step]:
    yield from _later(brief)
    yield from _larger(brief, [factory for factory, names in failing if names <= _QUANTITY])
    yield from _dearer(brief, [factory for factory, names in failing if names == {"price_floor"}], stage_of)
    for code in sorted(brief.certificates):
        relaxed = replace(brief, certificates=brief.certificates - {code})
        yield _Step(relaxed, frozenset({"certificates"}), "without_certificate", {"certificate": code})
    if brief.verified_only:
        yield _Step(replace(brief, verified_only=False), frozenset({"verified"}), "unverified_too", {})
    yield from _fewer_processes(brief)


def _later(brief: BriefFeatures) -> Iterator[_Step]:
    for weeks in LATER_WEEKS:
        day = brief.needed_by + timedelta(weeks=weeks)
        step = replace(brief, needed_by=day)
        yield _Step(step, _TIME, "later_date", {"weeks": weeks, "needed_by": day.isoformat()})


def _larger(brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> Iterator[_Step]:
    """Only the next known minimum: a brief for 30 pieces is not told to become one for 1,000."""
    minimums = [factory.minimum_order_quantity or 0 for factory in factories]
    higher = [minimum for minimum in minimums if minimum > brief.quantity]
    if higher:
        quantity = min(higher)
        yield _Step(replace(brief, quantity=quantity), _QUANTITY, "larger_quantity", {"quantity": quantity})


def _dearer(brief: BriefFeatures, factories: Sequence[FactoryFeatures], stage_of: Mapping[str, str]) -> Iterator[_Step]:
    lowest = [low for low, _ in (price_bounds(brief, factory, stage_of) for factory in factories) if low is not None]
    if lowest:
        budget = ceil(min(lowest))
        relaxed = replace(brief, budget_per_piece_krw=budget)
        yield _Step(relaxed, frozenset({"price_floor"}), "higher_budget", {"budget_per_piece_krw": budget})


def _fewer_processes(brief: BriefFeatures) -> Iterator[_Step]:
    """Without one process; the price keeps its basis, the time may shrink to that of the one stage left."""
    if len(brief.processes) < 2:
        return
    for code in sorted(brief.processes):
        basis = brief.price_includes or brief.processes
        fewer = replace(brief, processes=brief.processes - {code}, price_includes=basis)
        yield _Step(fewer, frozenset({"processes", "free_days"}), "without_process", {"process": code})
