"""What designers chose from the lists they had seen, and the weights of the parts that explain it best."""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.recommendations.dealings import Choice, choices_made, suspicions_in
from models.recommendation import Recommendation
from recommender import recompute

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Values = NDArray[float64]

# Nothing is learnt from fewer: nine shares need choices enough, and of designers enough to be no one's taste.
FEWEST_LISTS = 50
FEWEST_DESIGNERS = 20
# Of one client the newest lists count, so that nobody's many briefs decide what everybody sees.
MOST_PER_CLIENT = 10
MOST_LISTS = 300
# Every factory of a list is scored anew, some 50 µs each: beyond these the older lists are left out.
MOST_SCORED = 200_000
LISTS_AT_A_TIME = 4
# Strength of the pull to the default weights, as PartWeights counts it: that of a few dozen choices.
PULL = 1.0
FOLDS = 5
WEIGHT_DECIMALS = 3
FAIR_TURN = "fair_turn"  # the part beside the nine, as stored lists name it
# Two points of 100: smaller changes come and go from night to night.
SMALLEST_CHANGE = 0.02


@dataclass(frozen=True, slots=True)
class ChoiceSet:
    """One list: the values of all parts of every factory that passed, in [0, 1] and in the order of the weights.

    ``fame`` is the logarithm of 1 and the orders whose end was known. ``shown`` are the rows the designer saw, best
    first and the labelled place last, ``chosen`` those of them that got the order; ``turns`` are the fair turns for
    λ = 1.
    """

    client: str
    values: Values
    fame: Values
    turns: Values
    shown: tuple[int, ...]
    chosen: frozenset[int]


@dataclass(frozen=True, slots=True)
class LearntWeights:
    """Weights and λ from choices, and how well the weights order lists of designers they were not learnt from.

    ``held_out`` and ``held_out_in_use`` are NDCG of the chosen among the shown, of weights learnt without the designer
    and of the weights in use.
    """

    weights: Mapping[str, float]
    fair_turn: float
    lists: int
    designers: int
    held_out: float
    held_out_in_use: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_better_held_out(self) -> bool:
        return self.held_out >= self.held_out_in_use

    def differs_from(self, weights: Mapping[str, float]) -> bool:
        return any(abs(self.weights[part] - weights[part]) >= SMALLEST_CHANGE for part in self.weights)


def load_choice_sets(session: Session, district_id: int, as_of: date) -> list[ChoiceSet]:
    """Lists followed by a choice from them that was known at the end of ``as_of``, in three queries, oldest first.

    Suspicious pairs do not count, nor lists of the label-count rule, which say nothing of the parts.
    """
    chosen: dict[int, list[Choice]] = defaultdict(list)
    for choice in choices_made(session, district_id, as_of, suspicions_in(session, district_id)):
        if not choice.is_suspicious:
            chosen[choice.list_id].append(choice)
    stored = _stored_lists(session, _newest(chosen))
    sets = (
        _choice_set(chosen[number][0].client, one, {str(choice.factory_id) for choice in chosen[number]})
        for number, one in stored
    )
    with _uncollected():
        return [one for one in sets if one is not None]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of circles: it takes longer than the work where millions of values come and go."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _newest(chosen: Mapping[int, Sequence[Choice]]) -> list[int]:
    count: Counter[str] = Counter()
    scored, found = 0, []
    for number in sorted(chosen, reverse=True):
        first = chosen[number][0]
        count[first.client] += 1
        if count[first.client] <= MOST_PER_CLIENT:
            scored += first.out_of
            found.append(number)
        if len(found) == MOST_LISTS or scored >= MOST_SCORED:
            break
    return found


