"""Rankers judged on the frozen market, where the true chance of a good order is known, and the gates they must pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from recommender.backtesting import HISTORY_PARTS
from recommender.baselines import LabelCount, Nearest, Popularity, RandomFeasible
from recommender.evaluation import interval_of
from recommender.fair_run import POLICIES, Fairness, fair_run
from recommender.labels import Array
from recommender.learning import PartWeights
from recommender.market import (
    MACHINES_OF,
    STAGE_OF,
    Asked,
    Market,
    Whole,
    brief_features,
    draw_briefs,
    factory_features,
    monday,
    stream,
)
from recommender.ranker import PartnerRanker, SignalRanker
from recommender.scoring import DEFAULT_WEIGHTS, part_values
from recommender.signals import orders
from recommender.survey import Survey
from recommender.trading import Trading, Truth
from recommender.types import BriefFeatures, FactoryFeatures

LIST_LENGTH = 10
TEST_BRIEFS = 300
#: Of the test briefs one in five is of a designer without an order.
NEW_SHARE = 0.2
SEEDS = 3
#: Weights are learnt from at most so many choices of the last quarter of the months, drawn to the defaults like this.
CHOICES, LEARN_FROM, PULL = 500, 0.75, 1.0
#: From fewer the default weights stay.
FEWEST_CHOICES = 50
DECIMALS = 4

#: Told how much of the run is done, from 0 to 1, and what is being done.
Progress = Callable[[float, str], object]
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Test:
    """A fresh brief, and the true chance of a good order at every factory that nothing known speaks against."""

    designer: int
    brief: BriefFeatures
    success: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Played:
    """A market after its months."""

    market: Market
    trading: Trading
    factories: list[FactoryFeatures]
    learnt: Weights
    tests: list[Test]


def play(market: Market, test_briefs: int = TEST_BRIEFS) -> Played:
    """Trade through the months, learn the weights on the way, and draw the test briefs.

    Raises
    ------
    ValueError
        If nobody can take any test brief.
    """
    trading = Trading(Truth.draw(market))
    learnt = learn_weights(trading)
    tests = list(_tests(trading, test_briefs))
    if not tests:
        raise ValueError(f"factories: nobody can take any test brief, among {market.factories} and seed {market.seed}")
    return Played(market, trading, register(trading, market.weeks), learnt, tests)


def register(trading: Trading, week: int) -> list[FactoryFeatures]:
    """All factories as they stand on the Monday of a week, with their free time to the end."""
    free = (trading.offered - trading.booked)[week:]
    return factory_features(trading.truth.shops, free, week, range(trading.truth.market.factories))


def unfitted(weights: Weights | None = None) -> PartnerRanker:
    """The ranker as it is served, but for what depends on what was shown before."""
    return PartnerRanker(weights, STAGE_OF, MACHINES_OF, fair_turn=0.0, labelled_place=False)


def _tests(trading: Trading, count: int) -> Iterator[Test]:
    """Posted on the first Monday after the months; a brief nobody can take is no test."""
    market, buyers, rng = trading.truth.market, trading.truth.buyers, stream(trading.truth.market, 5)
    known, new = rng.integers(0, market.designers, count), rng.integers(market.designers, len(buyers.activity), count)
    who = np.where(rng.random(count) < NEW_SHARE, new, known)
    for asked in draw_briefs(market, buyers, rng, who, np.full(count, market.weeks)):
        rows = trading.feasible(asked)
        if len(rows):
            success = dict(zip((str(row + 1) for row in rows), trading.success(asked, rows).tolist(), strict=True))
            yield Test(asked.designer, brief_features(asked, buyers), success)


def learn_weights(trading: Trading) -> Weights:
    """Trade to the end and learn as a district would: weights that best explain what was chosen among the seen.

    Parts are taken as they stood when a list was seen, by a ranker that knows the log of the months before. How many
    orders a factory had by then is told apart: choices follow fame, and fame is no reason to rank.
    """
    market = trading.truth.market
    start = int(LEARN_FROM * market.weeks)
    trading.run(until=start)
    ranker = unfitted().fit(register(trading, start), trading.log, monday(start))
    choices = _Choices(ranker, trading, start, every=max(1, int((1 - LEARN_FROM) * market.briefs / CHOICES)))
    trading.run(watch=choices)
    if sum(choices.y) < FEWEST_CHOICES:
        return DEFAULT_WEIGHTS
    X, y, groups = np.array(choices.X), np.array(choices.y, dtype=float), np.array(choices.groups)
    shares = PartWeights(PULL, list(DEFAULT_WEIGHTS.values())).fit(X, y, groups, np.log1p(choices.fame)).coef_
    return dict(zip(DEFAULT_WEIGHTS, (shares / shares.sum()).tolist(), strict=True))


class _Choices:
    """Values of the parts of what designers saw, and what they took; keeps the ranker's free time true meanwhile."""

    def __init__(self, ranker: PartnerRanker, trading: Trading, start: int, every: int) -> None:
        self.ranker, self.trading, self.start, self.every = ranker, trading, start, every
        self.count = 0
        self.booked: set[int] = set()
        self._orders = Counter(row.factory for row in orders(trading.log))
        self.fame: list[int] = []
        self.X: list[Array] = []
        self.y: list[bool] = []
        self.groups: list[int] = []

    def __call__(self, asked: Asked, seen: Whole, taken: int | None) -> None:
        self.count += 1
        if taken is None:
            return
        if self.count % self.every == 0:
            self._note(asked, {str(row + 1) for row in seen.tolist()}, str(taken + 1))
        self.booked.add(taken)

    def _note(self, asked: Asked, seen: set[str], taken: str) -> None:
        free = (self.trading.offered - self.trading.booked)[self.start :]
        self.ranker.apply(factory_features(self.trading.truth.shops, free, self.start, sorted(self.booked)))
        self.booked.clear()
        survey = Survey(brief_features(asked, self.trading.truth.buyers), self.ranker.catalogue_, STAGE_OF)
        signals = [signal for signal in self.ranker.signals_ if signal.name in DEFAULT_WEIGHTS]
        evidence = {name: column for one in signals for name, column in one.evidence(survey.columns).items()}
        values = part_values(survey.columns, evidence, signals)
        for place in range(len(survey.rows)):
            if (identity := survey.columns.identity(place)) in seen:
                self.X.append(values[:, place])
                self.fame.append(self._orders[identity])
                self.y.append(identity == taken)
                self.groups.append(self.count)


