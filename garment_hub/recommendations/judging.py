"""How good rankers would have been: their lists for past orders beside those of the label-count rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Any

from garment_hub.recommendations.ranking import LIST_LENGTH
from models import vocabulary
from recommender import FactoryFeatures, Outcome

if TYPE_CHECKING:
    from recommender import Case, SignalRanker, Window

LEARNT_SHARE = 0.8  # of the dated orders, the earliest; the rest is foretold
MOST_CASES = 400
MOST_SCORED = 1_000_000  # cases times factories, so that a nightly run stays a matter of a minute
FEWEST_CASES = 20

#: Fits the rankers to be judged on what was known in a window.
Makers = Callable[["Window"], "Mapping[str, SignalRanker]"]


def figures(
    factories: Sequence[FactoryFeatures], log: Sequence[Outcome], as_of: date, rankers_for: Makers
) -> dict[str, Any]:
    """Figures of some rankers and of the label-count rule on the same cases.

    Orders are split by time where most of them have a date, else by site: sister factories would give each other
    away. ``split`` is ``none`` where there are too few cases to say anything.
    """
    split, windows = _windows(factories, log, as_of)
    cases = [case for window in windows for case in window.cases]
    if len(cases) < FEWEST_CASES:
        return {"split": "none", "cases": len(cases)}
    rankings: dict[str, list[list[str]]] = defaultdict(list)
    for window in windows:
        for name, ranker in {**rankers_for(window), "label_count": _label_count(window)}.items():
            rankings[name] += [_ranking(ranker, case) for case in window.cases]
    return {"split": split, "cases": len(cases)} | {name: _figures(lists, cases) for name, lists in rankings.items()}


def _windows(factories: Sequence[FactoryFeatures], log: Sequence[Outcome], as_of: date) -> tuple[str, list[Window]]:
    """One cut in time, or several re-splits by site; the cases are thinned out evenly."""
    from recommender import rolling_windows, site_windows

    orders = [row for row in log if row.is_order]
    most = min(MOST_CASES, max(FEWEST_CASES, MOST_SCORED // max(1, len(factories))))
    if 2 * sum(row.ordered_on is not None for row in orders) > len(orders):
        windows = rolling_windows(factories, log, n_windows=1, learnt_share=LEARNT_SHARE, most_cases=most)
        if any(window.learnt and window.cases for window in windows):
            return "time", windows
    windows = site_windows(factories, orders, as_of)
    step = max(1, ceil(sum(len(window.cases) for window in windows) / most))
    return "site", [replace(window, cases=window.cases[::step]) for window in windows]


def _label_count(window: Window) -> SignalRanker:
    from recommender import LabelCount

    return LabelCount(stage_of=vocabulary.stage_of()).fit(window.factories, window.learnt, window.as_of)


def _figures(rankings: Sequence[Sequence[str]], cases: Sequence[Case]) -> dict[str, Any]:
    from recommender import figures_of

    return figures_of(rankings, [case.chosen for case in cases], [case.brief.designer for case in cases]).to_json()


def _ranking(ranker: SignalRanker, case: Case) -> list[str]:
    ranked = ranker.recommend(case.brief, k=LIST_LENGTH + len(case.left_out)).ranked
    return [one.factory for one in ranked if one.factory not in case.left_out][:LIST_LENGTH]
