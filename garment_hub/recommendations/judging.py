"""How good a ranker would have been: its lists for past orders beside those of the label-count rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from garment_hub.recommendations.rankers import unfitted_ranker
from garment_hub.recommendations.ranking import LIST_LENGTH
from models import vocabulary
from recommender import BriefFeatures, FactoryFeatures, Outcome

if TYPE_CHECKING:
    from recommender import SignalRanker

LEARNT_SHARE = 0.8  # of the dated orders, the earliest; the rest is foretold
MOST_CASES = 400
MOST_SCORED = 1_000_000  # cases times factories, so that a nightly run stays a matter of minutes
FEWEST_CASES = 20
SITE_SPLITS = 4
USUAL_WEEKS = 4
USUAL_QUANTITY = 100
SITE_DECIMALS = 3  # of a degree: about a hundred metres
EVERY_DAY = date.min


@dataclass(frozen=True, slots=True)
class Case:
    """A brief, the factories chosen for it, and those left out of the answer since they were known before."""

    brief: BriefFeatures
    chosen: frozenset[str]
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Trial:
    """What one ranker may learn from, and the cases it is asked."""

    factories: Sequence[FactoryFeatures]
    learnt: Sequence[Outcome]
    as_of: date
    cases: Sequence[Case]


def figures(factories: Sequence[FactoryFeatures], log: Sequence[Outcome], as_of: date) -> dict[str, Any]:
    """Figures of the ranker and of the label-count rule on the same cases.

    Orders are split by time where enough of them have a date, else by site: sister factories would give each other
    away. ``split`` is ``none`` where there are too few cases to say anything.
    """
    dated = [row for row in log if row.ordered_on is not None]
    orders = [row for row in log if row.is_order]
    is_dated = 2 * sum(row.ordered_on is not None for row in orders) > len(orders)
    split, trials = ("time", _by_time(factories, dated)) if is_dated else ("site", [])
    if not trials:
        split, trials = "site", _by_site(factories, orders, as_of)
    count = sum(len(trial.cases) for trial in trials)
    if count < FEWEST_CASES:
        return {"split": "none", "cases": count}
    rankers: dict[str, Callable[[], SignalRanker]] = {"partner": unfitted_ranker, "label_count": _label_count}
    return {"split": split, "cases": count} | {name: _tried(make, trials) for name, make in rankers.items()}


def _label_count() -> SignalRanker:
    from recommender import LabelCount

    return LabelCount(stage_of=vocabulary.stage_of())


def _tried(make: Callable[[], SignalRanker], trials: Sequence[Trial]) -> dict[str, Any]:
    from recommender import figures_of

    rankings: list[list[str]] = []
    for trial in trials:
        ranker = make().fit(trial.factories, trial.learnt, trial.as_of)
        rankings += [_ranking(ranker, case) for case in trial.cases]
    cases = [case for trial in trials for case in trial.cases]
    return figures_of(rankings, [case.chosen for case in cases], [case.brief.designer for case in cases]).to_json()


def _ranking(ranker: SignalRanker, case: Case) -> list[str]:
    ranked = ranker.recommend(case.brief, k=LIST_LENGTH + len(case.left_out)).ranked
    return [one.factory for one in ranked if one.factory not in case.left_out][:LIST_LENGTH]


def _by_time(factories: Sequence[FactoryFeatures], dated: Sequence[Outcome]) -> list[Trial]:
    """One cut: learn from what came before, foretell what came after. Facts are those of today."""
    known = {factory.id for factory in factories}
    ordered = sorted(
        (row for row in dated if row.is_order), key=lambda row: (row.ordered_on or EVERY_DAY, row.buyer, row.factory)
    )
    if len(ordered) < FEWEST_CASES:
        return []
    cut = ordered[int(len(ordered) * LEARNT_SHARE)].ordered_on or EVERY_DAY
    as_of = cut - timedelta(days=1)
    later = [row for row in ordered if row.ordered_on and row.ordered_on >= cut and row.factory in known]
    cases = [Case(_brief_of(row, row.ordered_on or cut), frozenset({row.factory})) for row in later]
    most = min(MOST_CASES, max(FEWEST_CASES, MOST_SCORED // max(1, len(factories))))
    cases = cases[:: max(1, ceil(len(cases) / most))]  # spread over the whole time
    learnt = [row for row in dated if row.ordered_on and row.ordered_on < cut]
    return [Trial(factories, learnt, as_of, cases)] if learnt else []


def _brief_of(row: Outcome, day: date) -> BriefFeatures:
    """What is known of the brief behind an order; the rest as it usually is."""
    return BriefFeatures(
        item=row.item or "",
        quantity=row.quantity or USUAL_QUANTITY,
        needed_by=max(row.delivered_on or day, day + timedelta(weeks=USUAL_WEEKS)),
        processes=frozenset(),
        as_of=day,
        designer=row.buyer,
    )


def _by_site(factories: Sequence[FactoryFeatures], log: Sequence[Outcome], as_of: date) -> list[Trial]:
    """Of each buyer whole sites are hidden; its brief is what its remaining factories have in common."""
    from recommender import group_splits

    by_id = {factory.id: factory for factory in factories}
    pairs = sorted({(row.buyer, row.factory) for row in log if row.factory in by_id})
    sites = [(buyer, _site(by_id[factory])) for buyer, factory in pairs]
    trials = []
    for kept, hidden in group_splits(sites, n_splits=SITE_SPLITS):
        learnt, sought = [pairs[row] for row in kept], [pairs[row] for row in hidden]
        cases = _site_cases(by_id, learnt, sought, as_of)
        trials.append(Trial(factories, [Outcome(buyer, factory) for buyer, factory in learnt], as_of, cases))
    return [trial for trial in trials if trial.cases]


def _site(factory: FactoryFeatures) -> str:
    place = factory.place
    if place is None:
        return factory.id
    return f"{round(place.lat, SITE_DECIMALS)} {round(place.lon, SITE_DECIMALS)}"


def _site_cases(
    by_id: dict[str, FactoryFeatures], learnt: list[tuple[str, str]], sought: list[tuple[str, str]], as_of: date
) -> list[Case]:
    used: dict[str, list[FactoryFeatures]] = defaultdict(list)
    hidden: dict[str, set[str]] = defaultdict(set)
    for buyer, factory in learnt:
        used[buyer].append(by_id[factory])
    for buyer, factory in sought:
        hidden[buyer].add(factory)
    return [
        Case(replace(_usual_brief(used[buyer], as_of), designer=buyer), frozenset(hidden[buyer]), _ids(used[buyer]))
        for buyer in sorted(hidden)
        if used[buyer]
    ]


def _ids(factories: Sequence[FactoryFeatures]) -> frozenset[str]:
    return frozenset(factory.id for factory in factories)


def _usual_brief(used: Sequence[FactoryFeatures], as_of: date) -> BriefFeatures:
    """The item most of a buyer's factories make, and the fabrics that more than half of them handle."""
    items = Counter(item for factory in used for item in sorted(factory.items.has))
    fabrics = Counter(fabric for factory in used for fabric in factory.fabrics.has)
    return BriefFeatures(
        item=items.most_common(1)[0][0] if items else "",
        quantity=max((factory.minimum_order_quantity or USUAL_QUANTITY for factory in used), default=USUAL_QUANTITY),
        needed_by=as_of + timedelta(weeks=USUAL_WEEKS),
        processes=frozenset(),
        as_of=as_of,
        fabrics=frozenset(fabric for fabric, count in fabrics.items() if 2 * count > len(used)),
    )