def _stored_lists(session: Session, wanted: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """A few at a time: a list holds the facts of every factory that passed."""
    query = select(Recommendation.id, Recommendation.stored).where(Recommendation.id.in_(wanted))
    for row in session.execute(query.order_by(Recommendation.id).execution_options(yield_per=LISTS_AT_A_TIME)):
        yield row.id, row.stored


def _choice_set(client: str, stored: Mapping[str, Any], taken: set[str]) -> ChoiceSet | None:
    """None where the list was not made of our parts, shows one factory only, or not the one that was taken."""
    import numpy as np

    from recommender import DEFAULT_WEIGHTS

    if stored["weights"].keys() != {*DEFAULT_WEIGHTS, FAIR_TURN}:
        return None
    # A share of 1 each makes parts of the values themselves.
    scored = recompute({**stored, "weights": dict.fromkeys(stored["weights"], 1.0)})
    rows = {factory: row for row, (factory, _score, _parts) in enumerate(scored)}
    known = zip(stored["facts"], stored["evidence"]["reliability_of"], strict=True)
    orders = {facts["id"]: count for facts, count in known}
    beside = [stored["turn"]["factory"]] if stored["turn"] else []
    shown = tuple(dict.fromkeys(rows[factory] for factory in [*(one[0] for one in stored["ranked"]), *beside]))
    chosen = frozenset(rows[factory] for factory in taken if factory in rows) & set(shown)
    if not chosen or len(shown) < 2:
        return None
    return ChoiceSet(
        client=client,
        values=np.array([[parts[name] for name in DEFAULT_WEIGHTS] for *_rest, parts in scored]),
        fame=np.log1p([orders[factory] for factory in rows]),
        turns=np.array([parts[FAIR_TURN] for *_rest, parts in scored]),
        shown=shown,
        chosen=chosen,
    )


def learn_weights(sets: Sequence[ChoiceSet], in_use: Mapping[str, float], fair_turn: float) -> LearntWeights | None:
    """None where there are too few lists or designers to learn from; λ stays where too few lists had been shown before.

    The held-out figures come from folds of whole clients, so that no weights are judged on a designer they know.
    """
    from recommender import DEFAULT_WEIGHTS, chosen_fair_turn

    designers = len({one.client for one in sets})
    if len(sets) < FEWEST_LISTS or designers < FEWEST_DESIGNERS:
        return None
    shares, scale = _fitted(sets)
    weights = _rounded(dict(zip(DEFAULT_WEIGHTS, shares.tolist(), strict=True)))
    held_out, held_out_in_use = _held_out(sets, in_use)
    telling = [one for one in sets if one.turns.any()]
    if len(telling) >= FEWEST_LISTS:
        fair_turn = chosen_fair_turn([one.values @ shares for one in telling], [one.turns for one in telling], scale)
    return LearntWeights(
        weights=weights,
        fair_turn=fair_turn,
        lists=len(sets),
        designers=designers,
        held_out=held_out,
        held_out_in_use=held_out_in_use,
    )


def _fitted(sets: Sequence[ChoiceSet]) -> tuple[Values, float]:
    """Shares of the parts, and how decided the choices are; choices that only followed fame teach none of them."""
    import numpy as np

    from recommender import DEFAULT_WEIGHTS, PartWeights

    X = np.concatenate([one.values[list(one.shown)] for one in sets])
    y = np.concatenate([[row in one.chosen for row in one.shown] for one in sets]).astype(float)
    fame = np.concatenate([one.fame[list(one.shown)] for one in sets])
    groups = np.repeat(np.arange(len(sets)), [len(one.shown) for one in sets])
    learnt = PartWeights(l2=PULL, prior=list(DEFAULT_WEIGHTS.values())).fit(X, y, groups, fame)
    return learnt.coef_, learnt.scale_


def _held_out(sets: Sequence[ChoiceSet], in_use: Mapping[str, float]) -> tuple[float, float]:
    import numpy as np

    from recommender import DEFAULT_WEIGHTS

    fold_of = {client: number % FOLDS for number, client in enumerate(sorted({one.client for one in sets}))}
    without = [_fitted([one for one in sets if fold_of[one.client] != fold])[0] for fold in range(FOLDS)]
    usual = np.array([in_use[name] for name in DEFAULT_WEIGHTS])
    return (
        _merit(sets, [without[fold_of[one.client]] for one in sets]),
        _merit(sets, [usual for _ in sets]),
    )


def _merit(sets: Sequence[ChoiceSet], shares: Sequence[Values]) -> float:
    """Mean NDCG of the chosen among the shown, in the order of these weights; of equals the one shown first."""
    from recommender import figures_of

    ordered = [
        sorted(one.shown, key=lambda row: -float(one.values[row] @ weights))
        for one, weights in zip(sets, shares, strict=True)
    ]
    rankings = [[str(row) for row in rows] for rows in ordered]
    return figures_of(rankings, [{str(row) for row in one.chosen} for one in sets]).ndcg_at_10.mean


def _rounded(weights: Mapping[str, float]) -> dict[str, float]:
    """To tenths of a point; the largest takes what is left, so that they still add up to 1."""
    rounded = {name: round(weight, WEIGHT_DECIMALS) for name, weight in weights.items()}
    largest = max(rounded, key=lambda name: rounded[name])
    rest = sum(weight for name, weight in rounded.items() if name != largest)
    return rounded | {largest: round(1.0 - rest, WEIGHT_DECIMALS)}