def only(parts: frozenset[str]) -> dict[str, float]:
    """The default weights of some parts, grown until they add up to 1."""
    total = sum(DEFAULT_WEIGHTS[name] for name in parts)
    return {name: weight / total if name in parts else 0.0 for name, weight in DEFAULT_WEIGHTS.items()}


def weightings(learnt: Weights) -> dict[str, Weights]:
    """Our ranker whole, in halves and in single parts, by the name of the model."""
    return {
        "specialty_only": only(frozenset({"specialty"})),
        "content_only": only(frozenset(DEFAULT_WEIGHTS) - HISTORY_PARTS),
        "pairs_only": only(frozenset({"history"})),
        "history_only": only(HISTORY_PARTS),
        "default_weights": DEFAULT_WEIGHTS,
        "ours": learnt,
    }


def success_of_models(played: Played) -> dict[str, list[float]]:
    """True success@10 of every model on every test brief."""
    found = {"oracle": [_best(test) for test in played.tests], "random": [_mean(test) for test in played.tests]}
    log, as_of = played.trading.log, monday(played.market.weeks)
    baselines: dict[str, SignalRanker] = {
        "random_feasible": RandomFeasible(played.market.seed, STAGE_OF),
        "popularity": Popularity(STAGE_OF),
        "nearest": Nearest(STAGE_OF),
        "label_count": LabelCount(STAGE_OF),
    }
    for name, ranker in baselines.items():
        ranker.fit(played.factories, log, as_of)
        found[name] = [success_at_10(ranker, test) for test in played.tests]
    ours = unfitted().fit(played.factories, log, as_of)
    for name, weights in weightings(played.learnt).items():
        ours.reweigh(weights, fair_turn=0.0, labelled_place=False)
        found[name] = [success_at_10(ours, test) for test in played.tests]
    return found


def success_at_10(ranker: SignalRanker, test: Test) -> float:
    """Mean true chance of a good order over the ten factories listed, or over all where fewer pass.

    Every model lists equally many of the same factories, so the ten truly best give the highest value there is, and
    a random list has the mean of all as its expectation.
    """
    listed = ranker.recommend(test.brief, k=LIST_LENGTH).ranked
    return float(np.mean([test.success[one.factory] for one in listed]))


def _best(test: Test) -> float:
    return float(np.mean(sorted(test.success.values())[-LIST_LENGTH:]))


def _mean(test: Test) -> float:
    return float(np.mean(list(test.success.values())))


