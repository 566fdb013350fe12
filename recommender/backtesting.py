"""All rankers on the same windows of past orders: how well they foretell, and what their lists do to the district."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.base import clone

from recommender.baselines import LabelCount, Nearest, Popularity, RandomFeasible
from recommender.capacity import DAY_HUNDREDTHS, needed_hundredths
from recommender.evaluation import figures_of
from recommender.exposure import ExposureLedger, place_weight
from recommender.ranker import PartnerRanker, SignalRanker
from recommender.scoring import DEFAULT_WEIGHTS
from recommender.signals import orders
from recommender.types import BriefFeatures, FactoryFeatures
from recommender.windows import Case, Window

LIST_LENGTH = 10
#: Parts that read the past work of buyers and factories; the others read what is stated.
HISTORY_PARTS = frozenset({"history", "continuity", "reliability", "quality", "acceptance"})


def rankers_to_compare(
    stage_of: Mapping[str, str], machines_of: Mapping[str, frozenset[str]] | None = None
) -> dict[str, SignalRanker]:
    """The ranker with its default weights, each half of it alone, and the baselines; none is fitted.

    What was shown before plays no part: on past orders nobody knows it.
    """

    def weighing(weights: Mapping[str, float] | None = None) -> PartnerRanker:
        return PartnerRanker(weights, stage_of, machines_of, fair_turn=0.0, labelled_place=False)

    return {
        "partner": weighing(),
        "content_only": weighing(only(DEFAULT_WEIGHTS.keys() - HISTORY_PARTS)),
        "history_only": weighing(only(HISTORY_PARTS)),
        "label_count": LabelCount(stage_of),
        "popularity": Popularity(stage_of),
        "nearest": Nearest(stage_of),
        "random": RandomFeasible(0, stage_of),
    }


def only(parts: AbstractSet[str]) -> dict[str, float]:
    """The default weights of some parts, grown until they add up to 1."""
    total = sum(DEFAULT_WEIGHTS[name] for name in parts)
    return {name: weight / total if name in parts else 0.0 for name, weight in DEFAULT_WEIGHTS.items()}


@dataclass(frozen=True, slots=True)
class ListStatistics:
    """What lists do to the factories they may show.

    ``coverage``: share of all factories that a list has shown; ``never_shown_share``: of those that could have stood
    in one. ``exposure_gini`` is over the latter, each showing by the worth of its place. ``new_factory_share`` is the
    share of lists that show a factory without any order so far. ``overflow`` is the share of the work that is too much
    if every brief goes to its first place and a factory works every day; None where no rates or days are known.
    ``empty_answers`` is the share of all briefs, those left out too, for which nobody passes.
    """

    lists: int
    coverage: float
    never_shown_share: float
    exposure_gini: float
    new_factory_share: float
    overflow: float | None
    empty_answers: float


@dataclass(slots=True)
class _Shown:
    """What one ranker has shown, over all windows."""

    cases: list[Case] = field(default_factory=list)
    rankings: list[list[str]] = field(default_factory=list)
    is_new_buyer: list[bool] = field(default_factory=list)
    new_among_chosen: list[frozenset[str]] = field(default_factory=list)
    possible: set[str] = field(default_factory=set)
    register: set[str] = field(default_factory=set)
    exposure: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    briefs: int = 0
    empty: int = 0
    with_new: int = 0
    work: int = 0
    too_much: int = 0


def evaluate_rankers(
    rankers: Mapping[str, SignalRanker], windows: Sequence[Window], random_state: int = 0
) -> dict[str, Any]:
    """Figures with intervals over designers, the same for new factories and new designers, and list statistics.

    Candidates are the factories that the hard limits let pass on the facts of the window. A chosen factory that these
    facts exclude is not looked for: the facts have changed since; how many orders that leaves out is told. A factory
    that was not chosen is unknown, not wrong: figures compare rankers and say little by themselves.

    Returns
    -------
    dict
        ``cases``, ``left_out`` and ``rankers``: to each name `Figures`, ``new_factories`` and ``new_designers`` (the
        same on these cases alone, None where there are none) and ``lists`` (`ListStatistics`).

    Raises
    ------
    ValueError
        If there is no case.
    """
    stage_of = next(iter(rankers.values())).stage_of
    asked = [_answerable(stage_of, window) for window in windows]
    cases = sum(len(one.cases) for one in asked)
    if not cases:
        raise ValueError("windows: no order whose factory the hard limits let pass")
    left_out = sum(len(window.cases) for window in windows) - cases
    judged = {name: _judged(ranker, asked, random_state) for name, ranker in rankers.items()}
    return {"cases": cases, "left_out": left_out, "rankers": judged}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A window, the cases that can be answered, and the factories that could stand in one of their lists."""

    window: Window
    cases: tuple[Case, ...]
    possible: frozenset[str]
    empty: int


def _answerable(stage_of: Mapping[str, str] | None, window: Window) -> _Asked:
    """All rankers keep the same limits, so the cheapest tells who passes."""
    judge = RandomFeasible(0, stage_of).fit(window.factories, [], window.as_of)
    cases: list[Case] = []
    possible: set[str] = set()
    empty = 0
    for case in window.cases:
        passing = {one.factory.id for one in judge.recommend(case.brief, k=1).considered}
        if able := case.chosen & passing:
            cases.append(replace(case, chosen=able))
            possible |= passing - case.left_out
        empty += not passing
    return _Asked(window, tuple(cases), frozenset(possible), empty)


