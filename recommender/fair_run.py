"""Lists made one after the other while capacity fills: what the fair turn and the labelled place change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from recommender.backtesting import gini
from recommender.exposure import BEST, FAIR_TURN, ExposureLedger, place_weight
from recommender.market import Asked, Whole, brief_features, factory_features, stream
from recommender.ranker import PartnerRanker
from recommender.trading import Trading, posts
from recommender.types import FactoryFeatures

#: Weeks that are counted, after as many in which exposure and calendars settle.
COUNTED_WEEKS = 9
LIST_LENGTH = 10
#: About half of the lists lead to an award, so that twice as many make the market as busy as in its months.
LISTS_PER_ORDER = 2


@dataclass(frozen=True, slots=True)
class Policy:
    fair_turn: float
    labelled_place: bool


POLICIES = {
    "no_turn": Policy(0.0, labelled_place=False),
    "fair_turn": Policy(FAIR_TURN, labelled_place=False),
    "labelled_place": Policy(FAIR_TURN, labelled_place=True),
}


@dataclass(frozen=True, slots=True)
class Fairness:
    """What one policy led to.

    ``success`` is true success@10 of the lists, ``overflow`` the share of awards to a factory that had no room left
    by then, ``exposure_gini`` is over the factories that could have stood in a list, each showing by the worth
    of its place, ``new_factory_share`` the share of lists that show a factory without any order, in the list or beside.
    """

    success: float
    overflow: float
    exposure_gini: float
    new_factory_share: float


def fair_run(start: Trading, ranker: PartnerRanker, factories: list[FactoryFeatures], policy: Policy) -> Fairness:
    """Eighteen weeks of lists after the months of the market, the same briefs for every policy.

    All briefs of a week are answered on the facts of its Monday, exposure apart, which counts from list to list; open
    requests hold nothing. At the end of the week the designers award, in the same order: so several may want the last
    free days of one factory.

    Parameters
    ----------
    start : Trading
        A market at the end of its months; stays as it is.
    ranker : PartnerRanker
        Fitted; takes the policy and ``factories``.
    """
    ranker.reweigh(ranker.weights, policy.fair_turn, policy.labelled_place).refresh(factories)
    run = _Run(deepcopy(start), ranker, {one.id: one for one in factories})
    first = run.market.weeks
    for week in range(first, first + COUNTED_WEEKS):
        run.trade(week)
    run.seen = _Seen()
    for week in range(first + COUNTED_WEEKS, first + 2 * COUNTED_WEEKS):
        run.trade(week)
    return run.seen.fairness()


@dataclass(slots=True)
class _Seen:
    """What is counted."""

    possible: set[int] = field(default_factory=set)
    shown: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    success: list[float] = field(default_factory=list)
    has_new: list[bool] = field(default_factory=list)
    is_over: list[bool] = field(default_factory=list)

    def fairness(self) -> Fairness:
        return Fairness(
            success=float(np.mean(self.success)),
            overflow=float(np.mean(self.is_over)) if self.is_over else 0.0,
            exposure_gini=gini([self.shown[row] for row in sorted(self.possible)]),
            new_factory_share=float(np.mean(self.has_new)),
        )


class _Run:
    def __init__(self, trading: Trading, ranker: PartnerRanker, facts: dict[str, FactoryFeatures]) -> None:
        self.trading, self.ranker, self.facts = trading, ranker, facts
        self.market = trading.truth.market
        self.is_new = trading.orders == 0
        self.ledger = ExposureLedger()
        self.rng = stream(self.market, 7)
        self.briefs = list(_briefs(trading))
        self.seen = _Seen()

    def trade(self, week: int) -> None:
        """Lists for the briefs of a week, then the awards."""
        wanted = [(asked, self._wanted(asked)) for asked in self.briefs if asked.week == week]
        awarded = [row for asked, row in wanted if row is not None and self._award(asked, row)]
        first, free = self.market.weeks, self.trading.offered - self.trading.booked
        fresh = factory_features(self.trading.truth.shops, free[first:], first, sorted(set(awarded)))
        self._write([replace(one, exposure=self.facts[one.id].exposure) for one in fresh])

    def _wanted(self, asked: Asked) -> int | None:
        """Whom the designer wants of the list shown and the place beside it; None where it comes to nothing."""
        brief = brief_features(asked, self.trading.truth.buyers)
        answer = self.ranker.recommend(brief, k=LIST_LENGTH, seed=len(self.seen.success))
        if not answer.ranked:
            return None
        listed = [one.factory for one in answer.ranked]
        rows = [int(one) - 1 for one in listed]
        beside = [int(answer.turn.place.factory) - 1] if answer.turn else []
        self._count(asked, rows, beside)
        self._show(listed, brief.as_of)
        extra = [row for row in beside if row not in rows]
        places = [*range(1, len(rows) + 1), *(BEST + 1 for _ in extra)]  # beside the best five
        return self._chosen(asked, np.array(rows + extra), places)

    def _count(self, asked: Asked, rows: list[int], beside: list[int]) -> None:
        self.seen.possible.update(self.trading.feasible(asked).tolist())
        self.seen.success.append(float(self.trading.success(asked, np.array(rows)).mean()))
        self.seen.has_new.append(bool(self.is_new[rows + beside].any()))
        for place, row in enumerate(rows, start=1):
            self.seen.shown[row] += place_weight(place)

    def _show(self, listed: list[str], day: date) -> None:
        self.ledger.show(listed, day)
        amounts = self.ledger.amounts()
        self._write([replace(self.facts[one], exposure=amounts[one]) for one in listed])

    def _chosen(self, asked: Asked, rows: Whole, places: list[int]) -> int | None:
        """One of the list by attention to its place, truth, noise and fame; the order comes about with its true chance.

        A factory that has not stated its weeks is asked first, and one without room says so.
        """
        attention = np.log([place_weight(place) for place in places])
        says_yes = self.trading.has_room(asked)[rows] | self.trading.truth.shops.states_weeks[rows]
        drawn = np.where(says_yes, self.trading.appeal(asked, rows, self.rng) + attention, -np.inf)
        chosen = int(drawn.argmax())
        comes_about = self.rng.random() < self.trading.chance(asked, rows)[chosen]
        return int(rows[chosen]) if comes_about and says_yes[chosen] else None

    def _award(self, asked: Asked, row: int) -> bool:
        has_room = bool(self.trading.has_room(asked)[row])
        self.seen.is_over.append(not has_room)
        if has_room:
            self.trading.book(asked, row)
        return has_room

    def _write(self, changed: list[FactoryFeatures]) -> None:
        self.facts.update((one.id, one) for one in changed)
        self.ranker.apply(changed)


def _briefs(trading: Trading) -> Iterator[Asked]:
    """Of the designers known by then."""
    market = trading.truth.market
    count = max(1, round(LISTS_PER_ORDER * market.briefs * 2 * COUNTED_WEEKS / market.weeks))
    for asked in posts(market, trading.truth.buyers, stream(market, 6), count):
        yield replace(asked, week=market.weeks + asked.week * 2 * COUNTED_WEEKS // market.weeks)