def simulate(
    market: Market | None = None, seeds: Sequence[int] | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Judge all models in the three worlds of a market, and what exposure does in the mixed one.

    Parameters
    ----------
    market : Market, optional
        Describes the mixed world; the pure ones follow from it. The default market if left out.
    seeds : sequence of int, optional
        One market each; three from ``market.seed`` on if left out.
    progress : callable, optional

    Returns
    -------
    dict
        ``market`` and ``seeds``; ``models``: for each world the true success@10 of every model with its 95 % interval
        over designers; ``fairness``: for each policy the means over the seeds; ``gates``: list of ``name``, ``value``,
        ``wanted`` and ``held``; ``passed``.

    Raises
    ------
    ValueError
        If there is no seed, or no test brief anybody can take.
    """
    market = market or Market()
    seeds = range(market.seed, market.seed + SEEDS) if seeds is None else seeds
    if not len(seeds):
        raise ValueError("seeds: at least one")
    steps = _Steps(len(seeds) * (3 + len(POLICIES)), progress)
    success: dict[str, dict[str, list[float]]] = {world: {} for world in market.worlds()}
    designers: dict[str, list[tuple[int, int]]] = {world: [] for world in success}
    runs: dict[str, list[Fairness]] = {name: [] for name in POLICIES}
    for seed in seeds:
        for world, one in replace(market, seed=seed).worlds().items():
            steps.begin(f"{world}, seed {seed}")
            played = play(one)
            designers[world] += [(seed, test.designer) for test in played.tests]
            for name, values in success_of_models(played).items():
                success[world].setdefault(name, []).extend(values)
        for name, fairness in _runs(played, steps):
            runs[name].append(fairness)
    return _report(market, list(seeds), success, designers, {name: _means(found) for name, found in runs.items()})


class _Steps:
    """Tells the progress of equal steps."""

    def __init__(self, count: int, progress: Progress | None) -> None:
        self.count, self.progress, self.done = count, progress, 0

    def begin(self, what: str) -> None:
        if self.progress is not None:
            self.progress(self.done / self.count, what)
        self.done += 1


def _runs(played: Played, steps: _Steps) -> Iterator[tuple[str, Fairness]]:
    ranker = unfitted().fit(played.factories, played.trading.log, monday(played.market.weeks))
    for name, policy in POLICIES.items():
        steps.begin(f"{name}, seed {played.market.seed}")
        yield name, fair_run(played.trading, ranker, played.factories, policy)


def _means(runs: Sequence[Fairness]) -> dict[str, float]:
    rows = [asdict(one) for one in runs]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def _report(
    market: Market,
    seeds: list[int],
    success: Mapping[str, Mapping[str, list[float]]],
    designers: Mapping[str, list[tuple[int, int]]],
    fairness: Mapping[str, Mapping[str, float]],
) -> dict[str, Any]:
    models = {
        world: {name: asdict(interval_of(values, designers[world])) for name, values in found.items()}
        for world, found in success.items()
    }
    gates = gates_of(
        {world: {name: one["mean"] for name, one in found.items()} for world, found in models.items()}, fairness
    )
    return {
        "market": asdict(market),
        "seeds": seeds,
        "models": models,
        "fairness": fairness,
        "gates": gates,
        "passed": all(gate["held"] for gate in gates),
    }


def gates_of(
    success: Mapping[str, Mapping[str, float]], fairness: Mapping[str, Mapping[str, float]]
) -> list[dict[str, Any]]:
    """What must hold: ratios of true success@10, and of what the fair turn and the labelled place change.

    ``ours`` is the ranker as it is served after the months, with learnt weights; exposure is tried with the default
    weights, whose scale the default λ belongs to.
    """
    mixed = success["mixed"]
    without, turn, place = (fairness[name] for name in ("no_turn", "fair_turn", "labelled_place"))
    gini_change = turn["exposure_gini"] - without["exposure_gini"]
    return [
        _gate("mixed_over_best_half", mixed["ours"], max(mixed["content_only"], mixed["history_only"]), 1.02),
        _gate("mixed_over_label_count", mixed["ours"], mixed["label_count"], 1.10),
        _gate("content_over_specialist", success["content"]["ours"], success["content"]["content_only"], 0.98),
        _gate("history_over_specialist", success["history"]["ours"], success["history"]["history_only"], 0.98),
        _gate("fair_turn_success_kept", turn["success"], without["success"], 0.98),
        _gate("fair_turn_overflow", turn["overflow"], without["overflow"], 0.7, is_upper=True),
        {
            "name": "fair_turn_gini_change",
            "value": round(gini_change, DECIMALS),
            "wanted": "<= -0.07",
            "held": gini_change <= -0.07,
        },
        _gate("labelled_place_new_lists", place["new_factory_share"], without["new_factory_share"], 1.4),
    ]


def _gate(name: str, one: float, other: float, bound: float, is_upper: bool = False) -> dict[str, Any]:
    """The ratio of two figures against its bound; without a value where there is nothing to compare with."""
    return {
        "name": name,
        "value": round(one / other, DECIMALS) if other > 0.0 else None,
        "wanted": f"{'<=' if is_upper else '>='} {bound:g}",
        "held": one <= bound * other if is_upper else one >= bound * other,
    }