def _judged(ranker: SignalRanker, asked: Sequence[_Asked], random_state: int) -> dict[str, Any]:
    shown = _Shown()
    for one in asked:
        shown.briefs += len(one.window.cases)
        shown.empty += one.empty
        shown.possible |= one.possible
        _show(clone(ranker, safe=False), one.window, one.cases, shown)
    everything = range(len(shown.cases))
    relevant = [case.chosen for case in shown.cases]
    return {
        **(_figures(shown, everything, relevant, random_state) or {}),
        "new_factories": _figures(shown, everything, shown.new_among_chosen, random_state),
        "new_designers": _figures(shown, np.flatnonzero(shown.is_new_buyer), relevant, random_state),
        "lists": asdict(_statistics(shown)),
    }


def _figures(
    shown: _Shown, rows: Iterable[int], wanted: Sequence[frozenset[str]], random_state: int
) -> dict[str, Any] | None:
    """Figures of some cases, those in which nothing is wanted left out; designers are the groups."""
    some = [row for row in rows if wanted[row]]
    if not some:
        return None
    rankings, relevant = [shown.rankings[row] for row in some], [wanted[row] for row in some]
    designers = [shown.cases[row].brief.designer for row in some]
    return figures_of(rankings, relevant, designers, random_state).to_json()


def _show(ranker: SignalRanker, window: Window, cases: Sequence[Case], shown: _Shown) -> None:
    """Fit on what the window knows, and note the list of every case."""
    ranker.fit(window.factories, window.learnt, window.as_of)
    by_id = {factory.id: factory for factory in window.factories}
    past = orders(window.learnt)
    ordered, buyers = {row.factory for row in past}, {row.buyer for row in past}
    load: dict[str, int] = defaultdict(int)
    for case in cases:
        answer = ranker.recommend(case.brief, k=LIST_LENGTH + len(case.left_out))
        ranking = [one.factory for one in answer.ranked if one.factory not in case.left_out][:LIST_LENGTH]
        shown.cases.append(case)
        shown.rankings.append(ranking)
        shown.is_new_buyer.append(case.brief.designer not in buyers)
        shown.new_among_chosen.append(case.chosen - ordered)
        shown.with_new += any(factory not in ordered for factory in ranking)
        for place, factory in enumerate(ranking, start=1):
            shown.exposure[factory] += place_weight(place)
        if ranking:
            load[ranking[0]] += _work(case.brief, by_id[ranking[0]], ranker)
    shown.register |= by_id.keys()
    if days := (window.until - window.as_of).days:
        shown.work += sum(load.values())
        shown.too_much += sum(max(0, hundredths - days * DAY_HUNDREDTHS) for hundredths in load.values())


def _work(brief: BriefFeatures, factory: FactoryFeatures, ranker: SignalRanker) -> int:
    return needed_hundredths(brief, factory, ranker.stage_of or {}) or 0


def _statistics(shown: _Shown) -> ListStatistics:
    count = len(shown.rankings)
    exposures = [shown.exposure.get(factory, 0.0) for factory in sorted(shown.possible)]
    return ListStatistics(
        lists=count,
        coverage=len(shown.exposure) / len(shown.register),
        never_shown_share=1.0 - len(shown.exposure) / max(1, len(shown.possible)),
        exposure_gini=gini(exposures),
        new_factory_share=shown.with_new / count,
        overflow=shown.too_much / shown.work if shown.work else None,
        empty_answers=shown.empty / shown.briefs,
    )


def gini(values: Sequence[float]) -> float:
    """Gini's coefficient: 0 when all have the same, near 1 when one has all; 0 for nothing at all."""
    ordered = np.sort(np.asarray(values, dtype=float))
    total = ordered.sum()
    if total <= 0.0:
        return 0.0
    places = np.arange(1, len(ordered) + 1)
    return float((2 * places - len(ordered) - 1) @ ordered / (len(ordered) * total))


def lorenz(values: Sequence[float]) -> list[tuple[float, float]]:
    """Points of the Lorenz curve from (0, 0) to (1, 1): share of the factories, share of what they have together."""
    ordered = np.sort(np.asarray(values, dtype=float))
    shares = np.concatenate([[0.0], np.cumsum(ordered) / max(ordered.sum(), 1e-300)])
    return [(place / len(ordered), float(share)) for place, share in enumerate(shares)] if len(ordered) else []


def exposures_in_turn(ranker: PartnerRanker, windows: Sequence[Window]) -> list[float]:
    """How much each factory was seen, had the briefs of the windows been answered one after the other.

    Every list counts for the ones after it, as the fair turn of the ranker has it; lowest id first, factories that
    could not have stood in any list left out.
    """
    ledger, seen, possible = ExposureLedger(), dict[str, float](), set[str]()
    for window in windows:
        asked = _answerable(ranker.stage_of, window)
        possible |= asked.possible
        amounts = ledger.amounts()
        facts = {one.id: replace(one, exposure=amounts.get(one.id, 0.0)) for one in window.factories}
        fitted = clone(ranker).fit(list(facts.values()), window.learnt, window.as_of)
        for case in sorted(asked.cases, key=lambda case: case.brief.as_of):
            listed = [place.factory for place in fitted.recommend(case.brief, k=LIST_LENGTH).ranked]
            ledger.show(listed, case.brief.as_of)
            for place, factory in enumerate(listed, start=1):
                seen[factory] = seen.get(factory, 0.0) + place_weight(place)
            amounts = ledger.amounts()
            fitted.apply([replace(facts[factory], exposure=amounts[factory]) for factory in listed])
    return [seen.get(factory, 0.0) for factory in sorted(possible)]
